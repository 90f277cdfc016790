"""Which settings of some hyperparameters were tried: records that differ in numbers alone, as points of one space."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from benchsuite.analysis.importance.outcome_value import Quantity, looked_at, seed_values
from benchsuite.analysis.intervals import median, with_failures
from benchsuite.analysis.sample import Column, Sample, column_of
from benchsuite.record import Record
from benchsuite.spaces import Value

BATCH_SIZE = "batch_size"


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of all hyperparameters, and what came of it.

    Args:
        values: Name, such as ``optimizer.0.learning_rate``, → value.
        result: Median over its seeds; infinite if that is a failure.
        seeds: How many there are.
        failed: How many of them failed.
    """

    values: Mapping[str, Value]
    result: float
    seeds: int
    failed: int


@dataclass(frozen=True, slots=True)
class Tries:
    """All settings that were tried of one choice of components on one task.

    Args:
        column: Task and budget; its batch size is that of the first trial where several were tried.
        components: Kind → names of its components.
        looked: The measure.
        points: In a fixed order.
        varied: Names of what differs between some of them, sorted.
        left_out: Trials that a tuner stopped, or that could never be applied.
    """

    column: Column
    components: Mapping[str, tuple[str, ...]]
    looked: Quantity
    points: tuple[Point, ...]
    varied: tuple[str, ...]
    left_out: int = 0

    @property
    def trials(self) -> int:
        """How many trials the points hold."""
        return sum(point.seeds for point in self.points)

    @property
    def failed(self) -> int:
        """How many settings failed: the median of their seeds is none."""
        return sum(point.result in (float("inf"), float("-inf")) for point in self.points)


Knobs = Mapping[str, Mapping[str, Value]]
"""Task → knob → the value where a trial says nothing of it."""


def tries(records: Sample | Iterable[Record], measure: str = "validation", knobs: Knobs | None = None) -> list[Tries]:
    """Collect what was tried of each choice of components: trials that differ in hyperparameters, batch size and seed alone.

    Tuning trials are among them, and trials whose seed streams were set one by one are not.

    Args:
        records: The records.
        measure: What is looked at, see :meth:`~benchsuite.analysis.trial_measure.TrialMeasure.named`.
        knobs: What tasks have where a trial changed nothing; of others a trial that says nothing has none.
    """
    groups: defaultdict[tuple[Column, str], list[Record]] = defaultdict(list)
    for record in Sample.of(records).records:
        trial = record.trial
        if not trial.streams and not trial.refit:  # which measures itself on what it was trained with
            names = json.dumps([_components(record), trial.inner[1] if trial.inner else 0])
            column = replace(column_of(record), batch_size=0, change=_change(record))
            groups[column, names].append(record)
    usual = knobs or {}
    found = [_tries(column, held, measure, usual.get(column.task, {})) for (column, _), held in sorted(groups.items())]
    return [one for one in found if one.varied]


def _components(record: Record) -> dict[str, list[str]]:
    return {
        kind: [f"{setting.name} {setting.version}" for setting in settings]
        for kind, settings in record.trial.recipe.settings
    }


def _change(record: Record) -> str:
    """Return what the study changed, but for what is one of the values here."""
    values = values_of(record)
    return ", ".join(f"{name}={text}" for name, text in record.trial.changes if name not in values)


def values_of(record: Record) -> dict[str, Value]:
    """Return every hyperparameter of a trial by its name, ``optimizer.0.learning_rate``, its batch size and its knobs."""
    found: dict[str, Value] = {
        f"{kind}.{place}.{name}": value
        for kind, settings in record.trial.recipe.settings
        for place, setting in enumerate(settings)
        for name, value in setting.values
    }
    return {**found, BATCH_SIZE: record.trial.batch_size, **dict(record.trial.knobs)}


def _tries(column: Column, records: list[Record], measure: str, usual: Mapping[str, Value]) -> Tries:
    looked = looked_at(records[0], measure)
    names = {name for record in records for name, _ in record.trial.knobs}
    unsaid = {name: usual.get(name) for name in names}
    by_setting: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_setting[json.dumps({**unsaid, **values_of(record)}, sort_keys=True)].append(record)
    points = []
    for _, held in sorted(by_setting.items()):
        values = list(seed_values(held, looked).values())
        if values:
            known = with_failures(values, looked.direction)
            failed = sum(value in (float("inf"), float("-inf")) for value in known)
            points.append(Point({**unsaid, **values_of(held[0])}, median(known), len(known), failed))
    # By text: 1 and true are equal, and two values.
    varied = sorted(
        name
        for name in (points[0].values if points else ())
        if len({json.dumps(point.values[name]) for point in points}) > 1
    )
    components = {
        kind: tuple(setting.name for setting in settings) for kind, settings in records[0].trial.recipe.settings
    }
    first = replace(column, batch_size=records[0].trial.batch_size)
    left_out = sum(not (record.outcome.finished or record.outcome.failed) for record in records)
    return Tries(first, components, looked, tuple(points), tuple(varied), left_out)

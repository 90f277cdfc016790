"""What comes of a value of one hyperparameter: from trials that differ in nothing else, or from all that a tuner tried."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from benchsuite.analysis.importance.outcome_value import looked_at, seed_values
from benchsuite.analysis.intervals import Direction, median, with_failures
from benchsuite.analysis.numbers.robustness import envelope
from benchsuite.analysis.sample import Column, Sample
from benchsuite.analysis.searched_rows import column_of_search, searched_rates, whole_scores
from benchsuite.analysis.settings import joined_name
from benchsuite.record import Record
from benchsuite.searches import Search
from benchsuite.seed_numbers import FIRST_TUNING_SEED

FEWEST_VALUES = 2
"""Of a hyperparameter, to be drawn over it."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one component gave at each value of a hyperparameter.

    Args:
        label: What it is called.
        name: The component.
        at: The value of each trial or setting.
        results: What came of each, in the unit of the measure; NaN where it failed.
        line: Value → the median over seeds; of a search the best in each half of a decade. Growing; NaN where all failed.
        searched: Whether other hyperparameters were free as well.
    """

    label: str
    name: str
    at: tuple[float, ...]
    results: tuple[float, ...]
    line: tuple[tuple[float, float], ...]
    searched: bool


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """All components on one task.

    Args:
        column: The task and its budget.
        hyperparameter: Its name.
        measure: What was looked at, in words.
        quantity: The same without the part.
        direction: Whether larger or smaller is better.
        held: One for each component, sorted.
    """

    column: Column
    hyperparameter: str
    measure: str
    quantity: str
    direction: Direction
    held: tuple[Sensitivity, ...]


def sensitivities(
    records: Sample | Iterable[Record],
    searches: Iterable[Search] = (),
    *,
    kind: str = "optimizer",
    hyperparameter: str = "learning_rate",
    measure: str = "validation",
    track: str = "default",
) -> list[Sensitivities]:
    """Return, for each task, what the components of a kind gave over a hyperparameter, sorted by task.

    On the default track these are evaluation trials that differ in nothing but this hyperparameter and the seed: of several
    sets of the other hyperparameters the one with most values. On another they are all settings that its searches tried.

    Args:
        records: The records.
        searches: The searches, for other tracks than the default one.
        kind: Of the components.
        hyperparameter: A number above 0, such as ``learning_rate``.
        measure: What is looked at; searches know the validation measure alone.
        track: ``default``, ``tuned`` or ``self_tuning``.
    """
    sample = Sample.of(records)
    if track == "default":
        return _of_records(sample, kind, hyperparameter, measure)
    return _of_searches(sample, [one for one in searches if one.track == track and one.kind == kind], hyperparameter)


def _of_records(sample: Sample, kind: str, name: str, measure: str) -> list[Sensitivities]:
    groups: defaultdict[Column, defaultdict[str, defaultdict[str, list[Record]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for (column, kinds), held in sample.by_kinds.items():
        if kinds not in ((), (kind,)):
            continue
        for record in held:
            settings = record.trial.recipe.get(kind)
            if (
                len(settings) == 1
                and record.trial.seed < FIRST_TUNING_SEED
                and _number(settings[0].hyperparameters.get(name))
            ):
                others = repr([value for value in settings[0].values if value[0] != name])
                groups[column][settings[0].name][others].append(record)
    found = []
    for column in sorted(groups):
        looked = looked_at(next(iter(next(iter(groups[column].values())).values()))[0], measure)
        lines = []
        for component, sets in sorted(groups[column].items()):
            best = min(sets, key=lambda others: (-len(_values(sets[others], kind, name)), others))
            by_value = _values(sets[best], kind, name)
            if len(by_value) < FEWEST_VALUES:
                continue
            results = {value: list(seed_values(trials, looked).values()) for value, trials in sorted(by_value.items())}
            middle = {value: median(with_failures(held, looked.direction)) for value, held in results.items() if held}
            pairs = [(value, one) for value, held in results.items() for one in held]
            lines.append(
                Sensitivity(
                    component, component, tuple(value for value, _ in pairs), tuple(one for _, one in pairs),
                    tuple((value, one if math.isfinite(one) else math.nan) for value, one in middle.items()), False,
                )
            )  # fmt: skip
        if lines:
            found.append(Sensitivities(column, name, looked.words, looked.quantity, looked.direction, tuple(lines)))
    return found


def _values(records: Iterable[Record], kind: str, name: str) -> dict[float, list[Record]]:
    held: defaultdict[float, list[Record]] = defaultdict(list)
    for record in records:
        value = record.trial.recipe.get(kind)[0].hyperparameters[name]
        held[float(value or 0.0)].append(record)  # a number above 0, as the caller saw to
    return held


def _of_searches(sample: Sample, searches: list[Search], name: str) -> list[Sensitivities]:
    by_id: Mapping[str, Record] = {record.id: record for record in sample.records}
    groups: defaultdict[Column, list[Search]] = defaultdict(list)
    for search in sorted(searches, key=lambda one: (one.selection, one.id)):
        groups[column_of_search(search, by_id)].append(search)
    found = []
    for column in sorted(groups):
        task = next((record.task for record in sample.records if record.trial.task == column.task), None)
        if task is None:
            continue
        sign = 1.0 if task.direction == "max" else -1.0
        lines = []
        for search in groups[column]:
            key = next((one for one in search.searched if one.rpartition(".")[2] == name), None)
            if key is None:
                continue
            at, scores = searched_rates(search, key), whole_scores(search)
            there = ~(np.isnan(at) | np.isnan(scores)) & (at > 0)
            if len(np.unique(at[there])) < FEWEST_VALUES:
                continue
            values, best = envelope(at[there], scores[there])
            results = [sign * one if math.isfinite(one) else math.nan for one in scores[there].tolist()]
            line = zip(values.tolist(), best.tolist(), strict=True)
            evaluated = next((by_id[id] for id in search.evaluated if id in by_id), None)
            component = joined_name(evaluated.trial.recipe.get(search.kind)) if evaluated else search.selection
            lines.append(
                Sensitivity(
                    search.selection, component, tuple(at[there].tolist()), tuple(results),
                    tuple((value, sign * one if math.isfinite(one) else math.nan) for value, one in line), True,
                )
            )  # fmt: skip
        if lines:
            direction: Direction = "max" if task.direction == "max" else "min"
            found.append(
                Sensitivities(column, name, f"validation {task.primary}", task.primary, direction, tuple(lines))
            )
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf

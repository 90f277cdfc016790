"""The records of a report, prepared once for all its tables: each id once, by column and by where it leaves the baseline."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from benchsuite.analysis.folds import fold_count, incomplete_folds
from benchsuite.analysis.settings import deviations
from benchsuite.instance_names import base_of, instance_words
from benchsuite.record import Record
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.text import by_numbers


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A task with its budget: what all trials of a column share, whatever their recipe and seed.

    Columns are sorted by these fields in turn; instances of one task by the numbers in their names: ``t~2`` before ``t~10``.
    """

    # Made once: columns are compared far more often than they are made.
    place: tuple[object, ...] = field(init=False, repr=False, hash=False)
    task: str
    task_version: int
    epochs: int
    batch_size: int
    precision: str
    device: str
    engine: int
    folds: int = 0
    """Folds of a cross-validation; 0 for the task's own split."""
    lanes: int = 1
    """Trials that one program trains side by side: another number rounds differently, so one seed is another trial."""
    change: str = ""
    """What the study changed in the task's baseline, such as ``schedule=cosine, batch_size=128``."""

    @property
    def differs(self) -> str:
        """What tells it from the published task with its own baseline, see :func:`differs`."""
        return differs(self.task, self.change)

    def __post_init__(self) -> None:
        task = base_of(self.task), by_numbers(self.task), self.task_version
        budget = self.epochs, self.batch_size, self.precision, self.device, self.engine, self.folds, self.lanes
        object.__setattr__(self, "place", (*task, *budget, by_numbers(self.change)))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The ids of the records that belong to no leaderboard, by reason."""

    several_kinds: tuple[str, ...] = ()
    seed_streams: tuple[str, ...] = ()
    incomplete_folds: tuple[str, ...] = ()
    tuning: tuple[str, ...] = ()
    """Trials of tuning: their seeds choose settings, and so say nothing of them."""
    searched: tuple[str, ...] = ()
    """Trials of settings that a search chose: they stand on its own track."""

    @property
    def count(self) -> int:
        """How many records are left out in all."""
        return sum(len(getattr(self, reason)) for reason in self.__dataclass_fields__)


class Sample:
    """Records, and what every table asks of them.

    Args:
        records: The records, in any order; one that is given twice counts once.
        searched: Ids of those that only a search asked for.

    Attributes:
        records: Sorted by id, each id once.
        by_kinds: Column and kinds in which the recipe is not the baseline → records, sorted by id. Seeds whose folds are
            not all there are left out, and those whose streams are set one by one: they are not independent draws. So are
            trials of tuning, and of settings that a search chose: a table of what was not tuned shall not hold them.
        left_out: What no leaderboard can hold, so that a page can say so.
    """

    def __init__(self, records: Iterable[Record], searched: Iterable[str] = ()) -> None:
        self.records = unique(records)
        self.by_kinds: dict[tuple[Column, tuple[str, ...]], list[Record]] = {}
        self._deviations: dict[tuple[str, str], tuple[str, ...]] = {}
        lacking = incomplete_folds(self.records)
        asked = frozenset(searched)
        streams, tuning, found = [], [], []
        for record in self.records:
            if record.trial.seed >= FIRST_TUNING_SEED:
                tuning.append(record.id)
            elif record.id in asked or record.trial.refit:  # it trained on more examples than others of its column
                found.append(record.id)
            elif record.trial.streams:
                streams.append(record.id)
            elif record.id not in lacking:
                self.by_kinds.setdefault((column_of(record), self.deviations(record)), []).append(record)
        several = [record.id for (_, kinds), held in self.by_kinds.items() if len(kinds) > 1 for record in held]
        # A seed with streams of its own is told as that, whether or not its folds are all there.
        others = {*streams, *tuning, *found}
        self.left_out = LeftOut(
            tuple(sorted(several)), tuple(streams), tuple(sorted(lacking - others)), tuple(tuning), tuple(found)
        )

    @classmethod
    def of(cls, records: Sample | Iterable[Record]) -> Sample:
        """Return the sample of some records; a sample is its own."""
        return records if isinstance(records, Sample) else cls(records)

    def deviations(self, record: Record) -> tuple[str, ...]:
        """Return the kinds in which a record's recipe is not its task's baseline."""
        recipe, baseline = record.trial.recipe, record.task.baseline
        key = recipe.text, baseline.text
        if key not in self._deviations:
            self._deviations[key] = deviations(recipe, baseline)
        return self._deviations[key]

    @cached_property
    def by_column(self) -> dict[Column, list[Record]]:
        """Column → its records, whatever their recipe, sorted by id; columns sorted."""
        columns: defaultdict[Column, list[Record]] = defaultdict(list)
        for (column, _), held in self.by_kinds.items():
            columns[column] += held
        return {column: sorted(columns[column], key=lambda record: record.id) for column in sorted(columns)}


def unique(records: Iterable[Record]) -> list[Record]:
    """Return the records sorted by id, each id once: a trial that is given twice is no second seed."""
    by_id: dict[str, Record] = {}
    for record in records:
        known = by_id.get(record.id)
        # Two records of one id differ in costs and environment only; which one stays must not depend on the order.
        if known is None or (known is not record and _text(record) < _text(known)):
            by_id[record.id] = record
    return [by_id[id] for id in sorted(by_id)]


def differs(task: str, change: str) -> str:
    """Return which instance of its task it is, such as ``variant 3`` or ``noise=0.5``, and what its study changed; empty for neither.

    Tasks that differ alike stand on one leaderboard: instances of one task are no tasks beside each other.

    Args:
        task: Its name.
        change: What the study changed.
    """
    return ", ".join(filter(None, (instance_words(task), change)))


def column_of(record: Record) -> Column:
    """Return what a record shares with all others of its column."""
    trial = record.trial
    return Column(
        task=trial.task,
        task_version=trial.task_version,
        epochs=trial.epochs,
        batch_size=trial.batch_size,
        precision=trial.precision,
        device=trial.device,
        engine=trial.engine,
        folds=fold_count(record),
        lanes=trial.lanes,
        change=trial.change,
    )


def column_labels(columns: Sequence[Column]) -> dict[Column, str]:
    """Return the task's name, followed by those parts of the budget in which several columns of that task differ.

    Where its study changed the baseline, the change stands last; only columns of one baseline are told apart by their budget.
    """
    shown = {
        "task_version": "v{}",
        "epochs": "{} epochs",
        "batch_size": "batch {}",
        "precision": "{}",
        "device": "{}",
        "engine": "engine {}",
        "lanes": "lanes {}",
    }
    siblings: defaultdict[tuple[str, str], list[Column]] = defaultdict(list)
    for column in columns:
        siblings[column.task, column.change].append(column)
    differing = {
        key: [field for field in shown if len({getattr(column, field) for column in held}) > 1]
        for key, held in siblings.items()
    }
    result = {}
    for column in columns:
        parts = [shown[field].format(getattr(column, field)) for field in differing[column.task, column.change]]
        folds = [f"{column.folds} folds"] if column.folds else []
        change = [f"with {column.change}"] if column.change else []
        result[column] = " · ".join([column.task, *folds, *parts, *change])
    return result


def _text(record: Record) -> str:
    return json.dumps(record.to_json(), sort_keys=True, separators=(",", ":"))

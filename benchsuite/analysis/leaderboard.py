"""Leaderboards: for one kind, components × tasks, with intervals, ranks, steps to targets and costs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchsuite.analysis.entries import Entry, saturated_targets, summarize
from benchsuite.analysis.intervals import Direction, average_ranks
from benchsuite.analysis.sample import Column, Sample, column_labels
from benchsuite.analysis.settings import Settings, deviations, joined_name, key_of, labels
from benchsuite.kinds import kind_order
from benchsuite.record import Record


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column with its label and with what its task declares to measure."""

    column: Column
    label: str
    primary: str
    direction: Direction
    targets: tuple[float, ...]
    saturated: frozenset[float]
    steps_per_epoch: int

    @property
    def short(self) -> str:
        """Its label without the change of the baseline, where the whole table has the same."""
        return self.label.removesuffix(f" · with {self.column.change}") if self.column.change else self.label

    @property
    def budget_steps(self) -> int:
        """The training steps of a whole trial: epochs × steps per epoch."""
        return self.column.epochs * self.steps_per_epoch


@dataclass(frozen=True, slots=True)
class Row:
    """A component (or several, for regularization) with its entries, one per column, ``None`` where no trial was run.

    ``mean_rank`` is the mean of the entries' ranks over the ``ranked`` columns where there was something to rank against.
    """

    label: str
    name: str
    settings: Settings
    entries: tuple[Entry | None, ...]
    mean_rank: float | None
    ranked: int

    @property
    def tasks(self) -> int:
        """The number of columns on which the row has trials."""
        return sum(entry is not None for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """All rows of one kind in one baseline: those ranked on most tasks first, best mean rank first among them.

    ``change`` is what their studies changed in the tasks' baselines; empty for the baselines as they are.
    """

    kind: str
    columns: tuple[ColumnHead, ...]
    rows: tuple[Row, ...]
    confidence: float
    change: str = ""

    @property
    def title(self) -> str:
        """The kind, and what was changed in the baseline."""
        return (
            f"{self.kind.replace('_', ' ')}, baseline with {self.change}"
            if self.change
            else self.kind.replace("_", " ")
        )

    @property
    def compares(self) -> bool:
        """Whether there is more to see than the baselines of the tasks."""
        return any(not entry.is_baseline for row in self.rows for entry in row.entries if entry)


def leaderboards(records: Sample | Iterable[Record], *, confidence: float = 0.95) -> list[Leaderboard]:
    """Build the leaderboard of every kind that has one, and of every changed baseline one of its own.

    A record belongs to the leaderboard of kind K if its recipe is the task's baseline except possibly in K, and on its
    column K is a kind that the task compares or some record deviates from the baseline in K. The plain baseline is
    therefore a row in each of them. The order of the records has no influence.

    Args:
        records: The records; one that is given twice counts once.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
    """
    members: defaultdict[str, dict[Column, list[Record]]] = defaultdict(dict)
    plain: dict[Column, list[Record]] = {}
    wanted: set[tuple[str, Column]] = set()
    for (column, kinds), held in Sample.of(records).by_kinds.items():
        compared = (
            {(record.trial.recipe.kinds, tuple(record.task.compares)) for record in held} if len(kinds) < 2 else ()
        )
        wanted.update((kind, column) for there, compares in compared for kind in compares if kind in there)
        if len(kinds) == 1:
            wanted.add((kinds[0], column))
            members[kinds[0]][column] = held
        elif not kinds:
            plain[column] = held
    boards: defaultdict[tuple[str, str], dict[Column, list[Record]]] = defaultdict(dict)
    for kind, column in wanted:
        if found := members[kind].get(column, []) + plain.get(column, []):
            boards[kind, column.change][column] = found
    names = column_labels(sorted({column for held in boards.values() for column in held}))
    order = sorted(boards, key=lambda key: (key[1], kind_order(key[0])))  # the baselines as they are come first
    return [_leaderboard(kind, change, boards[kind, change], names, confidence) for kind, change in order]


def _leaderboard(
    kind: str, change: str, by_column: Mapping[Column, Sequence[Record]], names: Mapping[Column, str], confidence: float
) -> Leaderboard:
    columns = sorted(by_column)
    heads = [head_of(column, names[column], by_column[column]) for column in columns]
    trials: defaultdict[str, defaultdict[Column, list[Record]]] = defaultdict(lambda: defaultdict(list))
    settings: dict[str, Settings] = {}
    for column in columns:
        for record in by_column[column]:
            held = record.trial.recipe.get(kind)
            key = key_of(held)
            settings[key] = held
            trials[key][column].append(record)
    keys = sorted(settings)
    grid = [[entry_of(trials[key].get(head.column), head, confidence) for head in heads] for key in keys]
    for position, head in enumerate(heads):
        _rank(grid, position, head.direction)
    rows = []
    for key, label, entries in zip(keys, labels([settings[key] for key in keys]), grid, strict=True):
        ranks = [entry.rank for entry in entries if entry is not None and entry.rank is not None]
        mean_rank = sum(ranks) / len(ranks) if ranks else None
        rows.append(Row(label, joined_name(settings[key]), settings[key], tuple(entries), mean_rank, len(ranks)))
    # A mean over fewer tasks is another quantity: such rows stand below those that were ranked on all.
    rows.sort(key=lambda row: (row.mean_rank is None, -row.ranked, row.mean_rank or 0.0, row.label))
    return Leaderboard(kind, tuple(heads), tuple(rows), confidence, change)


def head_of(column: Column, label: str, records: Sequence[Record]) -> ColumnHead:
    """Return what the records of a column say of its task and budget."""
    primary, direction, targets = min(
        {(record.task.primary, record.task.direction, tuple(map(float, record.task.targets))) for record in records}
    )
    return ColumnHead(
        column=column,
        label=label,
        primary=primary,
        direction="max" if direction == "max" else "min",
        targets=targets,
        saturated=saturated_targets(records),
        # Unknown to trials that died early; one that did not is enough.
        steps_per_epoch=max(record.results.steps_per_epoch or 0 for record in records),
    )


def entry_of(records: Sequence[Record] | None, head: ColumnHead, confidence: float) -> Entry | None:
    """Return the entry of the trials that share a recipe, if there are any."""
    if not records:
        return None
    is_baseline = not deviations(records[0].trial.recipe, records[0].task.baseline)
    return summarize(records, head.saturated, is_baseline=is_baseline, confidence=confidence)


def _rank(grid: list[list[Entry | None]], position: int, direction: Direction) -> None:
    """Give every entry of one column its rank by the median; a column with fewer than two medians ranks nothing."""
    held = [(row, entry) for row, entries in enumerate(grid) if (entry := entries[position]) is not None]
    medians = [(row, entry, entry.final.estimate) for row, entry in held if entry.final is not None]
    if len(medians) < 2:
        return
    ranks = average_ranks([estimate for _, _, estimate in medians], direction)
    first = min(ranks)
    for (row, entry, estimate), rank in zip(medians, ranks, strict=True):
        grid[row][position] = replace(entry, rank=rank, leads=rank == first and math.isfinite(estimate))

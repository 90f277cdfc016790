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
from benchsuite.analysis.twins import SameAs, one_method_each
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
    ``twins`` are the labels and settings of components that are the same method: an entry is of their trials where the
    component has none itself, and ``of`` says for each column whose trials they are.
    """

    label: str
    name: str
    settings: Settings
    entries: tuple[Entry | None, ...]
    mean_rank: float | None
    ranked: int
    twins: tuple[tuple[str, Settings], ...] = ()
    of: tuple[Settings, ...] = ()

    @property
    def tasks(self) -> int:
        """The number of columns on which the row has trials."""
        return sum(entry is not None for entry in self.entries)

    @property
    def also(self) -> str:
        """``also NAME, NAME`` for the components that are the same method; empty where there are none."""
        return f"also {', '.join(label for label, _ in self.twins)}" if self.twins else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all components of the row."""
        return (self.name, *(joined_name(settings) for _, settings in self.twins))


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


def leaderboards(
    records: Sample | Iterable[Record], *, confidence: float = 0.95, same_as: SameAs | None = None
) -> list[Leaderboard]:
    """Build the leaderboard of every kind that has one, and of every changed baseline one of its own.

    A record belongs to the leaderboard of kind K if its recipe is the task's baseline except possibly in K, and on its
    column K is a kind that the task compares or some record deviates from the baseline in K. The plain baseline is
    therefore a row in each of them. The order of the records has no influence.

    Args:
        records: The records; one that is given twice counts once.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
        same_as: Which components say that they are the same method as another: where the records show it, both are one
            row and count once in the ranks.
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
    return [
        _leaderboard(kind, change, boards[kind, change], names, confidence, same_as or {}) for kind, change in order
    ]


def _leaderboard(
    kind: str,
    change: str,
    by_column: Mapping[Column, Sequence[Record]],
    names: Mapping[Column, str],
    confidence: float,
    same_as: SameAs,
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
    label_of = dict(zip(settings, labels(list(settings.values())), strict=True))
    groups = one_method_each(kind, settings, trials, same_as)
    # The original's own trials where it has some, else those of its twin.
    whose = [[next((key for key in keys if head.column in trials[key]), keys[0]) for head in heads] for keys in groups]
    grid = [
        [entry_of(trials[key].get(head.column), head, confidence) for key, head in zip(chosen, heads, strict=True)]
        for chosen in whose
    ]
    for position, head in enumerate(heads):
        _rank(grid, position, head.direction)
    rows = []
    for keys, chosen, entries in zip(groups, whose, grid, strict=True):
        ranks = [entry.rank for entry in entries if entry is not None and entry.rank is not None]
        rows.append(
            Row(
                label=label_of[keys[0]],
                name=joined_name(settings[keys[0]]),
                settings=settings[keys[0]],
                entries=tuple(entries),
                mean_rank=sum(ranks) / len(ranks) if ranks else None,
                ranked=len(ranks),
                twins=tuple((label_of[key], settings[key]) for key in keys[1:]),
                of=tuple(settings[key] for key in chosen),
            )
        )
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

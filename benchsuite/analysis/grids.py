"""Interaction grids: two kinds varied together, all pairs of their settings on one task."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchsuite.analysis.entries import Entry
from benchsuite.analysis.intervals import average_ranks
from benchsuite.analysis.leaderboard import ColumnHead, entry_of, head_of
from benchsuite.analysis.sample import Sample, column_labels
from benchsuite.analysis.settings import Settings, key_of, labels
from benchsuite.kinds import kind_order
from benchsuite.record import Record

MOST_SETTINGS = 60
"""Settings of a kind that a grid holds: a search over two kinds may try thousands of each, and few of their pairs."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Grid:
    """All pairs of two kinds on one column.

    Args:
        kinds: The kind of the rows and that of the columns.
        head: The task and its budget.
        rows: Labels of the first kind's settings.
        columns: Labels of the second kind's settings; both the best first, by the mean of their ranks.
        entries: One for each pair, ``None`` where no trial was run; ranks are over all pairs that were run.
        left_out: How many settings of either kind are not shown, since others are better.
    """

    kinds: tuple[str, str]
    head: ColumnHead
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    entries: tuple[tuple[Entry | None, ...], ...]
    left_out: tuple[int, int] = (0, 0)


def grids(records: Sample | Iterable[Record], *, confidence: float = 0.95, most: int = MOST_SETTINGS) -> list[Grid]:
    """Build the grid of every task and pair of kinds in which some record leaves the baseline in both.

    A grid holds the settings that such records have and the baseline's own, and with them the records that leave the
    baseline in one of the two kinds or in none.

    Args:
        records: The records; one that is given twice counts once.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
        most: Settings of each kind that a grid holds at most.
    """
    sample = Sample.of(records)
    names = column_labels(list(sample.by_column))
    found = []
    pairs = {(column, kinds[0], kinds[1]) for column, kinds in sample.by_kinds if len(kinds) == 2}
    for column, one, other in sorted(pairs, key=lambda pair: (pair[0], *map(kind_order, pair[1:]))):
        # In the order of the ids, whatever the kinds in which they leave the baseline.
        held = [sample.by_kinds.get((column, kinds), []) for kinds in ((), (one,), (other,), (one, other))]
        whole = sorted((record for part in held for record in part), key=lambda record: record.id)
        head = head_of(column, names[column], whole)
        found.append(_grid((one, other), head, whole, held[-1], confidence, most))
    return found


def _grid(
    kinds: tuple[str, str],
    head: ColumnHead,
    records: Sequence[Record],
    crossed: Sequence[Record],
    confidence: float,
    most: int,
) -> Grid:
    settings: tuple[dict[str, Settings], dict[str, Settings]] = ({}, {})
    for record in crossed:
        for side, kind in zip(settings, kinds, strict=True):
            for recipe in (record.trial.recipe, record.task.baseline):
                side[key_of(recipe.get(kind))] = recipe.get(kind)
    trials: defaultdict[Pair, list[Record]] = defaultdict(list)
    for record in records:
        row, column = (key_of(record.trial.recipe.get(kind)) for kind in kinds)
        if row in settings[0] and column in settings[1]:
            trials[row, column].append(record)
    entries = _ranked(
        {pair: entry for pair in sorted(trials) if (entry := entry_of(trials[pair], head, confidence))}, head
    )
    # The baseline's own settings are there only if some trial had them.
    down, right = (_best_first(entries, side) for side in (0, 1))
    rows, columns = down[:most], right[:most]
    return Grid(
        kinds,
        head,
        tuple(labels([settings[0][key] for key in rows])),
        tuple(labels([settings[1][key] for key in columns])),
        tuple(tuple(entries.get((row, column)) for column in columns) for row in rows),
        (len(down) - len(rows), len(right) - len(columns)),
    )


def _best_first(entries: Mapping[Pair, Entry], side: int) -> list[str]:
    """Return the settings of one kind by the mean rank of their entries."""
    ranks: defaultdict[str, list[float]] = defaultdict(list)
    for pair, entry in entries.items():
        ranks[pair[side]] += [] if entry.rank is None else [entry.rank]
    means = {key: math.fsum(held) / len(held) if held else math.inf for key, held in ranks.items()}
    return sorted(means, key=lambda key: (means[key], key))


def _ranked(entries: Mapping[Pair, Entry], head: ColumnHead) -> dict[Pair, Entry]:
    """Give every entry its rank among all pairs by the median."""
    estimates = {pair: entry.final.estimate for pair, entry in entries.items() if entry.final is not None}
    if len(estimates) < 2:
        return dict(entries)
    ranks = dict(zip(estimates, average_ranks(list(estimates.values()), head.direction), strict=True))
    first = min(ranks.values())
    return {
        pair: replace(entry, rank=ranks[pair], leads=ranks[pair] == first) if pair in ranks else entry
        for pair, entry in entries.items()
    }

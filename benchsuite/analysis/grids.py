"""Interaction grids: two kinds varied together, all pairs of their settings on one task."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchsuite.analysis.entries import Entry
from benchsuite.analysis.intervals import average_ranks
from benchsuite.analysis.leaderboard import (
    Column,
    ColumnHead,
    column_labels,
    column_of,
    entry_of,
    head_of,
    kind_order,
    whole_seeds,
)
from benchsuite.analysis.settings import Components, Record, canonical, deviations, labels


@dataclass(frozen=True, slots=True)
class Grid:
    """All pairs of two kinds on one column.

    Args:
        kinds: The kind of the rows and that of the columns.
        head: The task and its budget.
        rows: Labels of the first kind's settings.
        columns: Labels of the second kind's settings; both the best first, by the mean of their ranks.
        entries: One for each pair, ``None`` where no trial was run; ranks are over the whole grid.
    """

    kinds: tuple[str, str]
    head: ColumnHead
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    entries: tuple[tuple[Entry | None, ...], ...]


def grids(records: Sequence[Record], *, confidence: float = 0.95) -> list[Grid]:
    """Build the grid of every task and pair of kinds in which some record leaves the baseline in both.

    A grid holds the settings that such records have and the baseline's own, and with them the records that leave the
    baseline in one of the two kinds or in none.

    Args:
        records: Records as plain mappings; one that is given twice counts once.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
    """
    by_column: defaultdict[Column, list[tuple[tuple[str, ...], Record]]] = defaultdict(list)
    for record in whole_seeds(records):
        measure = record["results"].get("measure")
        if measure and not record["spec"].get("streams"):
            by_column[column_of(record)].append((deviations(record["spec"]["recipe"], measure["baseline"]), record))
    names = column_labels(sorted(by_column))
    found = []
    for column in sorted(by_column):
        pairs = {tuple(sorted(deviating, key=kind_order)) for deviating, _ in by_column[column] if len(deviating) == 2}
        for one, other in sorted(pairs, key=lambda pair: tuple(map(kind_order, pair))):
            held = [record for deviating, record in by_column[column] if set(deviating) <= {one, other}]
            found.append(_grid((one, other), head_of(column, names[column], held), held, confidence))
    return found


def _grid(kinds: tuple[str, str], head: ColumnHead, records: Sequence[Record], confidence: float) -> Grid:
    trials: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    settings: tuple[dict[str, Components], dict[str, Components]] = ({}, {})
    for record in records:
        recipe, baseline = record["spec"]["recipe"], record["results"]["measure"]["baseline"]
        keys = (canonical(list(recipe.get(kinds[0], ()))), canonical(list(recipe.get(kinds[1], ()))))
        trials[keys].append(record)
        if len(deviations(recipe, baseline)) == 2:
            for side, kind in zip(settings, kinds, strict=True):
                for source in (recipe, baseline):
                    side[canonical(list(source.get(kind, ())))] = tuple(source.get(kind, ()))
    # The baseline's own settings are there only if some trial had them.
    rows = sorted(key for key in settings[0] if any((key, other) in trials for other in settings[1]))
    columns = sorted(key for key in settings[1] if any((other, key) in trials for other in settings[0]))
    entries = [[entry_of(trials.get((row, column)), head, confidence) for column in columns] for row in rows]
    _rank(entries, head)
    down = _best_first(entries)
    right = _best_first([list(line) for line in zip(*entries, strict=True)])
    row_labels = labels([settings[0][key] for key in rows])
    column_names = labels([settings[1][key] for key in columns])
    return Grid(
        kinds,
        head,
        tuple(row_labels[i] for i in down),
        tuple(column_names[j] for j in right),
        tuple(tuple(entries[i][j] for j in right) for i in down),
    )


def _best_first(lines: list[list[Entry | None]]) -> list[int]:
    """Return the positions of the lines by the mean rank of their entries."""
    means = []
    for line in lines:
        ranks = [entry.rank for entry in line if entry is not None and entry.rank is not None]
        means.append(sum(ranks) / len(ranks) if ranks else math.inf)
    return sorted(range(len(lines)), key=means.__getitem__)


def _rank(entries: list[list[Entry | None]], head: ColumnHead) -> None:
    """Give every entry its rank among all pairs by the median."""
    places = [
        (row, column, entry, entry.final.estimate)
        for row, line in enumerate(entries)
        for column, entry in enumerate(line)
        if entry is not None and entry.final is not None
    ]
    ranks = average_ranks([estimate for *_, estimate in places], head.direction) if len(places) > 1 else []
    for (row, column, entry, _), rank in zip(places, ranks, strict=bool(ranks)):
        entries[row][column] = replace(entry, rank=rank, leads=rank == min(ranks))

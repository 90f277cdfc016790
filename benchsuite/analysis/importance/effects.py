"""Main effects and interaction of two kinds, from the grids that ``--cross`` makes."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from benchsuite.analysis.grids import Grid, grids
from benchsuite.analysis.importance.outcome_value import Quantity, looked_at, seed_values, with_floor
from benchsuite.analysis.importance.two_way import TwoWay, two_way
from benchsuite.analysis.sample import Sample
from benchsuite.analysis.settings import key_of, labels
from benchsuite.record import Record

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class GridEffects:
    """What two kinds do to the result on one task, each alone and both together.

    Args:
        grid: The table of all pairs.
        looked: The measure.
        found: The decomposition; ``None`` where nothing can be said.
        rows: Labels of the settings of the first kind that take part.
        columns: Of the second.
        trials: How many values there are.
        failed: How many of them failed: they count as the worst that completed.
        missing: Pairs that were not run.
        why_not: Why nothing can be said, a clause.
    """

    grid: Grid
    looked: Quantity
    found: TwoWay | None
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    trials: int
    failed: int
    missing: int
    why_not: str = ""


def grid_effects(records: Sample | Iterable[Record], measure: str = "validation") -> list[GridEffects]:
    """Decompose the result on every interaction grid, with seeds as blocks.

    Args:
        records: The records.
        measure: What is looked at, see :meth:`~benchsuite.analysis.trial_measure.TrialMeasure.named`.
    """
    sample = Sample.of(records)
    return [_of_grid(grid, sample, measure) for grid in grids(sample)]


def _of_grid(grid: Grid, sample: Sample, measure: str) -> GridEffects:
    held: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in sample.by_column[grid.head.column]:
        if set(sample.deviations(record)) <= set(grid.kinds):
            one, other = (key_of(record.trial.recipe.get(kind)) for kind in grid.kinds)
            held[one, other].append(record)
    looked = looked_at(next(iter(held.values()))[0], measure)
    values = {pair: found for pair, records in sorted(held.items()) if (found := seed_values(records, looked))}
    # What was tried with a single setting of the other kind says nothing of both together, and is no row of the grid.
    rows, columns = _crossed(values)
    seeds = sorted({seed for found in values.values() for seed in found})
    array = np.full((len(rows), len(columns), len(seeds)), np.nan)
    failed = np.zeros(array.shape, dtype=bool)
    for (one, other), found in values.items():
        if one in rows and other in columns:
            for seed, value in found.items():
                place = rows.index(one), columns.index(other), seeds.index(seed)
                array[place], failed[place] = value, math.isnan(value)
    there = np.isfinite(array) | failed
    names = _labels(grid, held)
    # What failed is filled; what was not run stays as it is.
    filled = np.full(array.shape, np.nan)
    filled[there] = with_floor(np.where(failed, np.nan, array)[there], looked.direction)
    found_effects, why = None, ""
    if not np.isfinite(array).any():
        why = "all failed"
    elif len(rows) < 2 or len(columns) < 2:
        why = "fewer than two settings of both kinds were run with each other"
    elif np.nanmax(filled) == np.nanmin(filled):
        why = "all gave the same result"
    else:
        found_effects = two_way(filled)
        why = "" if found_effects else "too few seeds, or pairs, to tell an error from"
    return GridEffects(
        grid,
        looked,
        found_effects,
        tuple(names[0][row] for row in rows),
        tuple(names[1][column] for column in columns),
        int(there.sum()),
        int(failed.sum()),
        int((~there.any(axis=2)).sum()),
        why,
    )


def _crossed(values: Mapping[Pair, object]) -> tuple[list[str], list[str]]:
    """Return the settings of both kinds that were run with at least two of the other."""
    pairs = set(values)
    while True:
        rows, columns = (Counter(pair[side] for pair in pairs) for side in (0, 1))
        kept = {pair for pair in pairs if rows[pair[0]] > 1 and columns[pair[1]] > 1}
        if kept == pairs:
            return sorted(rows), sorted(columns)
        pairs = kept


def _labels(grid: Grid, held: Mapping[Pair, list[Record]]) -> tuple[dict[str, str], dict[str, str]]:
    """Return key → label of the settings of both kinds."""
    found = []
    for side, kind in enumerate(grid.kinds):
        settings = {pair[side]: records[0].trial.recipe.get(kind) for pair, records in sorted(held.items())}
        found.append(dict(zip(settings, labels(list(settings.values())), strict=True)))
    return found[0], found[1]

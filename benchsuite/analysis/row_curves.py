"""The learning curve of a row on one task: the median over its seeds at each evaluation, with the interval of that median."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.entries import Entry
from benchsuite.analysis.intervals import Direction, median_interval, worst
from benchsuite.analysis.trial_measure import timing_counts
from benchsuite.record import Record

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RowCurve:
    """The validation measure of a row over its training.

    A seed that failed is worse than any number at every evaluation, as it is in the leaderboard: where the median seed
    failed, median and interval are infinite.

    Args:
        epochs: Of the evaluations that all finished seeds share, growing.
        steps: Training steps done there; the median over the seeds.
        seconds: Of training alone, likewise, over the seeds that had their core to themselves; empty without any.
        median: Over the seeds.
        low: The lower end of its order-statistic interval.
        high: The upper end.
        seeds: How many there are, failed ones included.
        timed: How many of them the seconds are of.
    """

    epochs: Floats
    steps: Floats
    seconds: Floats
    median: Floats
    low: Floats
    high: Floats
    seeds: int
    timed: int


def row_curve(
    entry: Entry, records: Mapping[str, Record], primary: str, direction: Direction, confidence: float = 0.95
) -> RowCurve | None:
    """Return the curve of an entry; ``None`` where no seed of it finished.

    Args:
        entry: The entry.
        records: Id → record.
        primary: The task's measure.
        direction: Of that measure.
        confidence: The wanted confidence of the interval; with few seeds it is the widest there is, see
            :func:`~benchsuite.analysis.intervals.median_interval`.
    """
    seeds = [[records[id] for id in seed.ids if id in records] for seed in entry.seeds if seed.counts]
    finished = [trials for trials in seeds if trials and all(record.outcome.finished for record in trials)]
    name = f"validation_{primary}"
    whole = [trials for trials in finished if all(record.curves.get(name) is not None for record in trials)]
    if not whole:
        return None
    shared = set.intersection(*(set(record.curves["epoch"].tolist()) for trials in whole for record in trials))
    epochs = np.array(sorted(shared), dtype=np.float64)
    if not len(epochs):
        return None
    values = np.array([_mean(trials, name, epochs) for trials in whole])
    bad = worst(direction)
    values = np.where(np.isfinite(values), values, bad)
    values = np.concatenate([values, np.full((len(seeds) - len(whole), len(epochs)), bad)])
    middle, low, high = _intervals(values, direction, confidence)
    timed = [
        trials
        for trials in whole
        if all(timing_counts(one) and len(one.costs.train_seconds_at) == one.curves.epochs for one in trials)
    ]
    return RowCurve(
        epochs=epochs,
        steps=np.median([_mean(trials, "step", epochs) for trials in whole], axis=0),
        seconds=np.median([_seconds(trials, epochs) for trials in timed], axis=0) if timed else np.empty(0),
        median=middle,
        low=low,
        high=high,
        seeds=len(seeds),
        timed=len(timed),
    )


def _mean(trials: Sequence[Record], name: str, epochs: Floats) -> Floats:
    """Return a curve at these epochs; the mean over the folds of a seed."""
    held = [record.curves[name][_places(record, epochs)] for record in trials]
    return np.asarray(np.mean(held, axis=0, dtype=np.float64))


def _seconds(trials: Sequence[Record], epochs: Floats) -> Floats:
    held = [np.array(record.costs.train_seconds_at)[_places(record, epochs)] for record in trials]
    return np.asarray(np.mean(held, axis=0, dtype=np.float64))


def _places(record: Record, epochs: Floats) -> NDArray[np.intp]:
    return np.searchsorted(record.curves["epoch"], epochs)


def _intervals(values: Floats, direction: Direction, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Return median and interval of every column: the places of the order statistics depend on their number alone."""
    count = len(values)
    ordered = np.sort(values, axis=0)
    # Which order statistics bound the median: those of the numbers 0 … n − 1.
    bounds = median_interval(list(map(float, range(count))), direction, confidence)
    low, high = ordered[int(bounds.low)], ordered[int(bounds.high)]
    first, second = ordered[(count - 1) // 2], ordered[count // 2]
    with np.errstate(invalid="ignore"):
        middle = np.where(first == second, first, first / 2 + second / 2)
    return middle, low, high

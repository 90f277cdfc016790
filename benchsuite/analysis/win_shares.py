"""The share of comparisons with the runs of others that a row wins, and what chance of the seeds does to it.

Larger is better, −∞ failed, NaN not there. A comparison of equal values is half won, so two failed runs tie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AT_ONCE = 2_000_000
"""Numbers of a bootstrap that are held at a time."""


def win_shares(values: Floats) -> Floats:
    """Return, for each row and task, P(own run > run of another row) + ½P(equal): the mean over the other rows of the task.

    0.5 is what a row has that is like the others. NaN where a row has no run, and on tasks where fewer than two rows have any.

    Args:
        values: ``[rows, tasks, seeds]``.

    Returns:
        ``[rows, tasks]``.
    """
    rows, tasks, _ = values.shape
    shares = np.full((rows, tasks), np.nan)
    for task in range(tasks):
        there = ~np.isnan(values[:, task])
        present = there.any(axis=1)
        if present.sum() >= 2:
            shares[present, task] = _shares(values[present, task], there[present][None].astype(np.float64))[0]
    return shares


def resampled_shares(values: Floats, generator: np.random.Generator, resamples: int) -> Iterator[Floats]:
    """Yield the win shares of resamples, some at a time: ``[some, rows]``, for each row the mean over its tasks.

    Seeds are drawn with replacement within each task, and tasks are fixed. Rows that have the same seeds of a task share
    the draw, so that what one seed has in common for all rows stays in common.

    Args:
        values: ``[rows, tasks, seeds]``.
        generator: Where the draws come from.
        resamples: How many there are in all.
    """
    rows, tasks, _ = values.shape
    there = ~np.isnan(values)
    held = [np.flatnonzero(there[:, task].any(axis=1)) for task in range(tasks)]
    ranked = [task for task in range(tasks) if len(held[task]) >= 2]
    largest = max((int(there[:, task].sum()) for task in ranked), default=1)
    step = max(1, AT_ONCE // largest)
    counts = np.zeros(rows)
    for task in ranked:
        counts[held[task]] += 1
    for start in range(0, resamples, step):
        some = min(step, resamples - start)
        total = np.zeros((some, rows))
        for task in ranked:
            weights = _draws(there[held[task], task], generator, some)
            total[:, held[task]] += _shares(values[held[task], task], weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            yield total / counts


def _draws(there: NDArray[np.bool_], generator: np.random.Generator, some: int) -> Floats:
    """Return how often each run is drawn, ``[some, rows, seeds]``; rows with the same seeds are drawn alike."""
    weights = np.zeros((some, *there.shape))
    patterns, which = np.unique(there, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        count = int(pattern.sum())
        drawn = generator.multinomial(count, np.full(count, 1 / count), size=some)
        for row in np.flatnonzero(which.reshape(-1) == number):
            weights[:, row, pattern] = drawn
    return weights


def _shares(values: Floats, weights: Floats) -> Floats:
    """Return the win share of each row of one task, ``[some, rows]``, where runs count ``weights`` times ``[some, rows, seeds]``.

    Each row weighs the same, however many runs it has. Its share is what the distribution of all rows together has below
    its runs, less the half that it has of itself.
    """
    rows = len(values)
    own = weights / weights.sum(axis=2, keepdims=True)
    there = ~np.isnan(values)
    # Every value's place among the different ones: −∞ is the smallest of them.
    different, places = np.unique(values[there], return_inverse=True)
    flat = own[:, there]
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(different)))
    held = np.add.reduceat(flat[:, order], starts, axis=1)
    below = np.cumsum(held, axis=1) - held / 2
    won = np.zeros_like(own)
    won[:, there] = flat * below[:, places.reshape(-1)]
    shares: Floats = (won.sum(axis=2) - 0.5) / (rows - 1)
    return shares

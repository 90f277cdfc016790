"""One number for many runs on many tasks: median, mean, interquartile mean, optimality gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def median(values: ArrayLike) -> NDArray[np.float64]:
    """Return the middle value over the last axis, or the mean of the two middle ones; −∞ where half of the runs failed.

    Args:
        values: ``[…, runs]``; missing runs are left out, and NaN comes where none is left.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=-1)  # NaN last
    count = (~np.isnan(ordered)).sum(axis=-1, keepdims=True)
    if ordered.shape[-1] == 0:
        return np.full(ordered.shape[:-1], np.nan)
    low, high = (
        np.take_along_axis(ordered, np.clip(place, 0, ordered.shape[-1] - 1), axis=-1)[..., 0]
        for place in ((count - 1) // 2, count // 2)
    )
    # An equal pair is returned as it is: the sum of two huge values would overflow.
    with np.errstate(invalid="ignore"):
        return np.where(low == high, low, low / 2 + high / 2)


def mean(values: ArrayLike) -> NDArray[np.float64]:
    """Return the mean over the last axis; −∞ where any run failed.

    Args:
        values: ``[…, runs]``; missing runs are left out, and NaN comes where none is left.
    """
    given = np.asarray(values, dtype=np.float64)
    there = ~np.isnan(given)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(there, given, 0.0).sum(axis=-1) / there.sum(axis=-1))


def interquartile_mean(values: ArrayLike, *, whole: bool = False) -> NDArray[np.float64]:
    """Return the mean of the middle half of all runs of all tasks, every task with equal weight.

    IQM = 2·∫ Q(u) du from ¼ to ¾, Q the inverse of the weighted distribution of the runs: a run on the border counts with
    the part of it that lies inside. Where the number of runs is a multiple of four and equal for all tasks, this is the
    trimmed mean of Agarwal et al. (2021). −∞ where more than a quarter failed.

    Args:
        values: ``[…, tasks, runs]``; missing runs are left out, and so are tasks without any.
        whole: Leave out whole runs, ⌊n/4⌋ at either end, all runs with equal weight: as rliable has it for any n.
    """
    given = np.asarray(values, dtype=np.float64)
    there = ~np.isnan(given)
    weights = there.astype(np.float64) if whole else there / np.maximum(there.sum(axis=-1, keepdims=True), 1)
    flat = (*given.shape[:-2], given.shape[-2] * given.shape[-1])
    given, weights = given.reshape(flat), weights.reshape(flat)
    order = np.argsort(given, axis=-1, kind="stable")  # NaN, of no weight, last
    given, weights = (np.take_along_axis(one, order, axis=-1) for one in (given, weights))
    ends = np.cumsum(weights, axis=-1)
    total = ends[..., -1:] if flat[-1] else np.zeros((*flat[:-1], 1))
    cut = np.floor(total / 4) if whole else total / 4
    inside = np.clip(np.minimum(ends, total - cut) - np.maximum(ends - weights, cut), 0, None)
    # What rounding leaves of a run that ends at the border is not a part of it.
    inside[inside < 1e-12 * np.maximum(total, 1)] = 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.where(inside > 0, given, 0.0) * inside).sum(axis=-1) / inside.sum(axis=-1))


def optimality_gap(values: ArrayLike, *, optimum: float = 1.0, floor: float = -np.inf) -> NDArray[np.float64]:
    """Return by how much runs fall short of the optimum on average: the mean over tasks and runs of max(optimum − value, 0).

    Smaller is better, 0 where every run reached the optimum; what lies beyond it does not make up for others.

    Args:
        values: ``[…, tasks, runs]``, normalized; missing runs are left out, and so are tasks without any.
        optimum: What counts as all that can be wanted.
        floor: A run below it counts as if it were there: 0 takes a failed run as an untrained network. With −∞ the gap is
            infinite where any run failed.
    """
    short = optimum - np.minimum(np.maximum(np.asarray(values, dtype=np.float64), floor), optimum)
    return mean(mean(short))

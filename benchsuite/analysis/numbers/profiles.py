"""Performance profiles: on what share of the tasks a row is within a factor τ of the fastest, and the area below.

Dolan & Moré (2002). With :data:`ALGOPERF` the area is AlgoPerf's score to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class ProfileRules:
    """How an area is taken.

    Args:
        tau: Up to which factor.
        points: At how many equally spaced factors the profile is looked at and joined by straight lines; 0 for the exact area.
        missing_counts: Whether a task that a row was not tried on counts as one that it did not reach; otherwise its profile
            is over the tasks that it has.
    """

    tau: float = 4.0
    points: int = 0
    missing_counts: bool = False


EXACT = ProfileRules()
ALGOPERF = ProfileRules(tau=4.0, points=100, missing_counts=True)
"""AlgoPerf's rules: τ to 4 in 100 points, trapezoids, the area divided by τ − 1; what is not there was not reached."""


def ratios(times: ArrayLike) -> NDArray[np.float64]:
    """Return each time divided by the shortest of its task; +∞ where a row, or any row, did not reach the target.

    Args:
        times: ``[rows, tasks]``: +∞ where the target was not reached, NaN where a row was not tried, which stays so. A target
            that is reached at time 0 is reached at ratio 1 by all that do, and at +∞ by all others.
    """
    given = np.asarray(times, dtype=np.float64)
    best = np.where(np.isnan(given), np.inf, given).min(axis=0, initial=np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = given / best
    found = np.where(given == best, 1.0, found)
    found = np.where(np.isinf(given) | (np.isinf(best) & ~np.isnan(given)), np.inf, found)
    return np.asarray(np.where(np.isnan(given), np.nan, found))


def profile(times: ArrayLike, taus: ArrayLike, *, missing_counts: bool = False) -> NDArray[np.float64]:
    """Return ρ(τ), the share of tasks on which a row's time is at most τ times the shortest, as ``[rows, taus]``.

    Args:
        times: ``[rows, tasks]``, as :func:`ratios` takes them.
        taus: The factors, from 1.
        missing_counts: Whether a task that a row was not tried on counts as one that it did not reach.
    """
    found = ratios(times)
    within = (found[:, :, None] <= np.asarray(taus, dtype=np.float64)).sum(axis=1)
    return np.asarray(_share(within, found, missing_counts))


def area(times: ArrayLike, rules: ProfileRules = EXACT) -> NDArray[np.float64]:
    """Return the area below each profile from 1 to τ, divided by τ − 1: 1 is the fastest everywhere, 0 never within τ.

    Exactly, it is the mean over tasks of max(τ − ratio, 0) / (τ − 1).

    Args:
        times: ``[rows, tasks]``, as :func:`ratios` takes them.
        rules: How it is taken.
    """
    if rules.points:
        taus = np.linspace(1.0, rules.tau, rules.points)
        heights = profile(times, taus, missing_counts=rules.missing_counts)
        return np.asarray(np.trapezoid(heights, x=taus, axis=1) / (rules.tau - 1))
    found = ratios(times)
    left = np.where(np.isnan(found), 0.0, np.clip(rules.tau - found, 0, None)).sum(axis=1) / (rules.tau - 1)
    return np.asarray(_share(left[:, None], found, rules.missing_counts)[:, 0])


def median_of_studies(times: ArrayLike) -> NDArray[np.float64]:
    """Return the median over studies of the shortest time of any trial in each, as AlgoPerf takes them.

    Args:
        times: ``[…, studies, trials]``: +∞ where the target was not reached. Missing trials (NaN) are left out; a study
            without any did not reach it.
    """
    given = np.asarray(times, dtype=np.float64)
    best = np.where(np.isnan(given), np.inf, given).min(axis=-1)
    ordered = np.sort(best, axis=-1)
    count = ordered.shape[-1]
    low, high = ordered[..., (count - 1) // 2], ordered[..., count // 2]
    with np.errstate(invalid="ignore"):
        return np.where(low == high, low, low / 2 + high / 2)


def share_above(values: ArrayLike, thresholds: ArrayLike) -> NDArray[np.float64]:
    """Return the share of runs whose score lies above each threshold, every task with equal weight: ``[…, thresholds]``.

    The profile of Agarwal et al. (2021): of scores in place of times.

    Args:
        values: ``[…, tasks, runs]``, normalized; missing runs and tasks are left out, a failed one is above none.
        thresholds: Scores.
    """
    given = np.asarray(values, dtype=np.float64)[..., None]
    there = ~np.isnan(given)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_task = (given > np.asarray(thresholds, dtype=np.float64)).sum(axis=-2) / there.sum(axis=-2)
        has = ~np.isnan(of_task)
        return np.asarray(np.where(has, of_task, 0.0).sum(axis=-2) / has.sum(axis=-2))


def _share(sums: NDArray[np.float64], found: NDArray[np.float64], missing_counts: bool) -> NDArray[np.float64]:
    there = np.full(len(found), found.shape[1]) if missing_counts else (~np.isnan(found)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / there[:, None])

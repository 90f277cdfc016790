"""Times to a target of which some are only known to be longer: Kaplan–Meier, restricted mean, median."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ROUNDING = 1e-12
"""A share that differs from a half by less is a half."""


@dataclass(frozen=True, eq=False)
class Survival:
    """The share of runs that have not reached the target, over time.

    Args:
        times: When the share falls, growing.
        waiting: The share from each of them on.
        error: Its standard error, by Greenwood's formula.
        known_until: Nothing is known of the share beyond; +∞ where every run got there or never will.
        runs: How many runs.
        reached: How many of them reached the target.
    """

    times: NDArray[np.float64]
    waiting: NDArray[np.float64]
    error: NDArray[np.float64]
    known_until: float
    runs: int
    reached: int

    def at(self, time: float) -> float:
        """Return the share that waits at a time; NaN where nothing is known."""
        if time > self.known_until or not self.runs:
            return float("nan")
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.waiting[place - 1]) if place else 1.0

    def median(self) -> float:
        """Return when half of the runs are there, the middle of the span if exactly half are; +∞ if that never was seen."""
        half = np.flatnonzero(self.waiting <= 0.5 + ROUNDING)
        if not len(half):
            return float("inf") if self.runs else float("nan")
        first = float(self.times[half[0]])
        if self.waiting[half[0]] < 0.5 - ROUNDING:
            return first
        then = float(self.times[half[0] + 1]) if half[0] + 1 < len(self.times) else float("inf")
        return (first + then) / 2

    def restricted_mean(self, horizon: float) -> tuple[float, float]:
        """Return the mean of min(time, horizon), which is ∫ S(t) dt from 0 to the horizon, and its standard error.

        Args:
            horizon: Runs are looked at up to here. NaN comes where the share is not known so far.
        """
        if not self.runs or horizon > self.known_until:
            return float("nan"), float("nan")
        inside = self.times < horizon
        edges = np.concatenate([[0.0], self.times[inside], [horizon]])
        shares = np.concatenate([[1.0], self.waiting[inside]])
        areas = np.diff(edges) * shares
        # Var = Σ (area to the right of t)² · d / (n (n − d)) over the times t at which runs got there.
        right = areas[::-1].cumsum()[::-1][1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            greenwood = (self.error[inside] / self.waiting[inside]) ** 2
        each = np.diff(np.concatenate([[0.0], greenwood]))
        each = np.where(shares[1:] > 0, each, 0.0)
        return float(areas.sum()), float(np.sqrt((right**2 * each).sum()))


def kaplan_meier(times: ArrayLike, reached: ArrayLike) -> Survival:
    """Return the share of runs that wait, S(t) = Π (1 − dᵢ/nᵢ) over the times up to t at which dᵢ of nᵢ runs got there.

    Args:
        times: ``[runs]``: when a run got there, or else up to when it was watched; +∞ for one that failed, and so waits for
            ever. Missing runs (NaN) are left out.
        reached: ``[runs]``: whether it got there.
    """
    from scipy import stats

    given, there = np.asarray(times, dtype=np.float64).ravel(), np.asarray(reached, dtype=bool).ravel()
    there, given = there[~np.isnan(given)], given[~np.isnan(given)]
    if (there & np.isinf(given)).any():
        raise BenchsuiteError("a run that reached its target did so at a finite time. Received: an infinite one.")
    watched = given[~there]
    known = float(watched[np.isfinite(watched)].max(initial=-np.inf)) if np.isfinite(watched).any() else float("inf")
    if np.isinf(watched).any() or (there.any() and given[there].max() > known):
        # A run that waits for ever is known to, and the last that got there leaves nobody.
        known = float("inf")
    if not len(given) or not there.any():
        empty = np.empty(0)
        return Survival(empty, empty, empty, known, len(given), 0)
    finite = given[np.isfinite(given)]
    shown = np.where(np.isfinite(given), given, finite.max() + 1)  # later than all others, and never seen to get there
    found = stats.ecdf(stats.CensoredData(shown[there], right=shown[~there])).sf
    order = np.isin(found.quantiles, given[there])
    quantiles, waiting = found.quantiles[order], found.probabilities[order]
    gone = np.array([(given[there] == time).sum() for time in quantiles])
    at_risk = np.array([(shown >= time).sum() for time in quantiles])
    with np.errstate(divide="ignore", invalid="ignore"):
        error = waiting * np.sqrt(np.cumsum(gone / (at_risk * (at_risk - gone))))
    return Survival(quantiles, waiting, np.where(waiting > 0, error, 0.0), known, len(given), int(there.sum()))

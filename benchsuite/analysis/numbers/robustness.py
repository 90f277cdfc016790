"""How wide a range of learning rates does: the decades in which a method stays within a stated loss of its best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.numbers.aggregates import median

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class RateRobustness:
    """How much a hyperparameter may be off.

    Args:
        decades: The total length, in powers of ten, over which the value is within the tolerance of the best; between tried
            values it is taken to run straight in the logarithm, and next to a failed one nothing is taken.
        best: The value of the hyperparameter with the best result; NaN where all failed.
        low_open: Whether the smallest tried value is still within: the range goes on below, the decades are a lower bound.
        high_open: Likewise at the largest.
        tried: How many different values were tried.
        failed: How many of these failed.
    """

    decades: float
    best: float
    low_open: bool
    high_open: bool
    tried: int
    failed: int


def robustness(rates: ArrayLike, values: ArrayLike, tolerance: float) -> RateRobustness:
    """Return over how many decades the value is at least the best minus the tolerance.

    Args:
        rates: ``[trials]``, above 0. Several trials at one rate, such as seeds, count with their median.
        values: ``[trials]``, larger is better, −∞ failed; missing ones are left out.
        tolerance: What may be lost, in the unit of the values.
    """
    at, held = _medians(rates, values)
    tried, failed = len(at), int(np.isneginf(held).sum())
    if failed == tried:
        return RateRobustness(0.0, float("nan"), False, False, tried, failed)
    best = float(held.max())
    with np.errstate(invalid="ignore"):
        over = held - (best - tolerance)
    over[np.isposinf(held)] = np.inf
    length = 0.0
    where = np.log10(at)
    for place in range(tried - 1):
        one, other = over[place], over[place + 1]
        width = where[place + 1] - where[place]
        if one >= 0 and other >= 0:
            length += width
        elif np.isfinite(one) and np.isfinite(other) and (one >= 0 or other >= 0):
            length += width * max(one, other) / abs(one - other)
    return RateRobustness(
        float(length), float(at[int(np.argmax(held))]), bool(over[0] >= 0), bool(over[-1] >= 0), tried, failed
    )


def envelope(
    rates: ArrayLike, values: ArrayLike, *, bins_per_decade: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the best value in each bin of a logarithmic axis, as the rate at which it came and the value.

    For trials of a tuner, in which other hyperparameters differ as well: what the rate allows, not what one trial got.

    Args:
        rates: ``[trials]``, above 0.
        values: ``[trials]``, larger is better, −∞ failed; missing ones are left out.
        bins_per_decade: How fine.
    """
    at, held = _there(rates, values)
    bins = np.floor(np.log10(at) * bins_per_decade + 1e-9).astype(np.int64)
    # By bin, and in it the best first, of equal ones the smallest rate.
    order = np.lexsort((at, -held, bins))
    first = np.concatenate([[True], np.diff(bins[order]) > 0]) if len(order) else np.empty(0, dtype=bool)
    chosen = order[first]
    return at[chosen], held[chosen]


def _medians(rates: ArrayLike, values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    at, held = _there(rates, values)
    different = np.unique(at)
    return different, np.array([float(median(held[at == rate])) for rate in different], dtype=np.float64)


def _there(rates: ArrayLike, values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    at, held = (np.asarray(one, dtype=np.float64).ravel() for one in (rates, values))
    return at[~np.isnan(held)], held[~np.isnan(held)]

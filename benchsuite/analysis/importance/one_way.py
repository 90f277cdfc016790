"""Variances with exact intervals, of values that fall into groups: the random-effects model of one factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Variance:
    """An estimated variance: as a standard deviation, with the interval of the χ² distribution, exact for normal values.

    Args:
        deviation: Its square root.
        low: Lower end.
        high: Upper end; infinite without a degree of freedom.
        degrees: Degrees of freedom.
    """

    deviation: float
    low: float
    high: float
    degrees: int

    @property
    def square(self) -> float:
        """The variance itself."""
        return self.deviation**2


@dataclass(frozen=True, slots=True)
class Ratio:
    """One variance divided by another, with the interval of the F distribution, exact for independent normal values."""

    estimate: float
    low: float
    high: float


def within(groups: Sequence[NDArray[np.float64]], confidence: float = CONFIDENCE) -> Variance:
    """Return the variance within groups: Σ (y − mean of its group)² / (values − groups).

    Args:
        groups: Values of each group; one of a single value says nothing.
        confidence: Of the interval.
    """
    degrees = sum(len(group) - 1 for group in groups)
    square = math.fsum(float(((group - group.mean()) ** 2).sum()) for group in groups if len(group))
    return _variance(square, degrees, confidence)


def _variance(square: float, degrees: int, confidence: float) -> Variance:
    from scipy import stats

    if degrees < 1:
        return Variance(math.nan, 0.0, math.inf, 0)
    low, high = stats.chi2.ppf([(1 + confidence) / 2, (1 - confidence) / 2], degrees)
    return Variance(math.sqrt(square / degrees), math.sqrt(square / low), math.sqrt(square / high), degrees)


def ratio(one: Variance, other: Variance, confidence: float = CONFIDENCE) -> Ratio | None:
    """Return one variance as a multiple of another; ``None`` where the other is 0, or either is not known."""
    from scipy import stats

    if not one.degrees or not other.degrees or other.square == 0:
        return None
    estimate = one.square / other.square
    low, high = stats.f.ppf([(1 + confidence) / 2, (1 - confidence) / 2], one.degrees, other.degrees)
    return Ratio(estimate, estimate / float(low), estimate / float(high))

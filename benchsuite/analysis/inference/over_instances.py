"""Differences on several instances of a task: each instance is one draw, however many seeds it had.

Nothing here depends on the scale of the differences but the estimate and its interval: whether they have one direction is
asked by a sign test, since an instance may be ten times as wide as another one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchsuite.analysis.inference.outcome import Values, present
from benchsuite.analysis.inference.shift import paired_shift

POWER = 0.8
"""How often more instances are to settle what these did not."""
MOST_INSTANCES = 200
"""More are not looked for."""


@dataclass(frozen=True, slots=True)
class OverInstances:
    """What n instances say of a difference.

    Args:
        n: How many they are.
        estimate: Hodges and Lehmann's estimate of the middle of their differences, larger better.
        low: Lower end of its interval, that of Wilcoxon's signed ranks of the n instances.
        high: Upper end.
        attained: The confidence of that interval, 0 to 1: 1 − 2 ÷ 2ⁿ at most.
        expected_low: Lower end of where the difference on one more such instance would lie; NaN with fewer than two, or where
            differences are infinite.
        expected_high: Upper end.
        between: Deviation of the differences between instances, beyond what the chance of the seeds explains; NaN likewise.
        error: Standard error of the difference on one instance from the chance of its seeds: the root of the mean square.
    """

    n: int
    estimate: float
    low: float
    high: float
    attained: float
    expected_low: float
    expected_high: float
    between: float
    error: float


def over_instances(differences: Values, errors: Values, confidence: float = 0.95) -> OverInstances:
    """Estimate a difference over instances, and where it would lie on another one.

    For another instance x̄ ± t·s·√(1 + 1/n), t the quantile of Student's with n − 1 degrees of freedom, s² the variance of the
    differences; s is never smaller than the error that the seeds alone make. The variance between instances is s² less the
    mean square of these errors, 0 if that is negative.

    Args:
        differences: One for each instance (n), larger better; NaN is left out.
        errors: Standard error of each from its seeds (n).
        confidence: Of both intervals, above 0 and below 1.
    """
    held = np.asarray(differences, dtype=np.float64)
    known = np.asarray(errors, dtype=np.float64)[~np.isnan(held)]
    held = present(held)
    n = len(held)
    middle = paired_shift(held, confidence)
    error = math.sqrt(float(np.nanmean(known**2))) if np.isfinite(known).any() else 0.0
    low = high = between = math.nan
    if n > 1 and np.isfinite(held).all():
        from scipy.special import stdtrit

        variance = float(held.var(ddof=1))
        between = math.sqrt(max(0.0, variance - error**2))
        reach = float(stdtrit(n - 1, (1 + confidence) / 2)) * math.sqrt(max(variance, error**2) * (1 + 1 / n))
        low, high = float(held.mean()) - reach, float(held.mean()) + reach
    return OverInstances(n, middle.estimate, middle.low, middle.high, middle.attained, low, high, between, error)


def one_direction(for_it: int, n: int) -> float:
    """Return the chance that so many of n signs or more point in a direction that was named beforehand, if either is as likely.

    Σ C(n, i) ÷ 2ⁿ over i from ``for_it`` to n, the one-sided sign test. A difference of 0 is none for it.
    """
    return float(sum(math.comb(n, count) for count in range(for_it, n + 1)) / 2**n)


def more_instances(for_it: int, n: int, level: float) -> int | None:
    """Return how many more instances would settle it four times in five; ``None`` where no 200 do.

    Each has the direction with the chance (for_it + 1) ÷ (n + 2), Laplace's estimate from those that there are.

    Args:
        for_it: How many had the direction.
        n: Of how many.
        level: Of the sign test.
    """
    from scipy.special import bdtrc

    chance = (for_it + 1) / (n + 2)
    for whole in range(n + 1, MOST_INSTANCES + 1):
        tails = bdtrc(np.arange(-1, whole), whole, 0.5)  # of so many or more, from 0 to all of them
        needed = int(np.searchsorted(-tails, -level))
        if needed <= whole and float(bdtrc(needed - for_it - 1, whole - n, chance)) >= POWER:
            return whole - n
    return None


def seed_error(a: Sequence[float], b: Sequence[float], *, paired: bool) -> float:
    """Return the standard error of a difference of two samples; NaN with fewer than two numbers on a side.

    Args:
        a: One value a seed; what is no number is left out, with its pair.
        b: Likewise.
        paired: Whether they have the same seeds in the same order.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        samples = [first - second] if paired else [first, second]
    finite = [sample[np.isfinite(sample)] for sample in samples]
    if min(map(len, finite)) < 2:
        return math.nan
    return math.sqrt(sum(float(sample.var(ddof=1)) / len(sample) for sample in finite))

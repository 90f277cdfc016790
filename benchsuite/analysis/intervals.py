"""Intervals around a statistic of a few seeds, with failed seeds as part of the sample.

A failed seed has no number, but it is known to be worse than any number. It therefore enters every order statistic as
−∞ when larger is better and as +∞ when smaller is better: it is never dropped and never filled in, so a median or a
bound can itself be "failed" (an infinite number here).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Direction = Literal["max", "min"]
FIRST_DIGITS = 128
"""Binary digits that bounds are first computed with: enough but for ties."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A median with its order-statistic interval.

    ``low ≤ estimate ≤ high``; an infinite bound or estimate means "failed". ``attained`` is the confidence (0 to 1)
    that the interval really has, which with few seeds lies below the one that was wanted.
    """

    estimate: float
    low: float
    high: float
    attained: float
    count: int
    failed: int


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """Any statistic with its bootstrap interval, of the kind that ``method`` names.

    ``nominal`` is the wanted confidence (0 to 1): unlike :attr:`Interval.attained` it holds only for many values.
    """

    estimate: float
    low: float
    high: float
    nominal: float
    resamples: int
    count: int
    method: str = "percentile"


def worst(direction: Direction) -> float:
    """Return the value that is worse than any number: −∞ for ``"max"``, +∞ for ``"min"``."""
    if direction not in ("max", "min"):
        raise BenchsuiteError(f"unknown direction. Received: {direction!r}. Known: 'max', 'min'.")
    return -math.inf if direction == "max" else math.inf


def with_failures(values: Sequence[float | None], direction: Direction) -> list[float]:
    """Replace every value that is missing or not finite by the one that is worse than any number."""
    failed = worst(direction)
    return [failed if value is None or not math.isfinite(value) else float(value) for value in values]


def attained_confidence(count: int, k: int) -> Fraction:
    """Return P(x₍ₖ₎ ≤ median ≤ x₍ₙ₊₁₋ₖ₎) = 1 − 2·Σ_{i<k} C(n, i)/2ⁿ for n independent draws of one distribution.

    Exact for a continuous distribution; a lower bound when values can be equal.
    """
    return 1 - Fraction(2 * sum(math.comb(count, i) for i in range(k)), 2**count)


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two middle ones: infinite if one of these is."""
    if not values:
        raise BenchsuiteError("the median of no value is not defined. Received: an empty sequence. Give at least one.")
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    low, high = ordered[half - 1], ordered[half]
    # An equal pair is returned as it is: the sum of two huge values would overflow, and of −∞ and +∞ be undefined.
    return low if low == high else low / 2 + high / 2


def median_interval(values: Sequence[float | None], direction: Direction, confidence: float = 0.95) -> Interval:
    """Return the median of all seeds and the narrowest symmetric order-statistic interval of that confidence.

    The interval is [x₍ₖ₎, x₍ₙ₊₁₋ₖ₎] with the largest k for which :func:`attained_confidence` (n, k) ≥ ``confidence``;
    where no k reaches it, it is [min, max], the widest there is, and ``attained`` says what that one is worth:
    1 − 2¹⁻ⁿ, so 0 % with one seed, 75 % with three, 93.75 % with five.

    Args:
        values: One value per seed; ``None`` or a number that is not finite is a failed seed.
        direction: ``"max"`` if larger is better, ``"min"`` if smaller is.
        confidence: The wanted confidence, above 0 and below 1.
    """
    if not 0 < confidence < 1:
        raise BenchsuiteError(f"confidence must lie between 0 and 1, both excluded. Received: {confidence!r}.")
    sample = sorted(with_failures(values, direction))
    count = len(sample)
    estimate = median(sample)
    k, attained = _bounds(count, confidence)
    return Interval(
        estimate=estimate,
        low=sample[k - 1],
        high=sample[count - k],
        attained=attained,
        count=count,
        failed=sum(math.isinf(value) for value in sample),
    )


@lru_cache(maxsize=4096)
def _bounds(count: int, confidence: float) -> tuple[int, float]:
    """Return the largest k for which :func:`attained_confidence` (n, k) ≥ ``confidence``, at least 1, and what it attains.

    Exactly: as many digits are taken as leave no doubt, which is all of them where Σ meets its bound to the last one.
    """
    digits = FIRST_DIGITS
    while (found := _bounds_by(digits, count, confidence)) is None:
        digits *= 4
    return found


def _bounds_by(digits: int, count: int, confidence: float) -> tuple[int, float] | None:
    """Return what :func:`_bounds` does, or ``None`` if some 2·``digits`` binary digits do not decide it.

    1 − 2·Σ/2ⁿ ≥ c where Σ ≤ (1 − c)·2ⁿ⁻¹. Σ and the binomials have up to n digits, and n steps with all of them would
    cost n². So only the first ones are kept: the true values lie from ``below`` and ``binomial`` to these plus their
    errors, in units of 2^``shift``. With more than n digits nothing is cut off, and the errors stay 0.
    """
    share = 1 - Fraction(confidence)  # a float: its denominator is a power of two
    allowed = (share.numerator << (count - 1)) // share.denominator
    size = allowed.bit_length()
    k, shift = 1, 0
    below, below_error = 1, 0  # Σ_{i<k} C(n, i)
    binomial, binomial_error = count, 0  # C(n, k)
    while 2 * (k + 1) <= count + 1:
        least = below + binomial
        most = least + below_error + binomial_error
        if most.bit_length() + shift >= size:  # else it is far below: no need to look
            bound = allowed >> shift
            if least > bound:
                break
            if most > bound:
                return None
        below, below_error = least, most - least
        low, high = binomial * (count - k), (binomial + binomial_error) * (count - k)
        k += 1
        binomial = low // k
        binomial_error = -(-high // k) - binomial
        if (over := binomial.bit_length() - 2 * digits) >= 0:
            over += digits
            shift += over
            below, below_error = _cut(below, below_error, over)
            binomial, binomial_error = _cut(binomial, binomial_error, over)
    whole = 1 << (count - 1 - shift)
    # Dividing two whole numbers is rounded correctly, however large they are.
    attained, least_attained = ((whole - at) / whole for at in (below, below + below_error))
    return (k, attained) if attained == least_attained else None


def _cut(value: int, error: int, digits: int) -> tuple[int, int]:
    """Return a value without its last digits, and the error that it then has."""
    cut = value >> digits
    return cut, -(-(value + error) >> digits) - cut


def bootstrap_interval(
    values: Sequence[float] | NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], float],
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> BootstrapInterval:
    """Return ``statistic(values)`` and the percentile interval of the statistic over resamples with replacement.

    The bounds are the (1 − c)/2 and (1 + c)/2 quantiles of the resampled statistic, taken as values that occurred:
    interpolating between a number and a failed seed (an infinite number) would make up a value.

    Args:
        values: The sample; the first axis is resampled, so a (seeds × tasks) array keeps its tasks together.
        statistic: Any function of such an array.
        generator: Where all chance comes from; equal generators give equal intervals.
        confidence: The nominal confidence c, above 0 and below 1.
        resamples: How many resamples are drawn.
    """
    import numpy as np

    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim == 0 or len(sample) == 0:
        raise BenchsuiteError("a bootstrap needs at least one value. Received: none.")
    if not 0 < confidence < 1:
        raise BenchsuiteError(f"confidence must lie between 0 and 1, both excluded. Received: {confidence!r}.")
    if resamples < 1:
        raise BenchsuiteError(f"resamples must be at least 1. Received: {resamples!r}.")
    drawn = generator.integers(0, len(sample), size=(resamples, len(sample)))
    statistics = np.array([float(statistic(sample[rows])) for rows in drawn])
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(statistics, tails, method="inverted_cdf")
    return BootstrapInterval(float(statistic(sample)), float(low), float(high), confidence, resamples, len(sample))


def average_ranks(values: Sequence[float], direction: Direction) -> list[float]:
    """Return the rank of each value, 1 for the best; equal values share the average of the ranks they take up.

    rank(x) = #{better than x} + (#{equal to x} + 1)/2.
    """
    sign = -1.0 if worst(direction) < 0 else 1.0
    costs = [sign * value for value in values]
    ranks, better = {}, 0
    for cost, equal in sorted(Counter(costs).items()):
        ranks[cost] = better + (equal + 1) / 2
        better += equal
    return [ranks[cost] for cost in costs]

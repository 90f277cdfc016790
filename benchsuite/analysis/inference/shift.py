"""By how much one sample lies above another: Hodges and Lehmann's estimate with the interval that belongs to the rank tests.

Where no values are equal, the interval holds every shift that the test would not reject, so it excludes 0 where the
test says p ≤ 1 − confidence; equal ones (accuracies in steps of one example) are spread over their step, without
which it would hold the truth too often, or, between steps, too seldom. It keeps its confidence whatever the
distribution is, as long as the samples differ by a shift (two samples) or the differences lie evenly around their
middle (pairs); both are so where nothing differs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.exact import EXACT_PAIRS, EXACT_RUNS, pairs_below, signed_below
from benchsuite.analysis.inference.outcome import Values, check_confidence, minus, present
from benchsuite.analysis.inference.ties import rounding, spread


@dataclass(frozen=True, slots=True)
class Shift:
    """How far one sample lies above another.

    ``low ≤ estimate ≤ high``; an infinite one comes from failed runs. ``attained`` is the confidence (0 to 1) that the
    interval has: with few runs it lies below the one that was wanted.
    """

    estimate: float
    low: float
    high: float
    attained: float


def shift(a: Values, b: Values, confidence: float = 0.95) -> Shift:
    """Return the median of all n·m differences aᵢ − bⱼ with the interval that belongs to Mann and Whitney's test.

    The interval is [d₍ₖ₎, d₍ₙₘ₊₁₋ₖ₎] of the ordered differences with the largest k that keeps the confidence,
    1 − 2·P(U < k); where none does it is the widest there is. Equal differences are spread over their step first.

    Args:
        a: One value for each run (n); NaN is left out.
        b: Those of the other method (m).
        confidence: The wanted confidence, above 0 and below 1.
    """
    check_confidence(confidence)
    first, second = present(a), present(b)
    if not len(first) or not len(second):
        return Shift(math.nan, -math.inf, math.inf, 0.0)
    k, attained = two_sample_place(len(first), len(second), confidence)
    grid = first[:, None], second[None, :]
    ordered = spread(minus(*grid).ravel(), rounding(*grid).ravel())
    return Shift(_middle(ordered), float(ordered[k - 1]), float(ordered[-k]), attained)


def paired_shift(d: Values, confidence: float = 0.95, slack: NDArray[np.float64] | None = None) -> Shift:
    """Return the median of the means of any two differences, with the interval that belongs to Wilcoxon's test.

    These n·(n + 1)/2 means (a difference with itself included) are ordered, and the interval is [w₍ₖ₎, w₍₋ₖ₎] with
    the largest k that keeps the confidence, 1 − 2·P(W < k); where none does it is the widest there is, [w₍₁₎, w₍₋₁₎]. The mean of
    −∞ and +∞ (either failed once) counts as 0 in the estimate, and against either bound. Equal means are spread over their step
    first. So the widest interval goes from the smallest difference to the largest where each of these is there once; where several
    are the smallest (or the largest), it reaches beyond them, by less than half of the step.

    Args:
        d: One difference for each pair (n); NaN is left out.
        confidence: The wanted confidence, above 0 and below 1.
        slack: By how much each difference may be wrong (n), where it is more than the rounding of the difference.
    """
    check_confidence(confidence)
    differences = present(d)
    n = len(differences)
    if not n:
        return Shift(math.nan, -math.inf, math.inf, 0.0)
    wrong = rounding(differences, differences) if slack is None else slack
    k, attained = paired_place(n, confidence)
    i, j = np.triu_indices(n)
    with np.errstate(invalid="ignore"):
        means = differences[i] / 2 + differences[j] / 2  # halves first: a sum could overflow
    undefined = np.isnan(means)
    low, middle, high = (
        spread(np.where(undefined, instead, means), np.maximum(wrong[i], wrong[j]))
        for instead in (-np.inf, 0.0, np.inf)
    )
    return Shift(_middle(middle), float(low[k - 1]), float(high[-k]), attained)


def two_sample_place(n: int, m: int, confidence: float) -> tuple[int, float]:
    """Return the place k of the bound among the n·m ordered differences, and the confidence attained."""
    if n + m <= EXACT_RUNS:
        return _place(pairs_below(n, m), confidence)
    return _normal_place(n * m / 2, math.sqrt(n * m * (n + m + 1) / 12), confidence)


def paired_place(n: int, confidence: float) -> tuple[int, float]:
    """Return the place k of the bound among the n·(n + 1)/2 ordered means, and the confidence attained."""
    if n <= EXACT_PAIRS:
        return _place(signed_below(n), confidence)
    return _normal_place(n * (n + 1) / 4, math.sqrt(n * (n + 1) * (2 * n + 1) / 24), confidence)


def _place(below: NDArray[np.float64], confidence: float) -> tuple[int, float]:
    # A level that is met exactly, such as 1/20, must not fail by the last digit of a sum.
    k = max(1, int(np.searchsorted(2 * below, (1 - confidence) * (1 + 1e-12), side="right")))
    k = min(k, (len(below) + 1) // 2)
    return k, max(0.0, 1 - 2 * float(below[k - 1]))


def _normal_place(middle: float, deviation: float, confidence: float) -> tuple[int, float]:
    from scipy.special import ndtr, ndtri

    k = max(1, int(middle + 0.5 + float(ndtri((1 - confidence) / 2)) * deviation))
    return k, 1 - 2 * float(ndtr((k - 0.5 - middle) / deviation))


def _middle(ordered: NDArray[np.float64]) -> float:
    half = len(ordered) // 2
    high = float(ordered[half])
    low = high if len(ordered) % 2 else float(ordered[half - 1])
    if low == high:
        return low
    # −∞ and +∞ on either side of the middle: neither outweighs the other.
    return 0.0 if math.isinf(low) and math.isinf(high) else low / 2 + high / 2

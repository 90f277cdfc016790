"""Two samples that share nothing: Mann and Whitney's test, the permutation test of means, the probability of improvement."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.exact import EXACT_RUNS, rank_sums, two_sided
from benchsuite.analysis.inference.outcome import Test, Values, doubled_ranks, present

RESAMPLES = 9999
"""Rearrangements that are drawn where there are too many to try all: with the one at hand 10,000."""


def smallest_p(n: int, m: int) -> float:
    """Return the smallest two-sided p that two samples of n and m runs can give by rearrangement: 2 ÷ C(n + m, n).

    It is that of samples which do not overlap. With a sample of none it is 1.
    """
    if not n or not m:
        return 1.0
    if n + m > 1000:  # a number of hundreds of digits, whose reciprocal is 0 as good as always
        return min(1.0, 2 * math.exp(math.lgamma(n + 1) + math.lgamma(m + 1) - math.lgamma(n + m + 1)))
    return min(1.0, 2 / math.comb(n + m, n))


def mann_whitney(a: Values, b: Values) -> Test:
    """Test whether runs of ``a`` tend to be better or worse than runs of ``b`` (Mann and Whitney, two-sided).

    The statistic U counts the pairs in which a run of ``a`` is better, equal ones as a half. Up to 100 runs in all, p
    is exact: the share of all rearrangements of these very values, equal ones included, whose U is as far out, both
    sides. Beyond, the normal curve with its corrections for ties and steps stands for it. A failed run is worse than
    any number and equal to another failed one.

    Args:
        a: One value for each run (n); NaN is left out.
        b: Those of the other method (m).
    """
    first, second = present(a), present(b)
    n, m = len(first), len(second)
    if not n or not m:
        return Test(math.nan, 1.0, "no test: a sample is empty", 0, 1.0)
    doubled = doubled_ranks(np.concatenate([first, second]))
    place = int(doubled[:n].sum())
    statistic = (place - n * (n + 1)) / 2
    least = smallest_p(n, m)
    if n + m <= EXACT_RUNS:
        p = two_sided(rank_sums(tuple(np.sort(doubled).tolist()), n), place)
        return Test(statistic, p, "Mann–Whitney, exact", min(n, m), least)
    from scipy.stats import mannwhitneyu

    p = float(mannwhitneyu(doubled[:n], doubled[n:], method="asymptotic").pvalue) if np.ptp(doubled) else 1.0
    return Test(statistic, p, "Mann–Whitney, normal curve", min(n, m), least)


def permutation(a: Values, b: Values, generator: np.random.Generator, *, resamples: int = RESAMPLES) -> Test:
    """Test whether two samples have one mean, by rearranging their values (two-sided).

    p is exact, over all C(n + m, n) rearrangements, where these are at most ``resamples``; beyond, so many are drawn
    and the one at hand counts as one more, which keeps p valid. A mean of failed runs is no number: where a run
    failed, the values are replaced by their ranks, and the method says so.

    Args:
        a: One value for each run (n); NaN is left out.
        b: Those of the other method (m).
        generator: Where rearrangements are drawn from.
        resamples: The most that are tried.
    """
    first, second = present(a), present(b)
    n, m = len(first), len(second)
    if not n or not m:
        return Test(math.nan, 1.0, "no test: a sample is empty", 0, 1.0)
    what = "means"
    if not np.isfinite(np.concatenate([first, second])).all():
        ranks = doubled_ranks(np.concatenate([first, second])) / 2
        first, second, what = ranks[:n], ranks[n:], "mean ranks, since runs failed"
    least = smallest_p(n, m)
    if min(n, m) == 1:  # the mean of the others falls as the one rises: the order decides
        test = mann_whitney(first, second)
        return Test(float(np.mean(first) - np.mean(second)), test.p, f"permutation of {what}, exact", 1, least)
    from scipy.stats import permutation_test

    found = permutation_test(
        (first, second), _mean_difference, vectorized=True, n_resamples=resamples, batch=2000, rng=generator
    )
    # Of those that are drawn, the one at hand is always one.
    drawn = math.comb(n + m, n) > resamples
    least = max(least, 2 / (resamples + 1)) if drawn else least
    how = f"{resamples} drawn" if drawn else "exact"
    return Test(
        float(found.statistic), float(min(1.0, found.pvalue)), f"permutation of {what}, {how}", min(n, m), least
    )


def _mean_difference(a: NDArray[np.float64], b: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    return np.asarray(np.mean(a, axis=axis) - np.mean(b, axis=axis), dtype=np.float64)


def probability_of_improvement(a: Values, b: Values) -> float:
    """Return P(A > B) + ½·P(A = B): the chance that a run of ``a`` is better than a run of ``b``, U ÷ (n·m).

    A failed run is worse than any number. With a sample of none it is NaN.

    Args:
        a: One value for each run (n); NaN is left out.
        b: Those of the other method (m).
    """
    first, second = present(a), present(b)
    if not len(first) or not len(second):
        return math.nan
    ordered = np.sort(second)
    better, not_worse = (np.searchsorted(ordered, first, side=side) for side in ("left", "right"))
    return float((better + not_worse).sum() / (2 * len(first) * len(second)))

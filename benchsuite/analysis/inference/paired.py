"""Two methods on the same seeds or the same tasks: tests of the differences within pairs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.exact import EXACT_PAIRS, signed_rank_sums, two_sided
from benchsuite.analysis.inference.outcome import Test, Values, doubled_ranks, minus, present
from benchsuite.analysis.inference.ties import equal_sizes, rounding
from benchsuite.analysis.inference.two_samples import RESAMPLES, smallest_p
from benchsuite.errors import BenchsuiteError

FEWEST_IN_ONE_DIRECTION = 10
"""Pairs from which on Mann and Whitney's p may stand in for Wilcoxon's where all differ in one direction, see
:func:`smallest_p_of_pairs`."""


def smallest_p_of_pairs(n: int) -> float:
    """Return the smallest p that the comparison of n pairs can give: below ten that of Wilcoxon's test, then that of Mann and Whitney's.

    If nothing differs, ten pairs all differ in one direction once in 512 times, whatever their runs have in common. So
    whatever p is given there, a table of 26 tasks is wrong at most 5.1 % of the time; of fewer pairs the share could be far
    above 5 %.
    """
    return smallest_p(n, n) if n >= FEWEST_IN_ONE_DIRECTION else smallest_p_paired(n)


def smallest_p_paired(n: int) -> float:
    """Return the smallest two-sided p that n pairs can give by flipping signs: 2 ÷ 2ⁿ, with none 1.

    It is that of differences of one sign. Five pairs cannot reach 5 %.
    """
    return min(1.0, 2.0 ** (1 - n))


def present_pairs(a: Values, b: Values) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both values of each pair that is there on both sides.

    Args:
        a: One value for each run (n); NaN is not there.
        b: Those of the other method for the same seeds, in the same order.

    Raises:
        BenchsuiteError: If there are not as many of each.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise BenchsuiteError(
            f"pairs need two samples of one length. Received: shapes {first.shape} and {second.shape}. "
            "Give NaN for a run that is not there."
        )
    there = ~(np.isnan(first) | np.isnan(second))
    return first[there], second[there]


def pair_differences(a: Values, b: Values) -> NDArray[np.float64]:
    """Return a − b of each pair that is there on both sides.

    If one side failed the difference is infinite, if both did it is 0. Differences that are equal but for rounding are
    equal.

    Args:
        a: One value for each run (n); NaN is not there.
        b: Those of the other method for the same seeds, in the same order.

    Raises:
        BenchsuiteError: If there are not as many of each.
    """
    first, second = present_pairs(a, b)
    return equal_sizes(minus(first, second), rounding(first, second))


def signed_ranks(d: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return twice the ranks of the sizes of all differences, and their signs."""
    return doubled_ranks(np.abs(d)), np.sign(d).astype(np.int64)


def wilcoxon(d: Values) -> Test:
    """Test whether the differences lie evenly around 0 (Wilcoxon's signed ranks, two-sided).

    The statistic R₊ is the sum of the ranks of the positive differences, ranked by size. Zeros keep their ranks and
    count half for each side (Pratt, Demšar). Up to 500 pairs p is exact: the share of all ways to flip the signs of
    these very differences whose R₊ is as far out, both sides; beyond, the normal curve stands for it. An infinite
    difference (one of the pair failed) is larger than any number.

    Args:
        d: One difference for each pair (n); NaN is left out.
    """
    differences = present(d)
    n = len(differences)
    if not n:
        return Test(math.nan, 1.0, "no test: no pairs", 0, 1.0)
    doubled, sign = signed_ranks(differences)
    signed = doubled[sign != 0]
    place = int(doubled[sign > 0].sum())
    statistic = place / 2 + float(doubled[sign == 0].sum()) / 4
    if n <= EXACT_PAIRS:
        p = two_sided(signed_rank_sums(tuple(np.sort(signed).tolist())), place)
        return Test(statistic, p, "Wilcoxon signed ranks, exact", n, smallest_p_paired(n))
    from scipy.special import ndtr

    middle, deviation = float(signed.sum()) / 2, math.sqrt(float((signed.astype(np.float64) ** 2).sum())) / 2
    p = min(1.0, 2 * float(ndtr(-max(0.0, abs(place - middle) - 1) / deviation))) if len(signed) else 1.0
    return Test(statistic, p, "Wilcoxon signed ranks, normal curve", n, smallest_p_paired(n))


def sign_flips(d: Values, generator: np.random.Generator, *, resamples: int = RESAMPLES) -> Test:
    """Test whether the differences have mean 0, by flipping their signs (Fisher's test of pairs, two-sided).

    p is exact, over all 2ⁿ ways, where these are at most ``resamples``; beyond, so many are drawn and the one at hand
    counts as one more. Where a difference is infinite (one of the pair failed) there is no mean: the differences are
    replaced by their signed ranks, and the method says so.

    Args:
        d: One difference for each pair (n); NaN is left out.
        generator: Where signs are drawn from.
        resamples: The most that are tried.
    """
    differences = present(d)
    n = len(differences)
    if not n:
        return Test(math.nan, 1.0, "no test: no pairs", 0, 1.0)
    what = "differences"
    if not np.isfinite(differences).all():
        doubled, sign = signed_ranks(differences)
        differences, what = doubled * sign / 2, "signed ranks, since runs failed"
    statistic = float(differences.mean())
    drawn = n >= 63 or 2**n > resamples
    if drawn:
        signs = generator.integers(0, 2, size=(resamples, n), dtype=np.int8) * 2 - 1
    else:
        signs = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) * 2 - 1
    flipped = signs @ differences / n
    # The same sum in another order may differ in its last digit.
    slack = 1e-12 * float(np.abs(differences).sum()) / n
    extreme = int((np.abs(flipped) >= abs(statistic) - slack).sum())
    p = (extreme + 1) / (resamples + 1) if drawn else extreme / 2**n
    least = max(smallest_p_paired(n), 1 / (resamples + 1)) if drawn else smallest_p_paired(n)
    how = f"{resamples} drawn" if drawn else "exact"
    return Test(statistic, p, f"sign flips of {what}, {how}", n, least)

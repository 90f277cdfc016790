"""The exact distributions of rank statistics if nothing differs, with ties: counted, not simulated and not approximated.

Where values are equal, the distribution is that over all rearrangements of the ranks at hand (the conditional one).
scipy counts it for samples without ties only.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

EXACT_RUNS = 100
"""Of two samples together: up to so many runs the rank sum is counted, in some 0.1 s at most; the normal curve beyond."""
EXACT_PAIRS = 500
"""Likewise pairs."""


@lru_cache(maxsize=512)
def rank_sums(doubled: tuple[int, ...], size: int) -> NDArray[np.float64]:
    """Return how many of the ways to choose ``size`` of the ranks have each sum; the place is the doubled sum.

    Args:
        doubled: Twice the rank of each value of both samples, in any order.
        size: Values of the first sample.
    """
    most = sum(sorted(doubled)[len(doubled) - size :])
    ways = np.zeros((size + 1, most + 1))
    ways[0, 0] = 1.0
    for rank in doubled:
        ways[1:, rank:] += ways[:-1, : most + 1 - rank].copy()
    counted: NDArray[np.float64] = ways[size].copy()
    counted.setflags(write=False)
    return counted


@lru_cache(maxsize=512)
def signed_rank_sums(doubled: tuple[int, ...]) -> NDArray[np.float64]:
    """Return in which share of the ways to give each rank a sign the positive ones have each sum (doubled, as above).

    Args:
        doubled: Twice the rank of each difference that has a sign.
    """
    most = sum(doubled)
    ways = np.zeros(most + 1)
    ways[0] = 1.0
    for rank in doubled:
        ways[rank:] += ways[: most + 1 - rank].copy()
        ways /= 2.0
    ways.setflags(write=False)
    return ways


def two_sided(ways: NDArray[np.float64], place: int) -> float:
    """Return twice the smaller of the two tails that hold ``place``, as a share of all ways, at most 1."""
    tails = float(ways[: place + 1].sum()), float(ways[place:].sum())
    return min(1.0, 2 * min(tails) / float(ways.sum()))


@lru_cache(maxsize=512)
def pairs_below(n: int, m: int) -> NDArray[np.float64]:
    """Return P(U ≤ u) for u = 0, 1, … if nothing differs and no values are equal (Mann and Whitney's U).

    Args:
        n: Runs of the first sample.
        m: Runs of the second.
    """
    ways = rank_sums(tuple(range(2, 2 * (n + m) + 1, 2)), n)[n * (n + 1) :: 2]
    return np.asarray(np.cumsum(ways) / math.comb(n + m, n), dtype=np.float64)


@lru_cache(maxsize=512)
def signed_below(n: int) -> NDArray[np.float64]:
    """Return P(W ≤ w) for w = 0, 1, … if nothing differs and no values are equal (Wilcoxon's signed rank sum)."""
    return np.cumsum(signed_rank_sums(tuple(range(2, 2 * n + 1, 2)))[::2])

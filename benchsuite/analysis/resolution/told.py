"""The share of pairs that are told apart with so many seeds: a mean over subsets of the seeds that there are."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.difference import difference
from benchsuite.analysis.inference.paired import smallest_p_of_pairs
from benchsuite.analysis.inference.population import for_population
from benchsuite.analysis.inference.shift import shift
from benchsuite.analysis.inference.test_set import least_examples_error
from benchsuite.analysis.inference.two_samples import mann_whitney, smallest_p

Floats = NDArray[np.float64]
MOST_SUBSETS = 252
"""All of five out of ten; of more, so many are drawn."""
CHANCE = 20_251_127
"""Where that draw begins: the same number of seeds gives the same subsets everywhere."""


def subsets(of: int, size: int, most: int = MOST_SUBSETS) -> list[tuple[int, ...]]:
    """Return the subsets of 0 … of−1 of a size, in order: all C(of, size) of them, or a fixed draw of ``most`` different ones.

    Args:
        of: How many there are to choose from.
        size: How many are chosen, at most ``of``.
        most: From which number on they are drawn.
    """
    if math.comb(of, size) <= most:
        return list(itertools.combinations(range(of), size))
    generator = np.random.default_rng((CHANCE, of, size))
    found: set[tuple[int, ...]] = set()
    while len(found) < most:
        found.add(tuple(sorted(generator.choice(of, size, replace=False).tolist())))
    return sorted(found)


def tells_apart(a: Floats, b: Floats, *, paired: bool = False, level: float = 0.05, examples: int = 0) -> bool:
    """Say whether the test of ``benchsuite compare`` calls one of two samples better, with no correction for other pairs.

    Of seeds of their own that is Mann and Whitney's exact test, which the places of a leaderboard rest on as well; of the same
    seeds (``paired``) Wilcoxon's. Both are made a claim about the population where the finite test part has a known error: the
    least that such a difference of accuracies can have.

    Args:
        a: One value for each seed; larger is better, −∞ failed, NaN not there.
        b: Those of the other, in the same order of seeds.
        paired: Whether the seeds count as the same.
        level: Of the two-sided test, above 0 and below 1.
        examples: In the part that accuracies are measured on; 0 for other measures, and where nobody knows.
    """
    error = _test_error(a, b, examples)
    if paired:
        found = difference(a, b, paired=True, confidence=1 - level, test_error=error)
        return bool(found.n) and found.p <= level and found.estimate != 0
    # As `difference` has it, but the estimate, which takes longer, is made only where the test of the seeds decides.
    p = mann_whitney(a, b).p
    if p > level:
        return False
    estimate = shift(a, b, 1 - level).estimate
    return for_population(p, estimate, error) <= level and estimate != 0


def share_told(
    values: Floats,
    seeds: int,
    *,
    pairs: Sequence[tuple[int, int]] | None = None,
    paired: bool = False,
    level: float = 0.05,
    examples: int = 0,
) -> float:
    """Return the share of pairs of rows that are told apart with so many seeds: the mean over subsets of the seeds.

    With so few seeds that no test can reach the level it is 0, whatever the values are; without a pair it is NaN.

    Args:
        values: ``[rows, seeds]``: larger is better, −∞ failed, NaN not there.
        seeds: How many of them are taken, at most all.
        pairs: Which pairs count; all unless given.
        paired: Whether seeds count as the same, see :func:`tells_apart`.
        level: Of each test.
        examples: In the part that accuracies are measured on; 0 for other measures.
    """
    counted = list(itertools.combinations(range(len(values)), 2)) if pairs is None else pairs
    if not counted:
        return math.nan
    if (smallest_p_of_pairs(seeds) if paired else smallest_p(seeds, seeds)) > level:
        return 0.0
    chosen = [np.array(one) for one in subsets(values.shape[1], seeds)]
    told = sum(
        tells_apart(values[one, at], values[other, at], paired=paired, level=level, examples=examples)
        for at in chosen
        for one, other in counted
    )
    return told / (len(chosen) * len(counted))


def _test_error(a: Floats, b: Floats, examples: int) -> float:
    """Return the least error that the difference of two means of accuracies has; 0 where none is known."""
    first, second = a[np.isfinite(a)], b[np.isfinite(b)]
    if not examples or not len(first) or not len(second):
        return 0.0
    apart = float(first.mean() - second.mean())
    return least_examples_error(apart, examples) if -1 <= apart <= 1 else 0.0

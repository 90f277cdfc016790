"""Looking more than once: how much of the level each look may spend, so that all looks together keep it.

Whoever tests after 3, 5, 8, … seeds and stops at the first small p finds differences that are not there. Here the
looks are declared beforehand, and each has a level of its own. Their sum is at most the level of the whole, so that
the chance of a false verdict at any look is too (Boole's inequality): for exact tests with their few possible values
of p, with ties, for a family of tests corrected by Holm, and whatever the looks have in common.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.exact import EXACT_PAIRS, EXACT_RUNS, pairs_below, signed_below
from benchsuite.analysis.inference.paired import FEWEST_IN_ONE_DIRECTION, smallest_p_paired
from benchsuite.errors import BenchsuiteError

Rule = Literal["even", "late"]


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """One look at the data.

    Args:
        n: Seeds of each method at this look.
        level: A difference is decided at this look where p, corrected by Holm, is at most this. 0: this look cannot
            decide.
        spent: The levels of all looks up to this one together.
    """

    n: int
    level: float
    spent: float


def _even(share: float, alpha: float) -> float:
    return alpha * share


def _late(share: float, alpha: float) -> float:
    from scipy.special import ndtr, ndtri

    return 2 * float(ndtr(float(ndtri(alpha / 2)) / math.sqrt(share)))


RULES: Mapping[Rule, Callable[[float, float], float]] = {"even": _even, "late": _late}
"""Spending of the level by the share of the seeds seen so far: in proportion to it, or as O'Brien and Fleming's by Lan
and DeMets, nearly all at the end. The first decides large differences after 5 seeds instead of 8, the second finds
more of the small ones."""


def spending(
    alpha: float, looks: Sequence[int], *, paired: bool = False, tests: int = 1, rule: Rule = "even"
) -> tuple[PlannedLook, ...]:
    """Return the level of each look, for :func:`~benchsuite.analysis.inference.difference.difference` and Holm.

    At a look after the share t of all seeds, α·t may have been spent in all (``"late"``: 2·Φ(z_{α/2}/√t)). An exact
    test cannot spend any amount: a look's level is rounded down to a p that the test can have, and what is left goes to
    the next look. A look with too few seeds for any verdict spends nothing.

    Args:
        alpha: The level of the whole, above 0 and below 1.
        looks: Seeds of each method at each look, growing; the last is the bound. To be fixed before the first.
        paired: Whether both methods have the same seeds.
        tests: Tests in the family at each look, which Holm corrects.
        rule: ``"even"`` or ``"late"``.

    Raises:
        BenchsuiteError: If the looks do not grow, or a number is out of range.
    """
    if not 0 < alpha < 1:
        raise BenchsuiteError(f"alpha must lie between 0 and 1, both excluded. Received: {alpha!r}.")
    if tests < 1:
        raise BenchsuiteError(f"a family has at least one test. Received: {tests!r}.")
    if not looks or looks[0] < 1 or any(later <= one for one, later in pairwise(looks)):
        raise BenchsuiteError(
            f"looks must be numbers of seeds that grow. Received: {list(looks)!r}. Give such as 3, 5, 8, 10."
        )
    if rule not in RULES:
        raise BenchsuiteError(f"unknown rule. Received: {rule!r}. Known: {', '.join(map(repr, RULES))}.")
    planned, spent = [], 0.0
    for n in looks:
        may = RULES[rule](n / looks[-1], alpha) - spent
        level = tests * possible_p(n, may / tests, paired=paired)
        spent += level
        planned.append(PlannedLook(n, level, spent))
    return tuple(planned)


def possible_p(n: int, at_most: float, *, paired: bool) -> float:
    """Return the largest two-sided p up to a bound that n seeds of each method can give without ties; 0 if none.

    Args:
        n: Seeds of each method.
        at_most: The bound.
        paired: Whether both methods have the same seeds.
    """
    if at_most <= 0:
        return 0.0
    signed = paired and (n < FEWEST_IN_ONE_DIRECTION or at_most >= smallest_p_paired(n))
    if n > EXACT_PAIRS if signed else 2 * n > EXACT_RUNS:
        return at_most  # too many possible values to tell them from any value
    below: NDArray[np.float64] = 2 * (signed_below(n) if signed else pairs_below(n, n))
    place = int(np.searchsorted(below, at_most * (1 + 1e-12), side="right"))
    return min(1.0, float(below[place - 1])) if place else 0.0

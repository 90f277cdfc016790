"""How many times fewer steps one training takes than another to get as far as the weaker of the two ever gets.

A difference in accuracy says little along an axis: where a task grows easy both come close to the best value, and where it
grows hard both fall behind, so it shrinks and grows with the task alone. A ratio of steps has the same meaning everywhere, is
what published speed-ups are, and can be formed at every value: the level is one that both reach, so nothing is censored but a
side that failed or never got better than it began.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from benchsuite.analysis.numbers.speed_up import crossings


def log_step_ratio(a: ArrayLike, steps_a: ArrayLike, b: ArrayLike, steps_b: ArrayLike) -> float:
    """Return log₂ (steps of B ÷ steps of A) to the level L = min(best of A, best of B): 1 where A takes half the steps.

    Curves count as their best so far, straight between evaluations. +∞ where A is at L before its first step or B never gets
    better than it began, −∞ the other way round, 0 where that holds for both, NaN where neither curve has a number.

    Args:
        a: ``[evaluations]`` of A, larger is better; NaN where a value was not finite.
        steps_a: ``[evaluations]``: steps done, growing.
        b: ``[evaluations of B]``.
        steps_b: Of B.
    """
    best_a, best_b = (np.fmax.accumulate(np.asarray(one, dtype=np.float64)) for one in (a, b))
    ends = [float(one[-1]) if len(one) else math.nan for one in (best_a, best_b)]
    if any(map(math.isnan, ends)):
        lost = [math.isnan(end) for end in ends]
        return math.nan if all(lost) else -math.inf if lost[0] else math.inf
    level = np.array([min(ends)])
    took_a = _taken(best_a, steps_a, level)
    took_b = _taken(best_b, steps_b, level)
    if took_a == took_b:
        return 0.0
    if math.isinf(took_a) or math.isinf(took_b):
        return -math.inf if math.isinf(took_a) else math.inf
    if took_a == 0 or took_b == 0:
        return math.inf if took_a == 0 else -math.inf
    return math.log2(took_b / took_a)


def _taken(best: np.ndarray, steps: ArrayLike, level: np.ndarray) -> float:
    """Return when a curve came to the level; +∞ where that is its very first value and it never got better."""
    counted = np.asarray(steps, dtype=np.float64)
    known = best[~np.isnan(best)]
    if known[-1] == known[0] and known[0] <= level[0]:
        return math.inf
    return float(crossings(best, counted, level)[0])

"""From a claim about this very test set to one about the population: the error of the test set is added to that of the seeds.

Verdicts and rankings use these two functions alike, so that they say the same of the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

LEAST_P = 1e-300
"""Smaller ones have no quantile."""


def for_population(p: float, estimate: float, test_error: float) -> float:
    """Return p with the error of the test set added to that of the seeds; never smaller than p.

    The seeds' p is that of a normal z = estimate ÷ error; this gives the error of the seeds, to which the other is added as
    squares.

    Args:
        p: Two-sided, for this very test set.
        estimate: The difference; infinite where failed runs decide, which no test set explains.
        test_error: Its standard error that the finite test set adds; 0 where none is known.
    """
    if not test_error or not math.isfinite(estimate) or p >= 1:
        return p
    from scipy.special import ndtr, ndtri

    error = abs(estimate) / -float(ndtri(max(p, LEAST_P) / 2))
    together = math.hypot(error, test_error)
    return max(p, min(1.0, 2 * float(ndtr(-abs(estimate) / together)))) if together else 1.0


def over_tasks(p: float, sign: float, each: Iterable[tuple[float, float]]) -> float:
    """Return p over several tasks for the population: the larger of that of the seeds and of Stouffer's sum of the tasks' z.

    The chance of the test sets is in each task's p, so Σ z ÷ √tasks has to be as far out as the seeds' own test.

    Args:
        p: Over all tasks, by the seeds alone.
        sign: Of its statistic.
        each: Of each task p for the population, and the sign of its difference.
    """
    from scipy.special import ndtr, ndtri

    z = [math.copysign(-float(ndtri(max(one, LEAST_P) / 2)), towards) for one, towards in each]
    if not z:
        return p
    together = math.fsum(z) / math.sqrt(len(z))
    return max(p, 2 * float(ndtr(-abs(together))) if together * sign > 0 else 1.0)

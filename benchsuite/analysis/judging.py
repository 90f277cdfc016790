"""From the arrays of two selections to a verdict: tests task by task, one over all, and one correction for both.

The family of a table is all its tests: one for each task and, of two or more tasks, the one over all. The chance of any
false verdict among them is at most alpha, whatever hangs together with what: see :func:`corrected`. Of a comparison that
looks several times each look may spend a part of alpha (:mod:`benchsuite.analysis.inference.sequential`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.aligned import Aligned, aligned
from benchsuite.analysis.inference.difference import Difference, difference
from benchsuite.analysis.inference.power import deviation, more_seeds, smallest_effect
from benchsuite.analysis.inference.sequential import spending
from benchsuite.analysis.inference.two_samples import probability_of_improvement
from benchsuite.analysis.intervals import median
from benchsuite.analysis.over_all import (
    ALPHA,
    corrected,
    overall_verdict,
    tested_together,
    tests_of,
    word,
)
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import CANNOT_TELL, Look, TaskVerdict, Verdict

Floats = NDArray[np.float64]


def judge(
    sides: Sequence[TwoSides],
    *,
    kind: str,
    a: str,
    b: str,
    generator: np.random.Generator,
    measure: str = "test",
    track: str = "default",
    alpha: float = ALPHA,
    level: float | None = None,
    look: Look | None = None,
    whole: bool = True,
) -> Verdict:
    """Return the verdict over all tasks.

    Args:
        sides: What was measured, task by task; at least one.
        kind: Of both selections.
        a: The first, in words.
        b: The second.
        generator: Where all chance comes from.
        measure: What is compared, as a user writes it.
        track: How hyperparameters were chosen.
        alpha: The wanted chance of any false verdict if nothing differs.
        level: What of it this look may spend; all of it unless given.
        look: Which look it is, of several.
        whole: Whether to find what decides nothing as well: intervals over all, the smallest differences, how many more seeds,
            and the verdict without each task.
    """
    level = alpha if level is None else level
    samples = [aligned(one) for one in sides]
    tests = tests_of(len(sides))
    found = [_difference(one, sample, level) for one, sample in zip(sides, samples, strict=True)]
    over_all = tested_together(samples, found, generator) if len(sides) > 1 else None
    each, together = corrected([one.p if one.n else math.nan for one in found], over_all.p if over_all else None)
    tasks = tuple(
        _task(one, sample, difference, p, level, tests, whole)
        for one, sample, difference, p in zip(sides, samples, found, each, strict=True)
    )
    overall = None
    if over_all is not None:
        names = [one.task for one in sides]
        overall = overall_verdict(names, samples, found, tasks, over_all, together, generator, level, whole)
    return Verdict(kind, a, b, measure, track, alpha, level, tests, tasks, overall, look)


def look_levels(sizes: Sequence[int], tasks: int, alpha: float = ALPHA) -> list[float]:
    """Return what of alpha each look at a comparison may spend, see :func:`~benchsuite.analysis.inference.sequential.spending`.

    Args:
        sizes: Seeds of each look.
        tasks: Tasks of the table.
        alpha: The level of the whole.
    """
    return [one.level for one in spending(alpha, sizes, paired=True, tests=tests_of(tasks))]


def _difference(sides: TwoSides, sample: Aligned, level: float) -> Difference:
    """Return A − B with larger better; with too few seeds for an interval it is the widest there is."""
    # A look that may spend nothing has no interval of its own.
    confidence = 1 - (level or ALPHA)
    return difference(sample.a, sample.b, paired=sample.paired, confidence=confidence, test_error=sides.test_error)


def _task(
    sides: TwoSides, sample: Aligned, found: Difference, p: float, level: float, tests: int, whole: bool
) -> TaskVerdict:
    sign = 1.0 if sides.direction == "max" else -1.0
    decided = word(p, found.estimate, level)
    spread = deviation(sample.a, sample.b, paired=sample.paired) if found.n else math.nan
    strictest = level / tests or math.nan
    more = None
    smallest = math.inf
    medians = sign * _median(sample.a), sign * _median(sample.b)
    # Of two seeds that both missed nobody knows which was nearer: they are equal in rank, and their difference is no 0.
    known = not all(map(math.isinf, medians))
    if whole and found.n and strictest > 0 and known:
        smallest = _smallest(found.n, spread, sample.paired, strictest, sides.test_error)
        if decided == CANNOT_TELL:
            more = more_seeds(
                found.estimate, spread, n=found.n, paired=sample.paired, alpha=strictest, test_error=sides.test_error
            )
            more = None if more is None else max(more, 1)  # so many find it four times in five, and these did not
    low, high = sorted((sign * found.low, sign * found.high)) if known else (math.nan, math.nan)
    return TaskVerdict(
        task=sides.task,
        measure=sides.measure,
        direction=sides.direction,
        word=decided,
        a=medians[0],
        b=medians[1],
        failed_a=int(np.isinf(sample.a).sum()),
        failed_b=int(np.isinf(sample.b).sum()),
        seeds=found.n,
        paired=sample.paired,
        difference=sign * found.estimate if known else math.nan,
        low=low,
        high=high,
        p=found.p,
        seeds_p=found.seeds_p,
        corrected=p,
        smallest_p=found.smallest_p,
        smallest_difference=smallest,
        more_seeds=more,
        improvement=probability_of_improvement(sample.a, sample.b),
        test=found.method,
        interval=found.interval_method,
        test_error=sides.test_error,
        beyond=sides.beyond,
        budget=sides.budget,
        step_ratio=sides.step_ratio,
        seeds_a=sides.seeds_a,
        values_a=tuple(map(float, sides.a)),
        seeds_b=sides.seeds_b,
        values_b=tuple(map(float, sides.b)),
    )


def _smallest(n: int, spread: float, paired: bool, level: float, test_error: float) -> float:
    """Return the smallest difference that is found four times in five; the errors of seeds and test part add up as squares."""
    reach = smallest_effect(n, paired=paired, alpha=level)
    if math.isinf(reach) or math.isnan(spread):
        return math.inf
    from scipy.special import ndtri

    fixed = float(ndtri(1 - level / 2) + ndtri(0.8)) * test_error
    return math.hypot(reach * spread, fixed)


def _median(values: Floats) -> float:
    return median([float(value) for value in values]) if len(values) else math.nan

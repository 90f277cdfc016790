"""Samples of seeds with a known truth: what the coverage of intervals, false verdicts and power are simulated with.

``benchmarks/coverage.py`` makes the tables of docs/explanation/statistics.md from these, the suite a small part of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from benchsuite.analysis.inference.difference import difference
from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.inference.shift import paired_place, two_sample_place

Array = NDArray[np.float64]
EXAMPLES = 359
"""Test examples of digits_mlp."""
DEVIATION = 2.6
"""Of the right ones among them, from seed to seed."""


def _skewed(z: Array) -> Array:
    return -np.log(ndtr(-z))  # exponential: skewness 2


def _bimodal(z: Array) -> Array:
    """Three runs in ten end in another basin, three deviations lower."""
    u = ndtr(z)
    return np.where(u < 0.3, -3 + 0.5 * ndtri(u / 0.3), 0.5 * ndtri(np.clip((u - 0.3) / 0.7, 1e-300, 1)))


def _heavy(z: Array) -> Array:
    u = ndtr(z)
    return (2 * u - 1) / np.sqrt(2 * u * (1 - u))  # Student's t with two degrees of freedom: no variance


def _discrete(z: Array) -> Array:
    """Accuracies on 359 examples around 345 right."""
    return np.round(345 + DEVIATION * z) / EXAMPLES


def _failing(z: Array) -> Array:
    return np.where(ndtr(z) < 0.1, -np.inf, z)


SHAPES: Mapping[str, Callable[[Array], Array]] = {
    "normal": lambda z: z,
    "skewed": _skewed,
    "bimodal": _bimodal,
    "heavy tails": _heavy,
    "accuracy": _discrete,
    "failing": _failing,
}
"""By name, what makes runs of normal values."""


def samples(
    shape: str,
    n: int,
    count: int,
    correlation: float,
    generator: np.random.Generator,
    *,
    other: str | None = None,
    lift: Array | float = 0.0,
    base: Array | float = 0.0,
) -> tuple[Array, Array]:
    """Return ``count`` pairs of samples of n runs [count, n], of one distribution each; the same seeds hang together.

    Args:
        shape: The name of the distribution.
        n: Runs.
        count: Pairs of samples.
        correlation: Of the two runs of a seed, before normal values are made into others.
        generator: Where all chance comes from.
        other: The distribution of the second sample.
        lift: How much the first accuracy lies above the second, in examples, before both are rounded to whole ones.
        base: How much both do.
    """
    z = generator.standard_normal((2, count, n))
    z[1] = correlation * z[0] + math.sqrt(1 - correlation**2) * z[1]
    if shape == "accuracy":
        z += base / DEVIATION
        z[0] += lift / DEVIATION
    return SHAPES[shape](z[0]), SHAPES[other or shape](z[1])


def minus(a: Array, b: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(a == b, 0.0, a - b)


def rank_intervals(a: Array, b: Array, *, paired: bool, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return both ends of the intervals of ``shift`` or ``paired_shift`` for many samples at once [count].

    Not by their code: only the bounds are spread here, not all differences.
    """
    count, n = a.shape
    if paired:
        d = minus(a, b)
        i, j = np.triu_indices(n)
        with np.errstate(invalid="ignore"):
            values = d[:, i] / 2 + d[:, j] / 2
        k, _ = paired_place(n, confidence)
    else:
        values = minus(a[:, :, None], b[:, None, :]).reshape(count, -1)
        k, _ = two_sample_place(n, b.shape[1], confidence)
    undefined = np.isnan(values)
    low = _bound(np.where(undefined, -np.inf, values), k)
    return low, -_bound(np.where(undefined, -np.inf, -values), k)


def _bound(values: Array, k: int) -> Array:
    """Return the k-th smallest of each row, equal ones spread over the smallest distance in the row."""
    ordered = np.sort(values, axis=1)
    bound = ordered[:, k - 1]
    with np.errstate(invalid="ignore"):
        steps = np.diff(ordered, axis=1)
        steps[~(steps > 1e-12) | np.isinf(steps)] = np.inf
        step = steps.min(axis=1)
        equal = (np.abs(ordered - bound[:, None]) < 1e-12).sum(axis=1)
        below = (ordered < bound[:, None] - 1e-12).sum(axis=1)
        spread = bound + step * ((k - 0.5 - below) / np.maximum(equal, 1) - 0.5)
    return np.where((equal > 1) & np.isfinite(step) & np.isfinite(bound), spread, bound)


def covered(low: Array, high: Array, truth: float | Array) -> float:
    """Return the share of the intervals that hold the truth; none is missed by the last digit."""
    slack = 1e-9
    return float(((low <= truth + slack) & (high >= truth - slack)).mean())


def false_verdicts(
    n: int,
    studies: int,
    generator: np.random.Generator,
    *,
    paired: bool,
    correlation: float = 0.0,
    corrected: bool = True,
    alpha: float = 0.05,
) -> float:
    """Return the share of studies with any verdict at all: a method against itself, on one task of each shape."""
    wrong = 0
    for _ in range(studies):
        p = []
        for shape in SHAPES:
            a, b = samples(shape, n, 1, correlation, generator)
            p.append(difference(a[0], b[0], paired=paired).p)
        wrong += min(holm(p) if corrected else p) <= alpha
    return wrong / studies


def stopped(
    plan: Sequence[tuple[int, float]],
    studies: int,
    generator: np.random.Generator,
    *,
    paired: bool,
    correlation: float = 0.0,
    effect: float = 0.0,
    shape: str = "normal",
) -> Array:
    """Return after how many seeds each study of one task decided, infinite where none of its looks did.

    Args:
        plan: Seeds and level of each look.
        studies: How many are simulated.
        generator: Where all chance comes from.
        paired: Whether both methods have the same seeds.
        correlation: Of the two runs of a seed.
        effect: By how much one is better.
        shape: The name of the distribution.
    """
    a, b = samples(shape, plan[-1][0], studies, correlation, generator)
    a = a + effect
    at = np.full(studies, np.inf)
    for n, level in plan:
        for study in np.flatnonzero(np.isinf(at)) if level else ():
            if difference(a[study, :n], b[study, :n], paired=paired).p <= level:
                at[study] = n
    return at

"""Samples of seeds with a known truth: what the coverage of intervals, false verdicts and power are simulated with.

``benchmarks/coverage.py`` makes the tables of docs/explanation/statistics.md from these, the suite a small part of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from benchsuite.analysis.inference.shift import paired_place, two_sample_place

Array = NDArray[np.float64]
EXAMPLES = 359
"""Test examples of digits_mlp."""


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
    """Accuracies on 359 examples around 345 right, with a deviation of 2.6 examples as digits_mlp has."""
    return np.round(345 + 2.6 * z) / EXAMPLES


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
UNITS: Mapping[str, float] = {"accuracy": 1 / EXAMPLES}
"""The shift by which the second sample lies above, in those shapes that cannot shift by any number."""


def samples(
    shape: str, n: int, count: int, correlation: float, generator: np.random.Generator, other: str | None = None
) -> tuple[Array, Array]:
    """Return ``count`` pairs of samples of n runs [count, n], of one distribution each; the same seeds hang together."""
    z = generator.standard_normal((2, count, n))
    z[1] = correlation * z[0] + math.sqrt(1 - correlation**2) * z[1]
    return SHAPES[shape](z[0]), SHAPES[other or shape](z[1])


def minus(a: Array, b: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(a == b, 0.0, a - b)


def rank_intervals(a: Array, b: Array, *, paired: bool, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return both ends of the intervals of ``shift`` or ``paired_shift`` for many samples at once [count]."""
    count, n = a.shape
    if paired:
        d = minus(a, b)
        i, j = np.triu_indices(n)
        with np.errstate(invalid="ignore"):
            means = d[:, i] / 2 + d[:, j] / 2
        k, _ = paired_place(n, confidence)
        low = np.sort(np.where(np.isnan(means), -np.inf, means), axis=1)[:, k - 1]
        return low, np.sort(np.where(np.isnan(means), np.inf, means), axis=1)[:, -k]
    k, _ = two_sample_place(n, b.shape[1], confidence)
    ordered = np.sort(minus(a[:, :, None], b[:, None, :]).reshape(count, -1), axis=1)
    return ordered[:, k - 1], ordered[:, -k]


def covered(low: Array, high: Array, truth: float) -> float:
    """Return the share of the intervals that hold the truth; a lattice is not missed by the last digit."""
    slack = 1e-9
    return float(((low <= truth + slack) & (high >= truth - slack)).mean())

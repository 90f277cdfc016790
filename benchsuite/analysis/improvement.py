"""Over all tasks: the chance that a run of one side is better than a run of the other, with its bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.aligned import Aligned
from benchsuite.analysis.inference.bootstrap import stratified
from benchsuite.analysis.inference.two_samples import probability_of_improvement

Floats = NDArray[np.float64]
RESAMPLES = 2000
"""Of the interval."""


def improvement_over_tasks(
    samples: Sequence[Aligned], generator: np.random.Generator, confidence: float, resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """Return the mean over tasks of the probability of improvement, with its interval: seeds drawn anew within each task.

    Args:
        samples: What was measured on each task.
        generator: Where all chance comes from.
        confidence: Of the interval, above 0 and below 1.
        resamples: How many are drawn; with 0 there is no interval.

    Returns:
        The mean, and both ends, NaN where there is no interval or nothing to compare.
    """
    held = [one for one in samples if len(one.a) and len(one.b)]
    if not held:
        return math.nan, math.nan, math.nan

    estimate = math.fsum(probability_of_improvement(one.a, one.b) for one in held) / len(held)
    if not resamples:
        return estimate, math.nan, math.nan
    counts = [min(len(one.a), len(one.b)) for one in held]
    places = np.full((len(held), max(counts)), math.nan)
    won = np.zeros((len(held), max(counts), max(counts)))
    for row, (one, count) in enumerate(zip(held, counts, strict=True)):
        places[row, :count] = np.arange(count)
        won[row, :count, :count] = _won(one.a[:count], one.b[:count])
    pairs = 2 * np.array(counts) ** 2
    seeds = np.arange(max(counts))

    def means(drawn: Floats) -> Floats:
        # How often each seed was drawn says all: sums of whole numbers, as exact as pair by pair, and much faster.
        times = (drawn[..., None] == seeds).sum(axis=2).astype(np.float64)  # NaN equals none
        sums = np.einsum("rti,tij,rtj->rt", times, won, times, optimize=True)
        return np.array([math.fsum(shares) for shares in (sums / pairs).tolist()]) / len(held)

    interval = stratified(places, means, generator, confidence, resamples)
    if (
        interval.low == interval.high
    ):  # on each task the seeds of A and B do not overlap: other seeds may, and draws of these never do
        return estimate, math.nan, math.nan
    return estimate, interval.low, interval.high


def _won(a: Floats, b: Floats) -> Floats:
    """Return for each pair of runs whether the first is better, counted as 2, or as good as the second, counted as 1."""
    return np.where(a[:, None] > b[None, :], 2.0, np.where(a[:, None] == b[None, :], 1.0, 0.0))

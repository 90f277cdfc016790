"""Intervals by resampling: percentile, bias-corrected and accelerated (BCa), and stratified by task.

With few runs they are too short: with five the percentile interval of a mean holds it some 84 times in 100, not 95
(docs/explanation/statistics.md). They are for statistics that have no exact interval, such as an interquartile mean
over tasks.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.outcome import Values, check_confidence, present
from benchsuite.analysis.intervals import BootstrapInterval, bootstrap_interval
from benchsuite.errors import BenchsuiteError

Statistic = Callable[[NDArray[np.float64]], float]
StatisticOfMany = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Of all resamples at once."""


def percentile(
    sample: Values,
    statistic: Statistic,
    generator: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> BootstrapInterval:
    """Return a statistic of a sample with its percentile interval.

    A failed run stays −∞ in the resamples, so a mean over it, and with it an end of the interval, is −∞.

    Args:
        sample: One value for each run (n); NaN is left out.
        statistic: Any function of such a sample.
        generator: Where resamples are drawn from.
        confidence: The nominal confidence, above 0 and below 1.
        resamples: How many are drawn.
    """
    return bootstrap_interval(present(sample), statistic, generator, confidence=confidence, resamples=resamples)


def bca(
    sample: Values,
    statistic: Statistic,
    generator: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> BootstrapInterval:
    """Return a statistic of a sample with its BCa interval, which corrects the percentile one for bias and skewness.

    The correction needs the statistic of the sample without each run in turn, as finite numbers that are not all equal.
    Where a run failed or all are equal, the percentile interval stands: its ``method`` says so.

    Args:
        sample: One value for each run (n); NaN is left out.
        statistic: Any function of such a sample.
        generator: Where resamples are drawn from.
        confidence: The nominal confidence, above 0 and below 1.
        resamples: How many are drawn.
    """
    values = present(sample)
    check_confidence(confidence)
    several = len(values) > 1 and bool(np.isfinite(values).all())
    without = np.array([statistic(np.delete(values, place)) for place in range(len(values))] if several else [])
    if not len(without) or not np.isfinite(without).all() or np.ptp(without) == 0:
        return percentile(values, statistic, generator, confidence, resamples)
    from scipy.stats import bootstrap

    estimate = float(statistic(values))
    found = bootstrap(
        (values,), lambda one: statistic(one), vectorized=False, method="BCa", confidence_level=confidence,
        n_resamples=resamples, rng=generator,
    ).confidence_interval  # fmt: skip
    if math.isnan(found.low) or math.isnan(found.high):  # no resample on one side of the estimate
        return percentile(values, statistic, generator, confidence, resamples)
    return BootstrapInterval(estimate, float(found.low), float(found.high), confidence, resamples, len(values), "BCa")


def stratified(
    values: NDArray[np.float64],
    statistic: StatisticOfMany,
    generator: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> BootstrapInterval:
    """Return a statistic over tasks and runs with its percentile interval, each task's runs drawn anew by themselves.

    The tasks stay as they are: the interval is about other seeds on these tasks, not about other tasks.

    Args:
        values: One value for each task and run, [tasks, runs]; larger is better, −∞ failed, NaN not there.
        statistic: A function of arrays [resamples, tasks, runs] that gives a number for each resample; it sees NaN where a task
            has fewer runs than others.
        generator: Where resamples are drawn from.
        confidence: The nominal confidence, above 0 and below 1.
        resamples: How many are drawn.

    Raises:
        BenchsuiteError: If the array has not two dimensions, or no run at all.
    """
    table = np.asarray(values, dtype=np.float64)
    check_confidence(confidence)
    if table.ndim != 2 or np.isnan(table).all():
        raise BenchsuiteError(
            f"a stratified bootstrap needs runs of tasks. Received: an array of shape {table.shape}. Give [tasks, runs]."
        )
    # The runs that are there stand first, and each task draws among its own.
    packed = np.take_along_axis(table, np.argsort(np.isnan(table), axis=1, kind="stable"), axis=1)
    counts = (~np.isnan(table)).sum(axis=1)
    places = (generator.random((resamples, *table.shape)) * counts[:, None]).astype(np.int64)
    drawn = np.take_along_axis(packed[None], places, axis=2)
    drawn = statistic(np.where(np.isnan(packed), np.nan, drawn))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(drawn, tails, method="inverted_cdf")
    estimate = float(statistic(table[None])[0])
    return BootstrapInterval(
        estimate, float(low), float(high), confidence, resamples, int(counts.sum()), "stratified percentile"
    )


def stratified_rows(
    values: NDArray[np.float64],
    statistic: StatisticOfMany,
    generator: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = 1000,
) -> NDArray[np.float64]:
    """Return the interval that :func:`stratified` gives of every row, ``[rows, 2]``; NaN where a row has no run.

    All rows share their draws, so that a seed that is lucky for one is drawn for the others as well.

    Args:
        values: One value for each row, task and run, [rows, tasks, runs]; larger is better, −∞ failed, NaN not there.
        statistic: A function of arrays [resamples, tasks, runs] that gives a number for each resample.
        generator: Where resamples are drawn from.
        confidence: The nominal confidence, above 0 and below 1.
        resamples: How many are drawn.
    """
    check_confidence(confidence)
    table = np.asarray(values, dtype=np.float64)
    shares = generator.random((resamples, *table.shape[1:]))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    found = np.full((len(table), 2), np.nan)
    for place, row in enumerate(table):
        if np.isnan(row).all():
            continue
        packed = np.take_along_axis(row, np.argsort(np.isnan(row), axis=1, kind="stable"), axis=1)
        counts = (~np.isnan(row)).sum(axis=1)
        drawn = np.take_along_axis(packed[None], (shares * counts[:, None]).astype(np.int64), axis=2)
        drawn = statistic(np.where(np.isnan(packed), np.nan, drawn))
        found[place] = np.quantile(drawn, tails, method="inverted_cdf")
    return found

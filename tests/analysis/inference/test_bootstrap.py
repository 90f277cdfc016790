"""Bootstraps: scipy's where scipy has it, each task's runs by themselves, chance from the generator alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from benchsuite.analysis.inference.bootstrap import bca, percentile, stratified
from benchsuite.errors import BenchsuiteError

RUNS = np.random.default_rng(3).exponential(size=12)


def test_scipy_finds_the_same_percentile_interval():
    found = percentile(RUNS, np.mean, np.random.default_rng(0), resamples=2000)
    expected = stats.bootstrap((RUNS,), np.mean, method="percentile", n_resamples=2000, rng=np.random.default_rng(1))
    assert (found.method, found.estimate, found.count) == ("percentile", RUNS.mean(), 12)
    assert found.low == pytest.approx(expected.confidence_interval.low, abs=0.05)
    assert found.high == pytest.approx(expected.confidence_interval.high, abs=0.05)


def test_bca_moves_towards_the_long_tail():
    found = bca(RUNS, np.mean, np.random.default_rng(0), resamples=2000)
    plain = percentile(RUNS, np.mean, np.random.default_rng(0), resamples=2000)
    assert found.method == "BCa"
    assert found.low > plain.low
    assert found.high > plain.high
    # By the formula: z₀ from the share below the estimate, a from the jackknife.
    generator = np.random.default_rng(9)
    drawn = np.sort(RUNS[generator.integers(0, 12, size=(20000, 12))].mean(axis=1))
    z0 = stats.norm.ppf((drawn < RUNS.mean()).mean())
    without = np.array([np.delete(RUNS, place).mean() for place in range(12)])
    u = without.mean() - without
    a = (u**3).sum() / (6 * (u**2).sum() ** 1.5)
    ends = [stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in (-1.959964, 1.959964)]
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, ends), abs=0.05)


@pytest.mark.parametrize("sample", [[1.0], [2.0, 2.0, 2.0], [1.0, 2.0, -math.inf, 3.0]])
def test_where_bca_is_not_defined_the_percentile_interval_stands(sample):
    with np.errstate(invalid="ignore"):
        found = bca(sample, np.median, np.random.default_rng(0), resamples=200)
        assert found == percentile(sample, np.median, np.random.default_rng(0), resamples=200)
    assert found.method == "percentile"


def test_a_mean_over_a_failed_run_is_failed():
    found = percentile([1.0, 2.0, -math.inf, math.nan], np.mean, np.random.default_rng(0))
    assert (found.estimate, found.low, found.count) == (-math.inf, -math.inf, 3)


def mean_of_each(resamples):
    return resamples.mean(axis=(1, 2))


def test_each_task_draws_among_its_own_runs():
    values = np.array([[0.0, 1.0, np.nan, np.nan], [10.0, 11.0, 12.0, 13.0], [5.0, np.nan, np.nan, np.nan]])
    seen = []

    def remember(resamples):
        seen.extend(resamples)
        return np.nanmean(resamples, axis=(1, 2))

    found = stratified(values, remember, np.random.default_rng(0), resamples=300)
    assert (found.method, found.count) == ("stratified percentile", 7)
    assert found.estimate == np.nanmean(values)
    for resample in seen[:-1]:
        assert (np.isnan(resample) == np.isnan(values)).all()
        assert set(resample[0, :2]) <= {0, 1}
        assert set(resample[1]) <= {10, 11, 12, 13}
        assert resample[2, 0] == 5
    assert {resample[1, 0] for resample in seen} == {10, 11, 12, 13}  # each of them is drawn


def test_the_stratified_interval_knows_nothing_of_the_spread_between_tasks():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(20, 10)) + 100 * np.arange(20)[:, None]
    found = stratified(values, mean_of_each, np.random.default_rng(1), resamples=500)
    assert found.high - found.low == pytest.approx(2 * 1.96 / math.sqrt(200), rel=0.2)


def test_same_generator_same_interval():
    for one in (percentile, bca):
        first, same, other = (one(RUNS, np.mean, np.random.default_rng(seed), resamples=99) for seed in (1, 1, 2))
        assert first == same
        assert (first.low, first.high) != (other.low, other.high)
    table = RUNS.reshape(3, 4)
    first, same, other = (
        stratified(table, mean_of_each, np.random.default_rng(seed), resamples=99) for seed in (1, 1, 2)
    )
    assert first == same != other


def test_bad_numbers_are_refused():
    generator = np.random.default_rng(0)
    with pytest.raises(BenchsuiteError, match="confidence"):
        bca([1, 2], np.mean, generator, confidence=95)
    with pytest.raises(BenchsuiteError, match="at least one value"):
        percentile([math.nan], np.mean, generator)
    for wrong in (RUNS, np.full((2, 2), np.nan)):
        with pytest.raises(BenchsuiteError, match="tasks"):
            stratified(wrong, mean_of_each, generator)

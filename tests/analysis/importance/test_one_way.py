"""Variances within groups and their intervals: closed forms, and what is true on average."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from benchsuite.analysis.importance.one_way import ratio, within


def test_it_is_the_pooled_variance_and_the_interval_of_chi_square() -> None:
    groups = [np.array([1.0, 2.0, 4.0]), np.array([10.0, 10.5]), np.array([7.0])]
    found = within(groups)
    pooled = (2 * np.var(groups[0], ddof=1) + np.var(groups[1], ddof=1)) / 3
    assert found.square == pytest.approx(pooled)
    assert found.degrees == 3
    assert found.low**2 == pytest.approx(3 * pooled / stats.chi2.ppf(0.975, 3))
    assert found.high**2 == pytest.approx(3 * pooled / stats.chi2.ppf(0.025, 3))


def test_it_is_the_mean_square_of_a_one_way_analysis() -> None:
    generator = np.random.default_rng(3)
    groups = [generator.normal(size=5) + center for center in (0.0, 5.0, 9.0)]
    f = stats.f_oneway(*groups).statistic
    between = 5 * np.var([group.mean() for group in groups], ddof=1)
    assert within(groups).square == pytest.approx(between / f)


def test_the_intervals_cover_what_is_true() -> None:
    inside = [0, 0]
    for number in range(400):
        generator = np.random.default_rng(number)
        one = within([generator.normal(scale=2.0, size=4) for _ in range(3)])
        other = within([generator.normal(size=6)])
        found = ratio(one, other)
        assert found is not None
        inside[0] += one.low <= 2.0 <= one.high
        inside[1] += found.low <= 4.0 <= found.high
    assert 0.93 <= inside[0] / 400 <= 0.97
    assert 0.93 <= inside[1] / 400 <= 0.97


def test_a_single_value_says_nothing() -> None:
    alone = within([np.array([1.0])])
    assert (alone.degrees, alone.low, alone.high) == (0, 0.0, math.inf)
    assert math.isnan(alone.deviation)
    assert ratio(within([np.array([1.0, 2.0])]), alone) is None
    assert ratio(within([np.array([1.0, 2.0])]), within([np.array([3.0, 3.0])])) is None

"""The split of variance finds what was planted, and says so where it cannot."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.analysis.resolution import variance_shares


def planted(component, seed, both, rows=80, seeds=60, chance=5):
    generator = np.random.default_rng(chance)
    return (
        generator.normal(0, math.sqrt(component), (rows, 1))
        + generator.normal(0, math.sqrt(seed), (1, seeds))
        + generator.normal(0, math.sqrt(both), (rows, seeds))
    )


@pytest.mark.parametrize("shares", [(0.6, 0.1, 0.3), (0.1, 0.6, 0.3), (0.0, 0.0, 1.0), (0.9, 0.1, 0.0)])
def test_planted_shares_are_found(shares):
    found = variance_shares(planted(*shares))
    assert (found.component, found.seed, found.interaction) == pytest.approx(shares, abs=0.12)
    assert found.rows == 80


def test_the_estimates_are_those_of_the_mean_squares():
    values = planted(1.0, 1.0, 1.0, rows=4, seeds=5)
    mean = values.mean()
    between = 5 * ((values.mean(1) - mean) ** 2).sum() / 3
    across = 4 * ((values.mean(0) - mean) ** 2).sum() / 4
    left = ((values - values.mean(1)[:, None] - values.mean(0)[None] + mean) ** 2).sum() / 12
    variances = [max(0, between - left) / 5, max(0, across - left) / 4, left]
    found = variance_shares(values)
    assert [found.component, found.seed, found.interaction] == pytest.approx(np.array(variances) / sum(variances))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-50, 50), st.sampled_from([-3.0, 0.01, 7.0]))
def test_shares_sum_to_one_and_know_no_unit(chance, shift, factor):
    values = planted(1.0, 0.5, 0.5, rows=5, seeds=6, chance=chance)
    found, other = variance_shares(values), variance_shares(factor * values + shift)
    assert found.component + found.seed + found.interaction == pytest.approx(1)
    assert min(found.component, found.seed, found.interaction) >= 0
    assert (other.component, other.seed) == pytest.approx((found.component, found.seed), abs=1e-6)


def test_a_component_that_failed_once_is_left_out_and_counted():
    values = planted(1.0, 0.2, 0.2, rows=5, seeds=6)
    with_failure = np.vstack([values, np.full((1, 6), 3.0)])
    with_failure[5, 2] = -math.inf
    assert variance_shares(with_failure) == variance_shares(values)
    assert variance_shares(with_failure).rows == 5


@pytest.mark.parametrize("values", [np.full((4, 5), 0.97), np.ones((1, 5)), np.ones((5, 1)), np.full((3, 4), -np.inf)])
def test_where_nothing_varies_or_nothing_is_left_there_are_no_shares(values):
    assert math.isnan(variance_shares(values).component)

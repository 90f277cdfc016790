"""Bias, variance and noise sum up to the error, and are what they should be in cases with closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.diagnostics.decomposition import (
    Decomposition,
    diagnose_decomposition,
    of_squared_error,
    of_zero_one_loss,
)


@given(st.integers(0, 500), st.floats(0, 2))
def test_squared_error_sums_up(seed, noise):
    random = np.random.default_rng(seed)
    found = of_squared_error(random.normal(size=(5, 7, 2)), random.normal(size=(7, 2)), noise)
    assert found.bias + found.variance + found.noise == pytest.approx(found.error)


@given(st.integers(0, 500), st.integers(2, 6))
def test_zero_one_loss_sums_up(seed, classes):
    random = np.random.default_rng(seed)
    predicted, truth = random.integers(classes, size=(7, 40)), random.integers(classes, size=40)
    found = of_zero_one_loss(predicted, truth)
    assert found.bias + found.variance == pytest.approx(found.error)
    assert 0 <= found.bias <= 1


def test_a_mean_of_noisy_targets():
    """f = c·mean of n targets y + ε: bias² (1 − c)²·y², variance c²·σ²/n."""
    random = np.random.default_rng(0)
    y, sigma, n, c = 2.0, 0.5, 4, 0.8
    predictions = c * (y + sigma * random.standard_normal((20_000, 1, n))).mean(axis=2)
    found = of_squared_error(predictions, np.array([y]), noise=sigma**2)
    assert found.bias == pytest.approx((1 - c) ** 2 * y**2, rel=0.02)
    assert found.variance == pytest.approx(c**2 * sigma**2 / n, rel=0.03)
    assert found.error == pytest.approx(0.16 + 0.04 + 0.25, rel=0.02)


def test_few_sets_are_put_right():
    """Of two sets: f̄ has half of the variance, which is no bias."""
    random = np.random.default_rng(1)
    found = [of_squared_error(random.normal(size=(2, 1)), np.zeros(1)).without_bias_of_few() for _ in range(4_000)]
    assert np.mean([one.bias for one in found]) == pytest.approx(0, abs=0.06)
    assert np.mean([one.variance for one in found]) == pytest.approx(1, rel=0.08)


def test_variance_helps_where_the_main_prediction_is_wrong():
    predicted = np.array([[0, 1], [0, 0], [1, 0]])  # the main prediction is 0 for both
    found = of_zero_one_loss(predicted, np.array([0, 1]))
    assert found.bias == 0.5
    assert found.variance == pytest.approx((1 / 3 - 1 / 3) / 2)
    assert found.error == 0.5


@pytest.mark.parametrize(
    ("parts", "word"),
    [((0.5, 0.1, 0.0), "bias"), ((0.1, 0.5, 0.0), "variance"), ((0.3, 0.2, 0.1), "both"), ((0.3, 0.1, 0.9), "noise")],
)
def test_words(parts, word):
    assert diagnose_decomposition(Decomposition(sum(parts), *parts, 10)).word == word

"""Noise of gradients, against what they were drawn from."""

import math

import numpy as np
import pytest

from benchsuite.diagnostics.gradient_noise import (
    GradientNoise,
    diagnose_noise,
    gradient_noise,
    noise_of_two_sizes,
    slope,
    variances,
)


def test_scatter_and_mean_are_without_bias():
    """g ~ N(m, S): E tr Σ = tr S and E|G|² = ‖m‖², for few examples too."""
    random = np.random.default_rng(0)
    spread, mean = np.array([0.5, 1.0, 2.0]), np.array([1.0, -1.0, 0.5])
    found = [gradient_noise(mean + spread * random.standard_normal((4, 3))) for _ in range(4000)]
    assert np.mean([one.scatter for one in found]) == pytest.approx((spread**2).sum(), rel=0.04)
    assert np.mean([one.mean_square for one in found]) == pytest.approx(mean @ mean, rel=0.08)


def test_two_sizes_give_what_single_gradients_give():
    random = np.random.default_rng(1)
    gradients = np.array([1.0, 2.0]) + random.standard_normal((100_000, 2))
    squares = {
        size: float(np.mean((gradients.reshape(-1, size, 2).mean(axis=1) ** 2).sum(axis=1))) for size in (4, 100)
    }
    found = noise_of_two_sizes(4, squares[4], 100, squares[100])
    assert found.scatter == pytest.approx(2, rel=0.03)
    assert found.mean_square == pytest.approx(5, rel=0.01)
    assert found.scale == pytest.approx(0.4, rel=0.04)


def test_measured_variance_falls_as_one_over_the_batch_size():
    gradients = np.random.default_rng(2).standard_normal((50, 20))
    sizes = (1, 4, 16, 64)
    found = variances(lambda batch: gradients[batch].mean(axis=0), 50, sizes, draws=400)
    whole = float(((gradients - gradients.mean(axis=0)) ** 2).sum() / 50)
    np.testing.assert_allclose(found, whole / np.array(sizes), rtol=0.1)
    assert slope(sizes, found) == pytest.approx(-1, abs=0.03)


@pytest.mark.parametrize(("batch", "word"), [(4, "noisy"), (20, "balanced"), (200, "averaged")])
def test_words(batch, word):
    said = diagnose_noise(GradientNoise(100, 1.0, 20.0), batch)
    assert said.word == word
    assert not said.alarm
    assert said.numbers["efficiency"] == pytest.approx(batch / (batch + 20))


def test_noise_alone_and_no_numbers():
    assert diagnose_noise(GradientNoise(100, -0.1, 20.0), 8).word == "noise only"
    assert diagnose_noise(gradient_noise(np.array([[math.nan], [1.0]])), 8).alarm


def test_one_example_has_no_noise_to_measure():
    found = diagnose_noise(gradient_noise(np.ones((1, 3))), 1)
    assert (found.word, found.alarm) == ("none", False)
    assert "no noise to measure" in found.says

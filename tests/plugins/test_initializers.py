"""Initializers: moments against the formulas, over 250,000 draws."""

import numpy as np
import pytest
from scipy import stats

SHAPE = (500, 500)


def draw(bundled, name, shape=SHAPE, fan_in=None, fan_out=None, gain=1.0, seed=0, **chosen):
    component = bundled.component("initializer", name)
    function = component.make(**component.hyperparameters(chosen))
    return np.asarray(function(shape, fan_in or shape[0], fan_out or shape[1], gain, np.random.default_rng(seed)))


def assert_variance(values, expected, kurtosis):
    """Compare a sample variance with its expectation, within five standard errors."""
    error = expected * np.sqrt((kurtosis - 1) / values.size)
    assert abs(values.var() - expected) < 5 * error


def test_zeros(bundled):
    assert not draw(bundled, "zeros").any()


@pytest.mark.parametrize("deviation", [0.01, 1.0])
def test_gaussian(bundled, deviation):
    values = draw(bundled, "gaussian", deviation=deviation)
    assert_variance(values, deviation**2, kurtosis=3)
    assert stats.kstest(values.ravel() / deviation, "norm").pvalue > 1e-3


@pytest.mark.parametrize(("gain", "expected"), [(1.0, 2 / 1000), (4.0, 16 * 2 / 1000)])
def test_xavier_uniform_has_the_variance_of_the_table(bundled, gain, expected):
    values = draw(bundled, "xavier_uniform", gain=gain)
    assert_variance(values, expected, kurtosis=1.8)
    bound = gain * np.sqrt(6 / 1000)
    assert np.abs(values).max() <= bound
    assert stats.kstest(values.ravel(), "uniform", (-bound, 2 * bound)).pvalue > 1e-3


def test_the_gains_of_the_table(bundled):
    gains = {name: bundled.component("activation", name).gain for name in ("tanh", "sigmoid", "relu")}
    assert gains == {"tanh": 1.0, "sigmoid": 4.0, "relu": 1.0}


def test_he_normal(bundled):
    values = draw(bundled, "he_normal")
    assert_variance(values, 2 / 500, kurtosis=3)
    # A true normal distribution: Keras' is cut at two deviations.
    assert np.abs(values).max() > 3 * np.sqrt(2 / 500)


def test_he_keeps_the_variance_through_relu_layers(bundled):
    x = np.random.default_rng(1).normal(size=(200, 500))
    for layer in range(10):
        x = np.maximum(x @ draw(bundled, "he_normal", seed=layer), 0)
    assert 0.3 < (x**2).mean() < 3


@pytest.mark.parametrize("shape", [(64, 64), (100, 30), (30, 100), (3, 3, 8, 16)])
def test_orthogonal(bundled, shape):
    matrix = draw(bundled, "orthogonal", shape=shape).reshape(-1, shape[-1])
    product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-10)


def test_fans_of_a_convolution_count_its_window(bundled):
    from benchsuite.engine.blocks import _kernel

    class Layer:
        kernel = np.zeros((3, 3, 8, 16))

    kernel = _kernel("conv_1", Layer(), 1.0)
    assert (kernel.fan_in, kernel.fan_out) == (72, 144)

"""Initializers: a million draws of each against its formula, and the course notes' figures of what they do to deep networks."""

import numpy as np
import pytest
from scipy import stats

from benchsuite.engine.network.kernel_layers import KernelLayer

IN, OUT = 2000, 500
BOTH = 2 / (IN + OUT)


def draw(bundled, name, shape=(IN, OUT), fan_in=None, fan_out=None, gain=1.0, seed=0, **chosen):
    component = bundled.component("initializer", name)
    function = component.make(**component.hyperparameters(chosen))
    return np.asarray(function(shape, fan_in or shape[0], fan_out or shape[1], gain, np.random.default_rng(seed)))


def normal(variance):
    return stats.norm(0, np.sqrt(variance))


def uniform(variance):
    bound = np.sqrt(3 * variance)
    return stats.uniform(-bound, 2 * bound)


DRAWS = [
    # The notes' figures are drawn with these two deviations.
    ("gaussian", {"deviation": 0.01}, 1.0, normal(0.01**2)),
    ("gaussian", {"deviation": 1.0}, 1.0, normal(1.0)),
    ("uniform", {"bound": 0.3}, 1.0, stats.uniform(-0.3, 0.6)),
    ("truncated_normal", {"deviation": 0.1}, 1.0, stats.truncnorm(-2, 2, scale=0.1)),
    # The notes' table: 2/(m + n) for tanh, 16·2/(m + n) for the logistic function; and its other form, 1/m.
    ("xavier_uniform", {}, 1.0, uniform(BOTH)),
    ("xavier_uniform", {}, 4.0, uniform(16 * BOTH)),
    ("xavier_uniform", {"fan": "in"}, 4.0, uniform(16 / IN)),
    ("xavier_normal", {}, 1.0, normal(BOTH)),
    ("xavier_normal", {}, 4.0, normal(16 * BOTH)),
    ("xavier_normal", {"fan": "in"}, 1.0, normal(1 / IN)),
    # These know no gain.
    ("lecun_uniform", {}, 4.0, uniform(1 / IN)),
    ("lecun_normal", {}, 4.0, normal(1 / IN)),
    ("he_uniform", {}, 4.0, uniform(2 / IN)),
    ("he_normal", {}, 4.0, normal(2 / IN)),
]


@pytest.mark.parametrize(
    ("name", "chosen", "gain", "law"), DRAWS, ids=[f"{name} {chosen} {gain:g}" for name, chosen, gain, _ in DRAWS]
)
def test_a_million_draws_follow_the_formula(bundled, name, chosen, gain, law):
    values = draw(bundled, name, gain=gain, **chosen)
    assert values.shape == (IN, OUT)
    # 100 classes, equally likely: a deviation that is off by half a per cent is found.
    counts = np.histogram(law.cdf(values), bins=100, range=(0, 1))[0]
    assert stats.chisquare(counts).pvalue > 1e-3
    mean, variance, kurtosis = (float(law.stats(moments)) for moments in "mvk")
    assert abs(values.mean() - mean) < 5 * np.sqrt(variance / values.size)
    assert abs(values.var() - variance) < 5 * variance * np.sqrt((kurtosis + 2) / values.size)
    assert np.abs(values).max() <= law.support()[1]


def test_the_chi_square_finds_a_deviation_that_is_half_a_per_cent_off(bundled):
    values = draw(bundled, "he_normal") * 1.005
    assert stats.chisquare(np.histogram(normal(2 / IN).cdf(values), bins=100, range=(0, 1))[0]).pvalue < 1e-4


def test_zeros_and_constant(bundled):
    assert not draw(bundled, "zeros").any()
    values = draw(bundled, "constant", shape=(3, 3, 2, 4), value=-0.5)
    assert values.shape == (3, 3, 2, 4)
    assert (values == -0.5).all()


@pytest.mark.parametrize("shape", [(64, 64), (100, 30), (30, 100), (3, 3, 8, 16), (1, 1, 8, 16)])
def test_an_orthogonal_kernel_keeps_lengths(bundled, shape):
    matrix = draw(bundled, "orthogonal", shape=shape, gain=4.0).reshape(-1, shape[-1]).astype("float32") / 4
    product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-5)


@pytest.mark.parametrize("shape", [(8, 8), (12, 8), (8, 12)])
def test_every_orthogonal_kernel_is_equally_likely(bundled, shape):
    kernels = np.stack([draw(bundled, "orthogonal", shape=shape, seed=seed) for seed in range(4000)])
    # One entry of a random unit vector of length n: (w + 1)/2 ~ Beta((n − 1)/2, (n − 1)/2), of mean 0 and variance 1/n.
    longest = max(shape)
    law = stats.beta((longest - 1) / 2, (longest - 1) / 2, loc=-1, scale=2)
    for row, column in [(0, 0), (0, 7), (7, 0), (3, 4)]:
        counts = np.histogram(law.cdf(kernels[:, row, column]), bins=40, range=(0, 1))[0]
        assert stats.chisquare(counts).pvalue > 1e-3
    errors = np.sqrt(1 / longest / len(kernels))
    assert np.abs(kernels.mean(axis=0)).max() < 5 * errors  # LAPACK's own signs: 26 of these


def test_fans_of_a_convolution_count_its_window(bundled):
    class Layer:
        kernel = np.zeros((3, 3, 8, 16))

    transposed = KernelLayer("conv_1", "convolution", Layer(), 1.0, *[None] * 5)
    assert (transposed.fan_in, transposed.fan_out) == (72, 144)


# The figures of the notes: the hidden layers of a net of ten layers of 500 units, for inputs N(0, 1).


def layers(bundled, activation, name, gain=1.0, **chosen):
    """Return the activations of every layer, each [200, 500]."""
    h, result = np.random.default_rng(100).normal(size=(200, 500)), []
    for number in range(10):
        h = activation(h @ draw(bundled, name, shape=(500, 500), gain=gain, seed=number, **chosen))
        result.append(h)
    return result


def relu(x):
    return np.maximum(x, 0)


def logistic(x):
    return 1 / (1 + np.exp(-x))


def saturated(h):
    return (np.abs(h) > 0.99).mean()


@pytest.mark.parametrize("activation", [np.tanh, relu], ids=["tanh", "relu"])
def test_activations_die_from_small_gaussian_weights(bundled, activation):
    h = layers(bundled, activation, "gaussian", deviation=0.01)
    assert 0.05 < h[0].std() < 0.3  # 0.21 and 0.13
    assert h[9].std() < 1e-6  # 3e-7 and 8e-9


def test_tanh_saturates_from_large_gaussian_weights(bundled):
    h = layers(bundled, np.tanh, "gaussian", deviation=1.0)
    assert all(saturated(layer) > 0.85 for layer in h)  # 0.90 or more


def test_relu_explodes_from_large_gaussian_weights(bundled):
    h = layers(bundled, relu, "gaussian", deviation=1.0)
    assert h[9].std() > 1e11  # 8e11


@pytest.mark.parametrize(
    ("name", "chosen"),
    [("xavier_normal", {}), ("xavier_uniform", {}), ("xavier_normal", {"fan": "in"}), ("lecun_normal", {})],
)
def test_xavier_holds_for_tanh(bundled, name, chosen):
    h = layers(bundled, np.tanh, name, **chosen)
    assert all(0.2 < layer.std() < 0.7 for layer in h)  # from 0.63 down to 0.23 (uniform 0.22), ever more slowly
    assert all(saturated(layer) < 0.01 for layer in h)  # 0.008 in the first


def test_xavier_does_not_hold_for_relu(bundled):
    assert layers(bundled, relu, "xavier_normal")[9].std() < 0.05  # 0.027


@pytest.mark.parametrize("name", ["he_normal", "he_uniform"])
def test_he_holds_for_relu(bundled, name):
    assert all(0.5 < layer.std() < 1.5 for layer in layers(bundled, relu, name))  # from 0.79 to 0.87


def test_the_gain_of_the_table_keeps_the_logistic_function_from_forgetting_its_inputs(bundled):
    gain = bundled.component("activation", "sigmoid").gain
    with_gain, without = (layers(bundled, logistic, "xavier_normal", gain=one)[9] for one in (gain, 1.0))
    # The spread over examples of one unit, not that of all units: without the gain each is a constant.
    assert with_gain.std(axis=0).mean() > 1e-3  # 4.6e-3
    assert without.std(axis=0).mean() < 1e-6  # 4.6e-7


def test_ten_orthogonal_layers_keep_the_length_of_an_example(bundled):
    x = np.random.default_rng(100).normal(size=(20, 100))
    h = x
    for seed in range(10):
        h = h @ draw(bundled, "orthogonal", shape=(100, 100), seed=seed)
    np.testing.assert_allclose(np.linalg.norm(h, axis=1), np.linalg.norm(x, axis=1), rtol=1e-10)

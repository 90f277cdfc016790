"""Activations against NumPy float64, their slopes against differences, and the gains that initializers take from them."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import erf, expit

import benchsuite as bs
from benchsuite.engine.network.blocks import Blocks

X = np.concatenate([np.linspace(-6, 6, 49), [-40.0, 40.0, -1e-3, 1e-3]]).reshape(-1, 1).astype("float32")


def make(bundled, name, **chosen):
    component = bundled.component("activation", name)
    return component.make(**component.hyperparameters(chosen))


FORMULAS = [
    ("relu", {}, lambda x: np.maximum(x, 0)),
    ("tanh", {}, np.tanh),
    ("sigmoid", {}, lambda x: 1 / (1 + np.exp(-x))),
    ("leaky_relu", {}, lambda x: np.where(x > 0, x, 0.01 * x)),
    ("leaky_relu", {"slope": 0.2}, lambda x: np.where(x > 0, x, 0.2 * x)),
    ("prelu", {}, lambda x: np.where(x > 0, x, 0.25 * x)),
    ("elu", {}, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    ("elu", {"alpha": 2.0}, lambda x: np.where(x > 0, x, 2 * np.expm1(np.minimum(x, 0)))),
    ("gelu", {}, lambda x: x * (1 + erf(x / np.sqrt(2))) / 2),
    ("gelu", {"approximate": True}, lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))),
    ("silu", {}, lambda x: x * expit(x)),
]


@pytest.mark.parametrize(
    ("name", "chosen", "formula"), FORMULAS, ids=[f"{name} {chosen}" for name, chosen, _ in FORMULAS]
)
def test_it_is_its_formula_and_so_is_its_slope(bundled, name, chosen, formula):
    import tensorflow as tf

    x, function = tf.constant(X), make(bundled, name, **chosen)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    exact, width = X.astype("float64"), 1e-6
    # float32 leaves 1e-7 of Φ(x) next to 0 and 1, and x times that of gelu's tail.
    np.testing.assert_allclose(y, formula(exact), rtol=1e-5, atol=1e-6)
    slope = (formula(exact + width) - formula(exact - width)) / (2 * width)
    smooth = exact != 0
    np.testing.assert_allclose(tape.gradient(y, x)[smooth], slope[smooth], rtol=1e-4, atol=2e-6)


def test_the_two_forms_of_gelu_are_different(bundled):
    difference = np.abs(make(bundled, "gelu")(X) - make(bundled, "gelu", approximate=True)(X)).max()
    assert 1e-4 < difference < 1e-3  # 4.7e-4 in the paper's range


def test_a_leaky_relu_of_slope_zero_is_relu_to_the_bit(bundled):
    assert np.array_equal(make(bundled, "leaky_relu", slope=0.0)(X), make(bundled, "relu")(X))


def test_prelu_learns_one_slope_for_each_channel(bundled):
    import tensorflow as tf

    x = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype("float32")
    layer = make(bundled, "prelu", start=0.1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2) / 2
    (slopes,) = layer.trainable_variables
    assert slopes.shape == (3,)
    # ∂/∂α_c of ½·Σ y² is α_c times the sum of squares of what lies below zero in channel c.
    expected = 0.1 * (np.minimum(x.astype("float64"), 0) ** 2).sum(axis=(0, 1, 2))
    np.testing.assert_allclose(tape.gradient(loss, slopes), expected, rtol=1e-5)
    slopes.assign([0.0, 1.0, -1.0])
    y = np.asarray(layer(x))
    np.testing.assert_allclose(y[..., 0], np.maximum(x[..., 0], 0))
    np.testing.assert_allclose(y[..., 1], x[..., 1])
    np.testing.assert_allclose(y[..., 2], np.abs(x[..., 2]))


def test_a_saved_prelu_comes_back(bundled, tmp_path):
    import keras

    model = keras.Sequential([keras.Input((5,)), make(bundled, "prelu", start=0.1)])
    model.layers[0].trainable_variables[0].assign([0.1, 0.2, 0.3, 0.4, 0.5])
    model.save(tmp_path / "model.keras")
    x = np.linspace(-1, 1, 10, dtype="float32").reshape(2, 5)
    assert np.array_equal(keras.models.load_model(tmp_path / "model.keras")(x), model(x))


@pytest.mark.parametrize("pieces", [2, 3, 8])
def test_maxout_is_the_largest_of_neighbouring_features_and_so_is_its_slope(bundled, pieces):
    import tensorflow as tf

    layer = make(bundled, "maxout", pieces=pieces)
    for shape in ((5, 4 * pieces), (2, 3, 3, 2 * pieces)):
        x = np.random.default_rng(0).normal(size=shape).astype("float32")
        inputs = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            y = layer(inputs)
            loss = tf.reduce_sum(y**2) / 2
        groups = np.split(x.astype("float64"), shape[-1] // pieces, axis=-1)
        expected = np.stack([group.max(-1) for group in groups], axis=-1)
        np.testing.assert_array_equal(y, expected)
        largest = np.concatenate([group == group.max(-1, keepdims=True) for group in groups], axis=-1)
        np.testing.assert_allclose(tape.gradient(loss, inputs), largest * np.repeat(expected, pieces, -1), rtol=1e-6)


def blocks_with(bundled, name, **chosen):
    return Blocks(
        SimpleNamespace(
            normalization=lambda: None, normalization_component=bundled.component("normalization", "none"),
            activation=lambda: make(bundled, name, **chosen), gain=1.0, layers=(), branches=(), masks=(),
        )
    )  # fmt: skip


@pytest.mark.parametrize("pieces", [2, 3])
def test_the_layer_before_maxout_gives_so_many_times_as_many_features(bundled, pieces):
    import keras

    blocks = blocks_with(bundled, "maxout", pieces=pieces)
    images = blocks.conv(5, 3)(keras.Input((6, 6, 2)))
    outputs = blocks.output(4)(blocks.dense(7)(blocks.flatten()(images)))
    conv, dense, last = blocks.assembly.kernel_layers
    assert conv.variable.shape == (3, 3, 2, 5 * pieces)
    assert dense.variable.shape == (6 * 6 * 5, 7 * pieces)
    assert last.variable.shape == (7, 4)  # a linear layer needs no pieces
    assert conv.outputs.shape == images.shape == (None, 6, 6, 5)
    assert (dense.linear.shape, dense.outputs.shape, outputs.shape) == ((None, 7 * pieces), (None, 7), (None, 4))
    assert dense.fan_out == 7 * pieces


def test_a_maxout_unit_whose_second_piece_is_zero_is_relu_to_the_bit(bundled):
    import keras

    x = np.random.default_rng(0).normal(size=(20, 6)).astype("float32")
    kernel = np.random.default_rng(1).normal(size=(6, 8)).astype("float32")
    found = []
    for name in ("relu", "maxout"):
        blocks = blocks_with(bundled, name)
        inputs = keras.Input((6,))
        model = keras.Model(inputs, blocks.dense(8)(inputs))
        (hidden,) = blocks.assembly.kernel_layers
        pieces = np.zeros((6, *hidden.variable.shape[1:]), "float32")
        pieces[:, :: hidden.variable.shape[1] // 8] = kernel
        hidden.variable.assign(pieces)
        found.append(np.asarray(model(x)))
    np.testing.assert_array_equal(*found)
    assert (found[0] == 0).any()
    assert (found[0] > 0).any()


def test_maxout_cannot_follow_the_sum_of_a_residual_block(bundled):
    blocks = blocks_with(bundled, "maxout")
    with pytest.raises(bs.Unsupported) as caught:
        blocks.residual(blocks.dense(4, activate=False))
    assert str(caught.value) == (
        "the activation takes several pieces for each feature, the sum of a residual block has one"
    )
    assert blocks.dense(4, activate=False)  # the end of a branch has no activation, and may stand


def test_a_saved_maxout_comes_back(bundled, tmp_path):
    import keras

    model = keras.Sequential([keras.Input((6,)), make(bundled, "maxout", pieces=3)])
    model.save(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.output_shape == (None, 2)
    assert np.array_equal(loaded(x), model(x))


def test_the_gains_of_the_table(bundled):
    gains = {name: bundled.component("activation", name).gain for name in bundled.names("activation")}
    assert gains.pop("sigmoid") == 4.0
    assert set(gains.values()) == {1.0}


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "elu"])
def test_the_gain_is_one_over_the_slope_at_zero(bundled, name):
    function = make(bundled, name)
    slope = float(function(np.float32(0.01)) - function(np.float32(-0.01))) / 0.02
    assert bundled.component("activation", name).gain * slope == pytest.approx(1, abs=3e-3)

"""The LSTM: Keras' own where it neither normalizes nor masks, the papers' formulas where it does."""

import numpy as np
import pytest

import benchsuite as bs

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(3, 4, 5)).astype("float32")
UNITS = 8


def lstm(normalizations=()):
    """An LSTM whose weights are all different from one another."""
    from benchsuite.engine.network.recurrent import LSTM

    layer = LSTM(UNITS, normalizations)
    layer.build(X.shape)
    for number, variable in enumerate(layer.variables):
        variable.assign(np.random.default_rng(number).normal(0.2, 0.5, variable.shape))
    return layer


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def formula(layer, norms=(lambda z: z,) * 3, x_mask=1.0, h_mask=1.0):
    """Gates in the order input, forget, candidate, output."""
    w, u, b = (v.numpy().astype("float64") for v in (layer.kernel, layer.recurrent_kernel, layer.bias))
    h, c, outputs = np.zeros((len(X), UNITS)), np.zeros((len(X), UNITS)), []
    for t in range(X.shape[1]):
        z = norms[0]((X[:, t] * x_mask) @ w) + norms[1]((h * h_mask) @ u) + b
        i, f, g, o = np.split(z, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(norms[2](c))
        outputs.append(h)
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "xla"])
def test_the_plain_cell_is_that_of_keras_bit_for_bit(compiled):
    import keras
    import tensorflow as tf

    ours, theirs = lstm(), keras.layers.LSTM(UNITS, return_sequences=True)
    theirs.build(X.shape)
    for mine, its in zip(ours.weights, theirs.weights, strict=True):
        its.assign(mine)

    @tf.function(autograph=False, jit_compile=compiled)
    def run(x):
        found = []
        for layer in (ours, theirs):
            with tf.GradientTape() as tape:
                outputs = layer(x)
                loss = tf.reduce_sum(outputs**2)
            found.append([outputs, *tape.gradient(loss, [variable.value for variable in layer.trainable_variables])])
        return found

    for mine, its in zip(*run(tf.constant(X)), strict=True):
        np.testing.assert_array_equal(mine, its)
    np.testing.assert_allclose(ours(X), formula(ours), rtol=1e-5, atol=1e-6)


def test_it_starts_as_keras_does():
    from benchsuite.engine.network.recurrent import LSTM

    layer = LSTM(UNITS)
    layer.build(X.shape)
    np.testing.assert_array_equal(layer.bias, [0.0] * UNITS + [1.0] * UNITS + [0.0] * 2 * UNITS)
    square = layer.recurrent_kernel.numpy()
    np.testing.assert_allclose(square @ square.T, np.eye(UNITS), atol=1e-5)


def test_layer_normalization_stands_where_its_paper_puts_it(bundled):
    layer = lstm([bundled.component("normalization", "layer").make(epsilon=1e-5) for _ in range(3)])

    def norm(n):
        gamma, beta = layer.normalizations[n].gamma.numpy(), layer.normalizations[n].beta.numpy()
        return lambda z: gamma * (z - z.mean(1, keepdims=True)) / np.sqrt(z.var(1, keepdims=True) + 1e-5) + beta

    np.testing.assert_allclose(layer(X), formula(layer, [norm(n) for n in range(3)]), rtol=1e-4, atol=1e-5)


def test_root_mean_square_normalization_inside_the_cell(bundled):
    layer = lstm([bundled.component("normalization", "rms").make(epsilon=1e-5) for _ in range(3)])

    def norm(n):
        scale = layer.normalizations[n].scale.numpy()
        return lambda z: scale * z / np.sqrt((z**2).mean(1, keepdims=True) + 1e-5)

    np.testing.assert_allclose(layer(X), formula(layer, [norm(n) for n in range(3)]), rtol=1e-4, atol=1e-5)


def test_a_step_takes_masks():
    layer = lstm()
    x_mask, h_mask = RANDOM.integers(0, 2, (3, 5)) * 2.0, RANDOM.integers(0, 2, (3, UNITS)) * 2.0
    h = c = np.zeros((3, UNITS), "float32")
    outputs = []
    for t in range(X.shape[1]):
        h, c = layer.step(layer.of_inputs(X[:, t] * x_mask.astype("float32")), h, c, h_mask.astype("float32"))
        outputs.append(h)
    np.testing.assert_allclose(np.stack(outputs, 1), formula(layer, x_mask=x_mask, h_mask=h_mask), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("cell", "normalizations"), [("LSTM", 0), ("LSTM", 3), ("GRU", 2), ("SimpleRNN", 0)])
def test_all_steps_at_once_are_the_same_as_one_after_another(bundled, monkeypatch, cell, normalizations):
    import tensorflow as tf

    from benchsuite.engine.network import recurrent

    monkeypatch.setattr(recurrent, "AT_ONCE", 1)
    norm = bundled.component("normalization", "layer")
    layer = getattr(recurrent, cell)(UNITS, [norm.make(epsilon=1e-5) for _ in range(normalizations)])
    layer.build(X.shape)
    for number, variable in enumerate(layer.variables):
        variable.assign(np.random.default_rng(number).normal(0.2, 0.5, variable.shape))

    @tf.function(autograph=False)
    def run(x):
        found = []
        for training in (False, True):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_sum(layer(x, training=training) ** 2)
            found.append([loss, *tape.gradient(loss, [x, *(variable.value for variable in layer.variables)])])
        return found

    for evaluating, training in zip(*run(tf.constant(X)), strict=True):
        np.testing.assert_allclose(evaluating, training, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("cell", "normalizations"), [("LSTM", 3), ("GRU", 2), ("SimpleRNN", 0)])
def test_a_saved_layer_is_the_same_layer(bundled, cell, normalizations):
    from benchsuite.engine.network import recurrent

    norm = bundled.component("normalization", "layer")
    kind = getattr(recurrent, cell)
    layer = kind(UNITS, [norm.make(epsilon=0.25) for _ in range(normalizations)], sequences=False, name="saved")
    again = kind.from_config(layer.get_config())
    assert (again.name, again.units, again.sequences) == ("saved", UNITS, False)
    assert [one.epsilon for one in again.normalizations] == [0.25] * normalizations
    again.build(X.shape), layer.build(X.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X), layer(X))


def test_three_normalizations_or_none(bundled):
    from benchsuite.engine.network.recurrent import LSTM

    with pytest.raises(bs.BenchsuiteError, match=r"three normalizations .* or none\. Received: 1\."):
        LSTM(UNITS, [bundled.component("normalization", "layer").make(epsilon=1e-5)])

"""Normalizations against NumPy float64 transcriptions of their papers."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.engine.network.blocks import Blocks

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(2.0, 3.0, size=(40, 8)).astype("float32")
IMAGES = RANDOM.normal(1.0, 2.0, size=(5, 3, 4, 8)).astype("float32")
BOTH = pytest.mark.parametrize("x", [X, IMAGES], ids=["dense", "convolution"])


def make(bundled, name, **chosen):
    component = bundled.component("normalization", name)
    return component.make(**component.hyperparameters(chosen))


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def standardized(x, axes, epsilon=1e-5):
    x = x.astype("float64")
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def shifted(layer, name="gamma", shift="beta"):
    """Give the learned scale and shift values of their own; return them as float64."""
    scale = getattr(layer, name)
    scale.assign(np.linspace(0.5, 2.0, scale.shape[0]))
    if shift:
        getattr(layer, shift).assign(np.linspace(-1.0, 1.0, scale.shape[0]))
    return scale.numpy().astype("float64"), getattr(layer, shift).numpy().astype("float64") if shift else 0.0


@BOTH
@pytest.mark.parametrize("name", ["batch", "batch_no_affine"])
def test_batch_normalization_uses_the_batch_in_training_and_moving_averages_at_evaluation(bundled, name, x):
    layer = make(bundled, name, momentum=0.75)
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.astype("float64").mean(axes), x.astype("float64").var(axes)
    layer.build(x.shape)
    gamma, beta = shifted(layer) if name == "batch" else (1.0, 0.0)
    close(layer(x, training=True), gamma * standardized(x, axes) + beta)
    # One update of the moving averages: 0.75 of the start, 0.25 of the (biased) batch.
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.25 * mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.75 + 0.25 * variance, rtol=1e-5)
    frozen = gamma * (x - 0.25 * mean) / np.sqrt(0.75 + 0.25 * variance + 1e-5) + beta
    for part in (x, x[:2]):  # at evaluation an example's neighbours do not matter, and nothing is learned from them
        close(layer(part, training=False), frozen[: len(part)])
    assert len(layer.trainable_variables) == (2 if name == "batch" else 0)


@BOTH
def test_layer_normalization(bundled, x):
    layer = make(bundled, "layer")
    layer.build(x.shape)
    gamma, beta = shifted(layer)
    close(layer(x), gamma * standardized(x, -1) + beta)


@BOTH
@pytest.mark.parametrize("groups", [1, 4])
def test_group_normalization(bundled, x, groups):
    layer = make(bundled, "group", groups=groups)
    layer.build(x.shape)
    gamma, beta = shifted(layer)
    grouped = x.reshape(len(x), -1, groups, 8 // groups)
    close(layer(x), gamma * standardized(grouped, (1, 3)).reshape(x.shape) + beta)


def test_instance_normalization(bundled):
    layer = make(bundled, "instance")
    layer.build(IMAGES.shape)
    gamma, beta = shifted(layer)
    close(layer(IMAGES), gamma * standardized(IMAGES, (1, 2)) + beta)


@BOTH
def test_root_mean_square_normalization(bundled, x):
    layer = make(bundled, "rms", epsilon=0.1)
    layer.build(x.shape)
    gamma, _ = shifted(layer, "scale", None)
    precise = x.astype("float64")
    close(layer(x), gamma * precise / np.sqrt((precise**2).mean(-1, keepdims=True) + 0.1))


def test_local_response_normalization(bundled):
    import tensorflow as tf

    layer = make(bundled, "local_response", size=5, k=1.5, alpha=0.2, beta=0.75)
    x = IMAGES.astype("float64")
    expected = np.empty_like(x)
    for i in range(8):  # the paper's sum: j from max(0, i − n/2) to min(N − 1, i + n/2)
        window = x[..., max(0, i - 2) : min(7, i + 2) + 1]
        expected[..., i] = x[..., i] / (1.5 + 0.2 * (window**2).sum(-1)) ** 0.75
    close(layer(IMAGES), expected)
    # TensorFlow's operation has the same α, and a gradient written by hand.
    inputs, towards = tf.constant(IMAGES), tf.constant(RANDOM.normal(size=IMAGES.shape).astype("float32"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        ours = tf.reduce_sum(layer(inputs) * towards)
        theirs = tf.reduce_sum(tf.nn.local_response_normalization(inputs, 2, 1.5, 0.2, 0.75) * towards)
    close(tape.gradient(ours, inputs), tape.gradient(theirs, inputs))


V = RANDOM.normal(size=(3, 2, 4, 5)).astype("float32")  # the kernel of a convolution: 24 weights for each of 5 units
TOWARDS = RANDOM.normal(size=V.shape)  # a loss L = Σ towards·w, whose gradient with respect to w is `towards`


def weight_normalized(v, g):
    return g * v / np.sqrt((v**2).sum((0, 1, 2)))


def test_weight_normalization_and_its_gradients(bundled):
    import tensorflow as tf

    layer = make(bundled, "weight")
    layer.build(V.shape)
    g = np.linspace(0.5, 2.0, 5)
    layer.g.assign(g)
    v = tf.constant(V)
    with tf.GradientTape() as tape:
        tape.watch(v)
        w = layer(v)
        loss = tf.reduce_sum(w * TOWARDS.astype("float32"))
    precise = V.astype("float64")
    np.testing.assert_allclose(w, weight_normalized(precise, g), rtol=1e-5)
    np.testing.assert_allclose(np.sqrt((np.asarray(w) ** 2).sum((0, 1, 2))), g, rtol=1e-5)
    of_v, of_g = tape.gradient(loss, [v, layer.g.value])

    def numerical(function, at):
        found = np.empty_like(at)
        for place in np.ndindex(at.shape):
            step = np.zeros_like(at)
            step[place] = 1e-5
            found[place] = (function(at + step) - function(at - step)) / 2e-5
        return found

    close(of_v, numerical(lambda at: (TOWARDS * weight_normalized(at, g)).sum(), precise))
    close(of_g, numerical(lambda at: (TOWARDS * weight_normalized(precise, at)).sum(), g))


def test_weight_normalization_starts_at_the_drawn_weights(bundled):
    layer = make(bundled, "weight")
    layer.build(V.shape)
    (start,) = layer.start(V, [np.ones(5, "float32")])
    layer.g.assign(start)
    np.testing.assert_allclose(layer(V), V, rtol=1e-6)


def test_spectral_normalization_iterates_once_a_step_and_rests_at_evaluation(bundled):
    import tensorflow as tf

    layer = make(bundled, "spectral")
    layer.build(V.shape)
    u = layer.u.numpy().astype("float64")
    matrix = V.astype("float64").reshape(-1, 5).T  # a row for each unit, as in the paper
    kernel = tf.constant(V)
    for _ in range(3):
        v = matrix.T @ u / np.linalg.norm(matrix.T @ u)
        u = matrix @ v / np.linalg.norm(matrix @ v)
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            normalized = layer(kernel, training=True)
            loss = tf.reduce_sum(normalized * TOWARDS.astype("float32"))
        sigma = u @ matrix @ v
        close(normalized, V / sigma)
        close(layer.u, u)
    # ∂L/∂W = (G − (Σ G·W/σ)·u·vᵀ)/σ: equations 10 and 11 of the paper, u and v held fixed.
    of_w = TOWARDS.reshape(-1, 5).T
    expected = (of_w - (of_w * matrix).sum() / sigma * np.outer(u, v)) / sigma
    close(np.asarray(tape.gradient(loss, kernel)).reshape(-1, 5).T, expected)
    v = matrix.T @ u / np.linalg.norm(matrix.T @ u)
    for _ in range(2):
        close(layer(kernel, training=False), V / (u @ matrix @ v))
    close(layer.u, u)
    for _ in range(200):
        normalized = layer(kernel, training=True)
    assert np.linalg.svd(np.asarray(normalized).reshape(-1, 5))[1][0] == pytest.approx(1.0, abs=1e-4)


def test_spectral_normalization_may_iterate_more_often(bundled):
    once, thrice = make(bundled, "spectral"), make(bundled, "spectral", iterations=3)
    for layer in (once, thrice):
        layer.build(V.shape)
    thrice.u.assign(once.u)
    for _ in range(3):
        normalized = once(V, training=True)
    close(thrice(V, training=True), normalized)
    close(thrice.u, once.u)


@pytest.mark.parametrize(
    ("name", "kernel", "reason"),
    [
        ("weight", V * np.array([1, 1, 0, 1, 1]), "weight normalization divides by the norm of a unit's weights"),
        ("spectral", V * 0, "spectral normalization divides by the largest singular value of a kernel"),
    ],
)
def test_weights_that_start_at_zero_have_no_direction(bundled, name, kernel, reason):
    layer = make(bundled, name)
    layer.build(V.shape)
    with pytest.raises(bs.Unsupported, match=reason):
        layer.start(kernel, [variable.numpy() for variable in layer.variables])


@pytest.mark.parametrize(
    ("name", "chosen", "shape", "reason"),
    [
        ("group", {"groups": 16}, (5, 4, 4, 8), "8 channels do not divide into 16 equal groups"),
        ("group", {"groups": 8}, (5, 8), "8 groups of 8 channels hold one number each"),
        ("instance", {}, (5, 1, 1, 8), "8 groups of 8 channels hold one number each"),
    ],
)
def test_groups_that_cannot_be(bundled, name, chosen, shape, reason):
    with pytest.raises(bs.Unsupported, match=reason):
        make(bundled, name, **chosen)(np.zeros(shape, "float32"))


def test_a_bias_before_batch_normalization_has_no_effect(bundled):
    import tensorflow as tf

    for name in ("batch", "batch_no_affine"):
        layer = make(bundled, name)
        bias = tf.Variable(np.linspace(-5.0, 5.0, 8), dtype="float32")
        with tf.GradientTape() as tape:
            outputs = layer(X + bias, training=True)
            loss = tf.reduce_sum(outputs * TOWARDS.ravel()[:8].astype("float32") * X)
        np.testing.assert_allclose(outputs, layer(X, training=True), atol=1e-4)
        np.testing.assert_allclose(tape.gradient(loss, bias), np.zeros(8), atol=1e-2)
        assert float(abs(loss)) > 10  # the zeros above are not those of a loss that is 0
        assert bundled.component("normalization", name).replaces_bias


def network(bundled, names, inputs):
    """Build a block of each layer type that a normalization applies to, as a task builds them; return outputs and kernels."""
    import keras

    ingredients = SimpleNamespace(activation=lambda: keras.activations.softplus, gain=1.0, layers=(), masks=())
    blocks = Blocks(ingredients)
    build = {"dense": blocks.dense, "convolution": blocks.conv, "recurrent": blocks.lstm}
    shaped = {"dense": (96,), "convolution": (3, 4, 8), "recurrent": (12, 8)}
    outputs = []
    for name in names:
        component = ingredients.normalization_component = bundled.component("normalization", name)
        ingredients.normalization = partial(component.make, **component.hyperparameters())
        outputs += [
            build[kind](8)(keras.layers.Reshape(shaped[kind])(inputs)) for kind in component.applies_to if kind in build
        ]
    return outputs, blocks.assembly.kernel_layers


EVERY = [
    "none",
    "batch",
    "batch_no_affine",
    "layer",
    "group",
    "instance",
    "rms",
    "weight",
    "spectral",
    "local_response",
]


@pytest.fixture(scope="module")
def everything(bundled):
    """One model that holds every normalization on every layer type, with weights that are not those of its start."""
    import keras

    inputs = keras.Input(IMAGES.shape[1:])
    model = keras.Model(inputs, network(bundled, EVERY, inputs)[0])
    for number, variable in enumerate(model.variables):
        values = np.random.default_rng(number).uniform(0.1, 0.9, variable.shape)
        if "float" in variable.dtype:
            variable.assign(values)
    return model


def test_every_normalization_is_tried(bundled):
    assert sorted(EVERY) == sorted(bundled.names("normalization"))


def test_xla_and_graph_agree(everything):
    import tensorflow as tf

    start = [variable.numpy() for variable in everything.variables]
    found = []
    for compiled in (False, True):
        for variable, value in zip(everything.variables, start, strict=True):
            variable.assign(value)
        run = tf.function(lambda x: everything(x, training=True), autograph=False, jit_compile=compiled)
        found.append([*run(tf.constant(IMAGES)), *(variable.numpy() for variable in everything.variables)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=1e-4)


def test_a_saved_model_predicts_the_same(everything, tmp_path):
    import keras

    everything.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for ours, theirs in zip(everything(IMAGES), loaded(IMAGES), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", EVERY)
def test_half_precision_only_rounds(bundled, name):
    import keras

    policy = keras.config.dtype_policy()
    outputs = {}
    for precision in ("float32", "mixed_bfloat16"):
        keras.config.set_dtype_policy(precision)
        try:
            inputs = keras.Input(IMAGES.shape[1:])
            built, kernels = network(bundled, [name], inputs)
            model = keras.Model(inputs, built)
        finally:
            keras.config.set_dtype_policy(policy)
        for number, kernel in enumerate(kernels):
            kernel.variable.assign(np.random.default_rng(number).normal(0, 0.2, kernel.variable.shape))
        for variable in model.variables:
            assert variable.dtype == "float32"
            if variable.name in ("u", "recurrent_kernel"):
                variable.assign(np.random.default_rng(9).normal(0, 0.2, variable.shape))
        outputs[precision] = model(IMAGES, training=True)
    for exact, rounded in zip(outputs["float32"], outputs["mixed_bfloat16"], strict=True):
        assert rounded.dtype == "bfloat16"
        # On average: where two numbers are nearly one, to normalize them magnifies the rounding.
        difference = np.abs(np.asarray(exact) - np.asarray(rounded, "float32")).mean()
        assert difference < 0.02 * max(float(np.std(np.asarray(exact))), 0.1)

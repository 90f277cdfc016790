"""Max pooling under XLA against TensorFlow's own kernels: values, gradients and their derivatives, ties included."""

import numpy as np
import pytest

from tests.lowered import as_on_a_gpu, hlo_of, suspects

WINDOWS = [(2, None, "valid"), (2, None, "same"), (3, 2, "same"), (2, 3, "valid")]


def layer(dimensions, *arguments):
    from benchsuite.engine.network import pooling

    return getattr(pooling, f"MaxPooling{dimensions}D")(*arguments)


def derivatives(pool):
    """A function that gives the values of a pool, a gradient, and the derivative of that gradient along a direction."""
    import tensorflow as tf

    def compute(x, along):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = pool(x)
                weights = tf.reshape(tf.range(tf.size(y), dtype=tf.float32) % 7 - 3, tf.shape(y))
                loss = tf.reduce_sum(weights * y**3)
            gradient = inner.gradient(loss, x)
            product = tf.reduce_sum(gradient * along)
        return y, gradient, outer.gradient(product, x)

    return compute


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_it_is_tensorflows_pooling_ties_included(dimensions, window):
    import tensorflow as tf

    generator = np.random.default_rng(0)
    shape = (*(3, 7, 6)[: 1 + dimensions], 2)
    # Five values only, most windows have their largest more than once; none is 0 everywhere, as padding might be.
    x = tf.constant(generator.integers(-5, 0, shape) / 4, tf.float32)
    along = tf.constant(generator.normal(size=shape), tf.float32)
    compute = derivatives(layer(dimensions, *window))
    expected = tf.function(compute, autograph=False)(x, along)
    found = tf.function(compute, autograph=False, jit_compile=True)(x, along)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    assert np.count_nonzero(expected[2]) > 0


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("size", [2, 3])
def test_so_it_is_on_a_gpu_where_each_pixel_is_in_one_window(dimensions, size):
    import tensorflow as tf

    generator = np.random.default_rng(0)
    shape = (*(3, 12, 6)[: 1 + dimensions], 2)
    x = tf.constant(generator.integers(-5, 0, shape) / 4, tf.float32)
    along = tf.constant(generator.normal(size=shape), tf.float32)
    compute = derivatives(layer(dimensions, size))
    expected = tf.function(compute, autograph=False)(x, along)
    with as_on_a_gpu():
        on_gpu = tf.function(compute, autograph=False, jit_compile=True)
        found = on_gpu(x, along)
        text = hlo_of(on_gpu, x, along)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    assert np.count_nonzero(expected[1]) > 0
    assert suspects(text) == []
    assert " pad(" not in text  # of which a GPU would decide for each pixel as often as a window has pixels


def test_a_batch_whose_size_a_graph_does_not_know_is_given_back_as_well():
    import tensorflow as tf

    from benchsuite.engine.network import pooling

    generator = np.random.default_rng(0)
    x = tf.constant(generator.integers(-5, 0, (3, 4, 6, 2)) / 4, tf.float32)
    y, upstream = tf.nn.max_pool2d(x, 2, 2, "VALID"), tf.constant(generator.normal(size=(3, 2, 3, 2)), tf.float32)
    give = lambda x, y, upstream: pooling.given_back(x, y, upstream, (2, 2), (2, 2))  # noqa: E731
    unknown = [tf.TensorSpec((None, *one.shape[1:])) for one in (x, y, upstream)]
    with as_on_a_gpu():
        found = tf.function(give, autograph=False).get_concrete_function(*unknown)(x, y, upstream)
        np.testing.assert_array_equal(found, give(x, y, upstream))
    np.testing.assert_allclose(tf.reduce_sum(found, (1, 2)), tf.reduce_sum(upstream, (1, 2)), rtol=1e-5)


def test_its_gradient_is_no_scatter_while_keras_own_is_one():
    import keras
    import tensorflow as tf

    x = tf.ones((1, 4, 4, 1))
    programs = {
        name: tf.function(derivatives(pool), autograph=False, jit_compile=True)
        for name, pool in (("ours", layer(2, 3, 2, "same")), ("keras", keras.layers.MaxPooling2D(3, 2, "same")))
    }
    assert suspects(hlo_of(programs["ours"], x, x)) == []
    assert {one.opcode for one in suspects(hlo_of(programs["keras"], x, x))} == {"select-and-scatter"}

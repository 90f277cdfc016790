"""Operations of many lanes at once against the same operation of one lane after the other."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.ops.parallel_for import pfor

from benchsuite.engine.lanes.converters import vectorizing

LANES = 3
GENERATOR = np.random.default_rng(0)


def numbers(*shape):
    return tf.constant(GENERATOR.normal(size=(LANES, *shape)), tf.float32)


def with_gradients(function):
    """Return a function that gives what one gives, and the gradients of the sum of its cubes."""

    def called(given):
        with tf.GradientTape() as tape:
            tape.watch(given)
            found = function(*given)
            loss = tf.reduce_sum(found**3)
        return found, *tape.gradient(loss, given)

    return called


CASES = {
    "convolution": (lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"), (4, 6, 6, 2), (3, 3, 2, 5)),
    "strided": (lambda x, w: tf.nn.conv2d(x, w, 2, "SAME"), (4, 7, 7, 2), (3, 3, 2, 5)),
    "valid": (lambda x, w: tf.nn.conv2d(x, w, 1, "VALID"), (4, 6, 6, 2), (3, 3, 2, 5)),
    "transposed": (
        lambda x, w: tf.nn.conv2d_transpose(x, w, [4, 12, 12, 3], 2, "SAME"),
        (4, 6, 6, 5),
        (3, 3, 3, 5),
    ),
    "choice": (lambda x, w: tf.cond(x[0] > 0, lambda: x * w, lambda: x - w), (4,), (4,)),
    "half a square": (lambda x, w: tf.nn.l2_loss(x) * w, (2, 3), ()),
}


@pytest.mark.parametrize("name", CASES)
def test_an_operation_of_many_lanes_gives_what_it_gives_one(name):
    function, *shapes = CASES[name]
    given, one = tuple(numbers(*shape) for shape in shapes), with_gradients(function)

    def many(*given):
        with vectorizing():
            return tf.vectorized_map(one, given, fallback_to_while_loop=False)

    found = tf.function(many, autograph=False, jit_compile=True)(*given)
    for lane in range(LANES):
        for of_lanes, alone in zip(found, one(tuple(x[lane] for x in given)), strict=True):
            np.testing.assert_allclose(of_lanes[lane], alone, rtol=1e-5, atol=1e-5 * float(tf.reduce_max(abs(alone))))


def test_a_factorization_of_many_lanes_is_that_of_each():
    given = numbers(4, 3)

    def many(x):
        with vectorizing():
            return tf.vectorized_map(tf.linalg.qr, x, fallback_to_while_loop=False)

    found = tf.function(many, autograph=False, jit_compile=True)(given)
    np.testing.assert_allclose(found.q @ found.r, given, rtol=1e-5, atol=1e-5)


def test_what_iterates_until_all_lanes_have_converged_is_refused():
    with vectorizing(), pytest.raises(Exception, match="depends on the others"):
        tf.function(
            lambda x: tf.vectorized_map(lambda one: tf.linalg.eigh(one)[0], x, fallback_to_while_loop=False),
            autograph=False,
        )(numbers(3, 3))


def test_nothing_is_left_in_the_registry_of_tensorflow():
    before = dict(pfor._pfor_converter_registry)
    with vectorizing():
        assert pfor._pfor_converter_registry != before
    assert pfor._pfor_converter_registry == before

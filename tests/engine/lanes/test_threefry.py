"""The noise of a lane is the noise of its trial alone, bit for bit."""

import numpy as np
import pytest
import tensorflow as tf

from benchsuite import noise
from benchsuite.engine.lanes.converters import vectorizing

KEYS = tf.constant([12345678901234567, 3], tf.int64)
STEPS = tf.constant([0, 2**40], tf.int64)


def draws(key, step):
    """Draw in every shape that is laid out in its own way: even, odd, none, several axes."""
    with noise.stream(key, step):
        return {
            "uniform": [noise.uniform(shape) for shape in ([], [5], [6], [5, 4], [3, 5], [2, 3, 5])],
            "between": [noise.uniform([7], -1.0, 2.0)],
            "normal": [noise.normal(shape) for shape in ([7], [4, 3])],
            "shifted": [noise.normal([8], 1.0, 2.0)],
            "keep": [noise.keep(shape, 0.3) for shape in ([5, 3], [64])],
        }


def together(keys, steps):
    with vectorizing():
        return tf.vectorized_map(lambda given: draws(*given), (keys, steps), fallback_to_while_loop=False)


def test_every_draw_of_a_lane_is_that_of_the_trial_alone():
    alone = tf.function(draws, autograph=False, jit_compile=True)
    lanes = tf.function(together, autograph=False, jit_compile=True)(KEYS, STEPS)
    for lane in range(len(KEYS)):
        expected = alone(KEYS[lane], STEPS[lane])
        for kind, drawn in lanes.items():
            for one, other in zip(drawn, expected[kind], strict=True):
                np.testing.assert_array_equal(one[lane], other, err_msg=kind)


def test_a_generator_that_has_no_vectorized_form_is_refused():
    def other(seed):
        return tf.random.stateless_uniform([3], seed, alg="philox")

    with vectorizing(), pytest.raises(Exception, match=r"not bs\.noise's"):
        tf.function(lambda seeds: tf.vectorized_map(other, seeds, fallback_to_while_loop=False), autograph=False)(
            tf.constant([[1, 2], [3, 4]])
        )

"""Every optimizer in lanes: a step of each lane is the step of that trial alone."""

import numpy as np
import pytest
import tensorflow as tf

from benchsuite.engine.lanes.converters import vectorizing
from benchsuite.engine.lanes.functional import Functional
from tests.bundled import REGISTRY

ALONE = {
    "soap": "its eigenvectors",
    "l_bfgs": "its line search",
    "sophia": "its noise is drawn under XLA alone, see test_threefry.py",
}
"""Those that have no lanes in a graph, and what of them."""
STEPS = 2
TOLERANCE = 1e-5


def model(blocks, inputs):
    return blocks.output(3)(inputs)


@pytest.mark.parametrize("name", [name for name in REGISTRY.names("optimizer") if name not in ALONE])
def test_steps_of_a_lane_are_those_of_the_trial_alone(name, bench):
    bench.change_task(model=model)
    session = bench.new_session(feeds=False)
    begun = []
    for seed in (0, 1):
        ready = session.ready(bench.trial(seed=seed, optimizer=name))
        program = ready.program
        every = Functional([*program.network.model.variables, *program.optimizer.made.variables])
        begun.append([variable.numpy() for variable in every.variables])
    x, y = (
        np.stack([array[start : start + 16] for start in (0, 16)]) for array in (ready.prepared.x, program.dataset.y)
    )

    def steps(x, y):
        rate, lengths, key = tf.constant(0.05), tf.constant([10, 20], tf.int64), tf.constant(7, tf.int64)
        for step in range(STEPS):
            program.training.whole_step(x, y, tf.constant(step, tf.int64), rate, lengths, key)

    def one(given):
        values, batch_x, batch_y = given
        with every.holding(values) as held:
            steps(batch_x, batch_y)
            return held.values

    def many(*given):
        with vectorizing():
            return tf.vectorized_map(one, given, fallback_to_while_loop=False)

    states = [tf.constant(np.stack(values)) for values in zip(*begun, strict=True)]
    found = tf.function(many, autograph=False)(states, tf.constant(x), tf.constant(y))
    for lane in range(2):
        for variable, values in zip(every.variables, begun[lane], strict=True):
            variable.assign(values)
        steps(tf.constant(x[lane]), tf.constant(y[lane]))
        for variable, values in zip(every.variables, found, strict=True):
            np.testing.assert_allclose(values[lane], variable.numpy(), rtol=TOLERANCE, atol=1e-7, err_msg=variable.path)

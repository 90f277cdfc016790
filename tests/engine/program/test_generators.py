"""Keras' own random layers, and ``keras.random`` in any layer: the numbers are the trial's, in any program and any process."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite import noise
from tests.engine.conftest import Bench

RATE = {"learning_rate": bs.LogUniform(1e-4, 10.0, default=0.0625)}


OF_TENSORFLOW = tf.random.Generator.from_seed(1)


class Mixed(keras.layers.Layer):
    """Draws in every way that Keras has: a layer inside it, a generator of its own, the one that all share; in evaluation too."""

    def __init__(self):
        super().__init__()
        self.inner = keras.layers.GaussianDropout(0.25)
        self.generator = keras.random.SeedGenerator(7)

    def call(self, inputs, training=False):
        shape = keras.ops.shape(inputs)
        if not training:
            return inputs + 0.125 * keras.random.normal(shape)
        drawn = keras.random.normal(shape, seed=self.generator) + keras.random.uniform(shape)
        return self.inner(inputs, training=training) + 0.125 * drawn


def mixed(bench):
    """Let a bench have the layer, and run it as a graph."""
    bench.change_task(xla=False)
    bench.add(bs.Regularization(name="mixed", make=lambda: Mixed(), summary="Draws."))
    return bench


def test_two_trials_in_one_program_a_fresh_one_and_another_process_agree(bench):
    mixed(bench)
    first = bench.run(regularization="mixed", epochs=1)
    other = bench.run(regularization="mixed", epochs=1, seed=1)
    assert first.outcome == "completed", first.reason
    assert bench.run(regularization="mixed", epochs=1).curves == first.curves
    assert bench.session.programs_built == 1
    # Seed, initial values and all but the layers' noise stay.
    moved = bench.run(regularization="mixed", epochs=1, streams=(("noise", 5),)).curves
    assert list(moved["running_loss"][1:]) != list(first.curves["running_loss"][1:])
    found = subprocess.run(
        [sys.executable, "-c", "from tests.engine.program.test_generators import elsewhere; elsewhere()"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    # Data that are streamed in chunks, and another order of trials.
    assert json.loads(found.stdout.splitlines()[-1]) == [
        ending.curves.to_json()["test_loss"] for ending in (other, first)
    ]


def elsewhere():
    """Print the same two trials in the other order, from a process of its own."""
    from benchsuite.registry import PluginSearch, load_registry

    bench = mixed(Bench(load_registry(PluginSearch(local=False))))
    session = bench.new_session(resident_bytes=0)
    ran = [bench.run(regularization="mixed", epochs=1, seed=seed, session=session) for seed in (1, 0)]
    print(json.dumps([ending.curves.to_json()["test_loss"] for ending in ran]))


def drawn(draw, step=0, jit=False, key=3, owner=noise.Owner.TRAINING):
    """Return what a function draws inside a compiled step."""

    @tf.function(autograph=False, jit_compile=jit)
    def graph(key, step):
        with noise.stream(key, step, owner):
            return draw()

    return np.array(graph(tf.constant(key, tf.int64), tf.constant(step, tf.int64)))


@pytest.mark.parametrize("jit", [True, False])
def test_a_generator_draws_new_numbers_at_each_call_step_and_key_and_the_same_again(jit):
    generator = keras.random.SeedGenerator(1)
    before = generator.state.numpy()

    def two():
        return tf.stack([keras.random.normal([4000], seed=generator), keras.random.normal([4000])])

    first = drawn(two, jit=jit)
    assert (first == drawn(two, jit=jit)).all()
    every = [*first, *drawn(two, 1, jit), *drawn(two, 0, jit, key=4)]
    related = np.corrcoef(np.stack(every)) - np.eye(6)
    assert np.abs(related).max() < 5 / np.sqrt(4000)
    assert np.stack(every).std() == pytest.approx(1, abs=0.03)
    assert (generator.state.numpy() == before).all()


def test_a_number_as_a_seed_draws_the_same_each_time():
    draws = [drawn(lambda: keras.random.normal([5], seed=3), step) for step in (0, 1)]
    assert (draws[0] == draws[1]).all()


def test_evaluation_has_numbers_for_keras_and_none_for_those_who_should_ask_training():
    shape = [3]
    assert (drawn(lambda: keras.random.normal(shape), owner=noise.Owner.EVALUATION) != 0).all()
    with pytest.raises(bs.BenchsuiteError, match="Draw only where `training` is true"):
        drawn(lambda: noise.normal(shape), owner=noise.Owner.EVALUATION)


@pytest.mark.parametrize("jit", [True, False])
def test_each_turn_of_a_loop_draws_anew(jit):
    """A recurrent cell that draws: one trace for all time steps."""
    generator = keras.random.SeedGenerator(1)

    def turns():
        def body(i, found):
            return i + 1, found.write(i, keras.random.normal([], seed=generator))

        start = tf.TensorArray(tf.float32, 6, element_shape=[])
        return tf.while_loop(lambda i, _: i < 6, body, (0, start))[1].stack()

    first = drawn(turns, jit=jit)
    assert len(set(first.tolist())) == 6
    drawn(turns, 1, jit)
    assert (drawn(turns, jit=jit) == first).all()
    assert not set(first.tolist()) & set(drawn(turns, 1, jit).tolist())


def test_outside_of_a_stream_keras_is_as_it_was():
    own = keras.random.SeedGenerator.next
    generator = keras.random.SeedGenerator(1)
    drawn(lambda: keras.random.normal([2], seed=generator))
    with pytest.raises(ZeroDivisionError):
        drawn(lambda: 1 / 0)
    assert keras.random.SeedGenerator.next is own
    one, two = (keras.random.SeedGenerator(1) for _ in range(2))
    assert (keras.random.normal([3], seed=one).numpy() == keras.random.normal([3], seed=two).numpy()).all()


def test_an_initializer_without_a_seed_is_the_trials(bench):
    class Own(keras.initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return keras.random.normal(shape, stddev=0.25)

    bench.change_task(xla=False)
    bench.add(bs.Initializer(name="own", make=lambda: Own(), summary="Draws."))
    values = []
    for seed in (0, 1, 0):
        network = bench.session.ready(bench.trial(seed=seed, initializer="own")).program.network
        values.append([np.array(kernel.numpy()) for kernel in network.kernels])
    assert all((one == again).all() for one, again in zip(values[0], values[2], strict=True))
    assert all((one != other).all() for one, other in zip(values[0], values[1], strict=True))
    assert np.concatenate([kernel.ravel() for kernel in values[0]]).std() == pytest.approx(0.25, rel=0.15)


@pytest.mark.parametrize(
    ("draw", "name"),
    [
        (lambda x: tf.random.normal(tf.shape(x)), "tf.random.normal"),
        (lambda x: OF_TENSORFLOW.normal([1]), "tf.random.Generator"),
        (lambda x: tf.map_fn(lambda row: tf.random.shuffle(row), x), "tf.random.shuffle"),
    ],
)
def test_tensorflows_own_generators_are_refused(draw, name):
    from benchsuite.engine.program.traced import Traced

    traced = Traced(draw, xla=False)
    with pytest.raises(
        bs.BenchsuiteError, match=f"a component draws with {name}, whose generator belongs to the process"
    ):
        traced.trace(0, tf.zeros([2, 3]))


def test_whatever_is_refused_is_an_operation_of_tensorflows():
    from tensorflow.python.framework import op_def_registry

    from benchsuite.engine.program.own_chance import DRAW

    assert [kind for kind in DRAW if op_def_registry.get(kind) is None] == []


@pytest.mark.parametrize("kind", ["normalization", "activation", "regularization"])
def test_a_layer_that_is_returned_twice_is_told_so(bench, kind):
    bench.change_task(xla=False)
    layer = keras.layers.PReLU()
    component = {"normalization": bs.Normalization, "activation": bs.Activation, "regularization": bs.Regularization}
    bench.add(component[kind](name="kept", make=lambda: layer, summary="Is kept."))
    ending = bench.run(**{kind: "kept"})
    assert ending.outcome == "crashed"
    assert "returned the same layer twice: PReLU" in ending.reason
    assert "Return a new layer at each call" in ending.reason


def test_a_layer_of_a_network_that_is_gone_is_told_so_too():
    from benchsuite.engine.new_objects import new_layer

    layer = keras.layers.Dropout(0.5)
    assert new_layer(layer, "regularization 'kept'") is layer
    assert new_layer("relu", "activation 'kept'") == new_layer("relu", "activation 'kept'")
    with pytest.raises(bs.BenchsuiteError, match="make of regularization 'kept' returned the same layer twice"):
        new_layer(layer, "regularization 'kept'")

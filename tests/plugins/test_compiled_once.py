"""What a program holds once: XLA compiles the numbers of every draw, and every call of a closure, for themselves."""

import keras
import pytest
import tensorflow as tf

import benchsuite as bs

SHAPES = ((3, 2), (2,), (2, 4))


@pytest.fixture
def draws(monkeypatch):
    """Return the sources that were drawn from, one for each draw, inside a noise stream."""
    found, source = [], bs.noise._source
    monkeypatch.setattr(bs.noise, "_source", lambda: found.append(source()) or found[-1])
    with bs.noise.stream(tf.constant(0, tf.int64), tf.constant(0, tf.int64)):
        yield found


def made(bundled, kind, name):
    component = bundled.component(kind, name)
    return component.make(**component.hyperparameters({}))


class Closure:
    """½·Σw² of all variables, and how often it was called."""

    def __init__(self, variables):
        self.variables, self.calls = variables, 0

    def __call__(self):
        self.calls += 1
        values = [tf.convert_to_tensor(variable) for variable in self.variables]
        return tf.add_n([tf.nn.l2_loss(value) for value in values]), values

    def hessian_vector(self, vectors):
        return vectors


def test_gradient_noise_is_one_draw(bundled, draws):
    zeros = [tf.zeros(SHAPES[0]), None, *(tf.zeros(shape) for shape in SHAPES[1:])]
    noisy = made(bundled, "gradient_transform", "noise")(zeros, [])
    assert len(draws) == 1
    assert noisy.pop(1) is None
    assert [tuple(one.shape) for one in noisy] == list(SHAPES)
    assert len({float(number) for one in noisy for number in tf.reshape(one, [-1])}) == 16  # no number twice


def test_gradient_noise_of_no_gradient_is_no_draw(bundled, draws):
    assert made(bundled, "gradient_transform", "noise")([None, None], []) == [None, None]
    assert not draws


def test_dropconnect_is_one_draw(bundled, draws):
    kernels = [tf.ones((30, 20)), tf.ones((30, 20))]
    one, other = made(bundled, "regularization", "dropconnect").in_training(kernels)
    assert len(draws) == 1
    assert bool(tf.reduce_any(one != other))


def test_the_probes_of_sophia_are_one_draw(bundled, draws):
    variables = [keras.Variable(tf.ones(shape)) for shape in SHAPES]
    optimizer = made(bundled, "optimizer", "sophia")
    optimizer.build(variables)
    optimizer.step(Closure(variables), variables)
    assert len(draws) == 1


def test_l_bfgs_holds_its_closure_twice(bundled):
    """At the weights, and in the loop over the lengths that are tried."""
    variables = [keras.Variable(tf.ones(shape)) for shape in SHAPES]
    optimizer = made(bundled, "optimizer", "l_bfgs")
    optimizer.build(variables)
    closure = Closure(variables)
    tf.function(lambda: optimizer.step(closure, variables), autograph=False).get_concrete_function()
    assert closure.calls == 2

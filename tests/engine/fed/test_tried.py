"""What a component's object computes from a few numbers: every way in which it acts is tried, after its values were moved."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite.engine.fed.tried import RATE, SHAPES, STEPS, tried
from benchsuite.engine.few_numbers import numbers


class Acts:
    """Each of its ways gives the value that it holds then."""

    def __init__(self):
        self.value, self.calls, self.variables = 0.25, [], []

    def mask(self, shape):
        self.calls.append(list(shape))
        return tf.fill(shape, self.value)

    def in_training(self, kernels):
        return [self.value * tf.ones_like(kernel) for kernel in kernels]

    def batch(self, x, y, classes):
        self.calls.append((list(x.shape), classes))
        return self.value * tf.ones_like(x), y

    def build(self, variables, kernels):
        self.trained = variables
        assert [len(one.shape) for one in kernels] == [2]

    def after_step(self, step):
        self.calls.append([int(number) for number in (step.number, step.epoch, step.total)])
        assert float(step.rate) == pytest.approx(RATE)
        for variable, before in zip(self.trained, step.before, strict=True):
            variable.assign(before * self.value)

    def evaluation_values(self, variables):
        return [variable + self.value for variable in variables]


def with_ways(*names, **fields):
    """A class that has some of the ways alone."""
    return type("Some", (), {name: getattr(Acts, name) for name in ("__init__", *names)} | fields)


def found(component, make):
    """Return what is tried of objects whose value is moved from 0.25 to 0.5, and the objects."""
    made = []

    def one():
        made.append(make())
        return made[-1]

    def move():
        made[-1].value = 0.5

    return tried(component, one, move), made


REGULARIZATION = bs.Regularization(name="acts", make=Acts)


@pytest.mark.parametrize(("each_step", "shape"), [(False, [4, 12]), (True, [3, 4, 12])])
def test_masks_are_those_of_one_step_or_of_each(each_step, shape):
    (mask,), made = found(REGULARIZATION, with_ways("mask", each_step=each_step))
    assert made[-1].calls == [shape]
    np.testing.assert_array_equal(mask, np.full(shape, 0.5))


def test_kernels_and_batches_are_changed():
    (kernel,), _ = found(REGULARIZATION, with_ways("in_training"))
    np.testing.assert_array_equal(kernel, np.full((4, 3), 0.5))
    (x, y), made = found(REGULARIZATION, with_ways("batch"))
    np.testing.assert_array_equal(x, np.full((6, 9, 9, 3), 0.5))
    assert (list(y), made[-1].calls) == ([0, 1, 2, 0, 1, 2], [([6, 9, 9, 3], 3)])


@pytest.mark.parametrize("averages", [False, True])
def test_what_acts_after_steps_acts_after_each(averages):
    some = with_ways("build", "after_step", *(["evaluation_values"] if averages else []))
    values, made = found(REGULARIZATION, some)
    (stepping,) = (one for one in made if one.calls)
    assert stepping.calls == [[step, 1, 4] for step in range(STEPS)]
    assert len(values) == 2 * (STEPS + averages)
    for before, after in zip(values[:4], values[2:6], strict=True):
        np.testing.assert_allclose(after, before * 0.5, rtol=1e-6)
    if averages:
        np.testing.assert_allclose(values[-1], values[-3] + 0.5, rtol=1e-6)


def test_what_is_called_is_called_once_it_was_moved():
    scales = with_ways(__call__=lambda self, x: x * self.value)
    (outputs,), _ = found(bs.Activation(name="acts", make=Acts), scales)
    np.testing.assert_allclose(outputs, 0.5 * numbers(SHAPES[0], 4).numpy(), rtol=1e-6)

    class Penalty(keras.Regularizer):
        def __call__(self, x):
            return self.value * tf.reduce_sum(x)

    (penalty,), _ = found(REGULARIZATION, Penalty)
    assert penalty == pytest.approx(0.5 * float(tf.reduce_sum(numbers((4, 3), 4))), rel=1e-5)
    for targets in ("classes", "values"):
        loss = with_ways(__call__=lambda self, y, outputs: self.value * tf.ones(y.shape))
        (losses,), _ = found(bs.Loss(name="acts", make=Acts, targets=targets), loss)
        np.testing.assert_array_equal(losses, np.full((4,) if targets == "classes" else (4, 3), 0.5))


@pytest.mark.parametrize("kind", [bs.Regularization, bs.Activation, bs.Normalization, bs.GradientTransform])
def test_of_nothing_nothing_is_computed(kind):
    assert tried(kind(name="none", make=lambda: None), lambda: None, lambda: None) == []

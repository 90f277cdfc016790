"""Traces: the way of an optimizer is that of any trial, seen at each step."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.engine.program.program import Program
from benchsuite.engine.trace import trace, values_of
from benchsuite.recipe import Setting


def bowl(theta):
    return (theta[..., 0] - 1) ** 2 + theta[..., 1] ** 2


SURFACE = bs.Surface(value=bowl, x=(-2, 2), y=(-2, 2), start=(0.5, -1), minima=[(1, 0)])


def task(**fields):
    """The bowl as a task."""
    given = {
        "name": "bowl",
        "data": lambda: bs.Arrays(np.zeros((3, 1), "float32"), np.zeros(3, "float32")),
        "split": bs.HoldOut(1, 1, 1),
        "model": lambda blocks, inputs: blocks.parameter((2,), [0.5, -1])(inputs),
        "loss": lambda model, batch, training: bowl(model(batch[0])),
        "primary": "loss",
        "batch_size": 1,
        "epochs": 1,
        "steps_per_epoch": 4,
        "baseline": {"optimizer": "sgd[learning_rate=0.1]"},
        "surface": SURFACE,
    }
    return bs.Task(**{**given, **fields})


def setting(bench, name, **values):
    return Setting.of(bench.component("optimizer", name), values)


def test_gradient_descent_on_a_bowl_goes_where_the_formula_says(bench):
    way = trace(task(), setting(bench, "sgd", learning_rate=0.1), bench)
    expected = [[1 - 0.5 * 0.8**k, -(0.8**k)] for k in range(5)]
    np.testing.assert_allclose(way.points, expected, rtol=1e-6)
    np.testing.assert_allclose(way.excess, [1.25 * 0.64**k for k in range(5)], rtol=1e-5)
    assert (way.outcome, way.reason, way.steps) == ("completed", "", 4)


def test_a_schedule_of_the_baseline_spans_the_steps_that_were_asked_for(bench):
    seen = []

    def schedule(step, total):
        seen.append((len(step), total))
        return np.where(step < 2, 1.0, 0.0)

    bench.add(bs.Schedule(name="stops", make=lambda: schedule))
    way = trace(task(baseline={"schedule": "stops"}), setting(bench, "sgd", learning_rate=0.1), bench, steps=6)
    assert seen == [(6, 6)]
    assert np.all(way.points[1] != way.points[2])
    assert np.all(way.points[2:] == way.points[2])


def test_it_diverges_where_a_trial_would(bench, monkeypatch):
    train, steps = Program.train, []
    monkeypatch.setattr(Program, "train", lambda *given: steps.append(given[4]) or train(*given))
    way = trace(task(), setting(bench, "sgd", learning_rate=10.0), bench, steps=50)
    assert (way.outcome, way.steps) == ("diverged", 2)  # the error grows 19-fold a step, the loss 361-fold
    assert way.excess[1] <= 1250 < way.excess[2]
    assert way.reason == f"the loss reached {way.excess[2]:.4g} after step 2"
    assert steps == [0, 1, 2]  # and nothing is trained in vain: the loss of a step is that of the weights before it


def test_evaluation_weights_are_what_is_drawn(bench):
    def make():
        import keras

        class Elsewhere(keras.optimizers.SGD):
            def evaluation_values(self, variables):
                return [variable.value + 1 for variable in variables]

        return Elsewhere(0.1)

    bench.add(bs.Optimizer(name="elsewhere", make=make, wants=("evaluation_weights",)))
    way = trace(task(), setting(bench, "elsewhere"), bench, steps=1)
    np.testing.assert_allclose(way.points[0], [1.5, 0])


def test_averaged_weights_of_a_regularization_are_what_is_drawn(bench):
    sgd = setting(bench, "sgd", learning_rate=0.1)
    averaged = trace(task(baseline={"regularization": "ema[decay=0.5]"}), sgd, bench, steps=3)
    plain = trace(task(), sgd, bench, steps=3).points
    np.testing.assert_allclose(averaged.points[0], plain[0])
    for step in (1, 2, 3):
        expected = np.average(plain[1 : step + 1], axis=0, weights=0.5 ** np.arange(step)[::-1])
        np.testing.assert_allclose(averaged.points[step], expected, rtol=1e-5)


def test_an_optimizer_that_fails_is_no_end_of_the_others(bench):
    def make():
        raise ValueError("not\ntoday")

    bench.add(bs.Optimizer(name="broken", make=make))
    way = trace(task(), setting(bench, "broken"), bench)
    assert (way.outcome, way.reason, way.steps) == ("crashed", "ValueError: not today", 0)
    np.testing.assert_array_equal(way.points, [[0.5, -1]])


def test_what_cannot_be_drawn_is_refused(bench):
    sgd = setting(bench, "sgd")
    with pytest.raises(bs.BenchsuiteError, match=r"^task 'bowl' has no surface to draw. Give it surface=bs.Surface"):
        trace(task(surface=None), sgd, bench)
    network = task(model=lambda blocks, inputs: blocks.output(2)(inputs))
    with pytest.raises(bs.BenchsuiteError, match=r"one array of shape \[2\]. Received: \[1, 2\], \[2\]. Use blocks"):
        trace(network, sgd, bench)
    with pytest.raises(bs.BenchsuiteError, match=r"values \[...\]. Received: \[2, 2\] for \[2, 2\].$"):
        values_of(dataclasses.replace(SURFACE, value=lambda theta: theta), np.zeros((2, 2)))

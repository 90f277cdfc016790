"""The first steps of a recipe: their sizes against the gradient that NumPy computes, and a few examples learned by heart."""

import numpy as np
import pytest

from benchsuite.engine import few_examples
from benchsuite.engine.few_examples import learn_few, step_ratios
from benchsuite.engine.lab import Lab

RATE = 0.05


@pytest.fixture(scope="module")
def ready(bundled):
    """Return what makes a trial of plain gradient descent ready, and its specimen."""
    from benchsuite.arm_trials import trial_of
    from benchsuite.components import Arm
    from benchsuite.engine.session import Session

    def made(rate):
        recipe = {"optimizer": f"sgd[learning_rate={rate}]", "schedule": "constant"}
        trial = trial_of(Arm(task="wine_softmax", recipe=recipe), 0, bundled.task, bundled)
        return session.ready(trial), trial

    session = Session(bundled, bundled.task, feeds=False)
    return made


def test_the_size_of_a_step_of_gradient_descent_is_rate_times_gradient(ready, bundled):
    """Softmax regression: the gradient of the kernel is xᵀ(p − t)/n, in float64 here."""
    start, trial = ready(RATE)
    rows = start.plan.epoch(0)[0][0]
    kernel = np.array(start.program.network.kernel_layers[-1].variable.numpy(), "float64")
    specimen = Lab(bundled, bundled.task).specimen_of(trial)
    x, y = (part[rows] for part in specimen.arrays("train"))
    outputs = specimen.outputs(x).astype("float64")
    shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    gradient = x.astype("float64").T @ (shares - np.eye(shares.shape[1])[y]) / len(rows)
    ratios = step_ratios(start, steps=3)
    (name,) = ratios
    assert len(ratios[name]) == 3
    assert ratios[name][0] == pytest.approx(RATE * np.linalg.norm(gradient) / np.linalg.norm(kernel), rel=1e-4)


def test_a_few_examples_are_learned_at_a_sensible_rate_and_not_at_one_of_next_to_nothing(ready, monkeypatch):
    monkeypatch.setattr(few_examples, "MOST_STEPS", 200)
    good, _ = ready(0.5)
    found = learn_few(good)
    assert (found.examples, found.learned) == (8, True)
    assert found.end <= found.goal == pytest.approx(0.1 * found.start)
    hopeless, _ = ready(1e-5)
    found = learn_few(hopeless)
    assert (found.learned, found.steps) == (False, 200)
    assert found.end > 0.9 * found.start

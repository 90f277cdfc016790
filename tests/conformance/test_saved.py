"""Whether a model with a component's layers comes back from a file: a fed number is no excuse for those that do not."""

from __future__ import annotations

import keras
import pytest

import benchsuite as bs
from benchsuite.conformance.saved import is_saved
from benchsuite.conformance.trying import Trying
from benchsuite.engine.device import Device, configure
from benchsuite.engine.session import Session
from tests.engine.conftest import Bench


@keras.saving.register_keras_serializable("test_saved")
class Sloped(keras.layers.Layer):
    """What it is made with stands in no configuration but that which Keras notes by itself."""

    def __init__(self, slope, **named):
        super().__init__(**named)
        self.slope = slope

    def call(self, x):
        return keras.ops.maximum(self.slope * x, x)


@keras.saving.register_keras_serializable("test_saved")
class Forgetful(Sloped):
    """It is made again with another slope than it had."""

    def get_config(self):
        return {"name": self.name, "slope": 0.5}


class Stranger(Sloped):
    """Keras is not told of it."""


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        (Sloped, ""),
        (Forgetful, "predictions differ by up to "),
        (Stranger, "saving or loading it: TypeError: "),
    ],
)
def test_a_saved_model_is_the_same_or_the_finding_says_why_not(bundled, layer, problem):
    configure(Device("cpu"))
    bench = Bench(bundled)
    bench.change_task(xla=False)
    space = {"slope": bs.Uniform(0.0, 0.9, default=0.1)}
    bench.add(bs.Activation(name="sloped", make=lambda slope: layer(slope), space=space, summary="x or slope·x."))
    session, made = bench.session, []

    def fresh(feeds=True):
        assert not feeds
        made.append(Session(bench, {bench.task.name: bench.task}.__getitem__, feeds=False))
        return made[-1]

    trial = bench.trial(activation="sloped")
    assert "activation.0.slope" in session.ready(trial).program.feeding.fed
    component = bench.component("activation", "sloped")
    found = is_saved(Trying(component, bench.task, trial.recipe, bundled, session, fresh, session.run(trial).ending))
    assert (found.problem or "none").startswith(problem or "none")
    assert len(made) == 1

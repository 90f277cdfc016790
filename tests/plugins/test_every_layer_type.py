"""Every regularization and activation on one network with all types of layers: convolution, recurrent, dense, residual."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.tiny import tiny_sequences
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial

REGISTRY = load_registry(PluginSearch(local=False))
NEED_IMAGES = {name for name in REGISTRY.names("regularization") if name.startswith(("augment_", "cut"))} - {
    "augment_noise"
}
"""What moves or cuts pixels; the shared suite tries it on images."""


def data():
    x = np.random.default_rng(0).normal(size=(240, 4, 4)).astype("float32")
    return bs.Arrays(x, (x.sum(axis=(1, 2)) > 0).astype("int32"))


def model(blocks, inputs):
    x = blocks.gru(8)(blocks.conv1d(8, 3)(inputs))
    inner, last = blocks.dense(8), blocks.dense(8, activate=False)
    x = blocks.residual(lambda y: last(inner(y)))(blocks.flatten()(blocks.dense(2)(x)))
    return blocks.output(2)(x)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in ("regularization", "activation") for name in REGISTRY.names(kind)],
)
def test_it_trains_on_all_of_them_together(kind, name):
    task = dataclasses.replace(tiny_sequences("cross_entropy"), name="all", data=data, model=model)
    recipe = baseline(task, REGISTRY).replaced(kind, (Setting.of(REGISTRY.component(kind, name)),))
    run = Session(REGISTRY, {"all": task}.__getitem__).run(Trial("all", 1, recipe, 0, 1, task.batch_size)).ending
    if name in NEED_IMAGES:
        assert run.outcome == "unsupported"
    elif name == "maxout":
        assert run.reason.startswith("the activation takes several pieces for each feature")
    else:
        assert run.outcome == "completed", run.results
        assert run.curves["train_loss"][1] != run.curves["train_loss"][0]

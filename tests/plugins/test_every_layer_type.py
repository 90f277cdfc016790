"""Every regularization and activation on one network with all types of layers: convolution, recurrent, dense, residual."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.tiny import tiny_sequences
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from tests.bundled import REGISTRY

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


TRAINED = [name for name in REGISTRY.names("regularization") if name not in NEED_IMAGES and name != "none"]
GROUPS = [TRAINED[first::6] for first in range(6)]
"""Regularizations that stand beside each other: one program for several, whose tracing is what takes time."""


def run(kind, names):
    # As a graph: that XLA agrees is held in engine/program/test_xla_and_graph.py.
    task = dataclasses.replace(tiny_sequences("cross_entropy"), name="all", data=data, model=model, xla=False)
    settings = tuple(Setting.of(REGISTRY.component(kind, name)) for name in names)
    recipe = baseline(task, REGISTRY).replaced(kind, settings)
    return Session(REGISTRY, {"all": task}.__getitem__).run(Trial("all", 1, recipe, 0, 1, task.batch_size)).ending


def trains(kind, names):
    ending = run(kind, names)
    assert ending.outcome == "completed", ending.results
    assert ending.curves["train_loss"][1] != ending.curves["train_loss"][0]


@pytest.mark.parametrize("names", GROUPS, ids="+".join)
def test_regularizations_train_on_all_of_them_together(names):
    trains("regularization", names)


@pytest.mark.parametrize("name", sorted(NEED_IMAGES))
def test_what_needs_images_says_so(name):
    assert run("regularization", [name]).outcome == "unsupported"


@pytest.mark.parametrize("name", [name for name in REGISTRY.names("activation") if name != "maxout"])
def test_activations_train_on_all_of_them_together(name):
    trains("activation", [name])


def test_an_activation_of_several_pieces_says_where_it_cannot_be():
    reason = run("activation", ["maxout"]).reason
    assert reason.startswith("the activation takes several pieces for each feature")

"""Our optimizers in plain Keras: ``model.compile``, ``fit``, a saved model that continues bit for bit."""

import keras
import numpy as np
import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite_plugins.optimizers._base import Ours, OursWithClosure
from tests.bundled import REGISTRY


def made(name):
    component = REGISTRY.component("optimizer", name)
    return component.make(**component.hyperparameters())


def ours(name):
    """Say whether an optimizer is one of ours that plain Keras can drive."""
    optimizer = made(name)
    return isinstance(optimizer, Ours) and not isinstance(optimizer, OursWithClosure)


X = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
Y = (X[:, :1] - X[:, 1:2] ** 2).astype("float32")


def network(optimizer):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss="mse", run_eagerly=False, jit_compile=False)
    return model


def fit(model, epochs):
    """Train by single batches: half the compilations of ``fit``, and the optimizer is built while its function is traced."""
    return [float(np.mean([model.train_on_batch(X[i::2], Y[i::2]) for i in (0, 1)])) for _ in range(epochs)]


@pytest.mark.parametrize("name", [name for name in REGISTRY.names("optimizer") if ours(name)])
def test_it_compiles_fits_saves_loads_and_goes_on(name, tmp_path):
    model = network(made(name))
    losses = fit(model, 12)
    assert losses[-1] < losses[0]
    path = str(tmp_path / "model.keras")
    model.save(path)
    loaded = keras.saving.load_model(path)
    assert type(loaded.optimizer) is type(model.optimizer)
    for mine, theirs in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    fit(model, 1)
    fit(loaded, 1)
    for mine, theirs in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"learning_rate": -1.0}, "learning_rate of Adan must be a finite number from 0. Received: -1.0."),
        ({"learning_rate": float("nan")}, "learning_rate of Adan must be a finite number from 0. Received: nan."),
        ({"beta_1": 1.0}, "beta_1 of Adan must be a number from 0 up to, but not, 1. Received: 1.0."),
        ({"epsilon": float("inf")}, "epsilon of Adan must be a finite number from 0. Received: inf."),
    ],
)
def test_a_class_refuses_what_no_rule_can_work_with(bad, text):
    from benchsuite_plugins.optimizers.adan import adan

    with pytest.raises(BenchsuiteError) as caught:
        adan()(**bad)
    assert str(caught.value) == text


def test_a_wrapper_takes_a_keras_schedule_and_opens_again(tmp_path):
    from benchsuite_plugins.optimizers.lookahead import lookahead

    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.5)
    with pytest.raises(BenchsuiteError, match="Give the schedule as learning_rate of Lookahead"):
        lookahead()(keras.optimizers.Adam(schedule))
    model = network(lookahead()(keras.optimizers.Adam(), schedule))
    fit(model, 3)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    fit(model, 1)
    fit(loaded, 1)
    for mine, theirs in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


@pytest.mark.parametrize("name", ["lamb", "muon", "adan", "schedule_free_sgd", "schedule_free_adamw"])
def test_what_is_excluded_from_weight_decay_is_not_decayed(name):
    """Rules with a decay of their own heed Keras' ``exclude_from_weight_decay`` too."""
    made_up = {key: keras.Variable(np.ones(3), name=key) for key in ("decayed", "spared")}
    configuration = {**made(name).get_config(), "weight_decay": 0.5, "learning_rate": 0.125}
    optimizer = type(made(name)).from_config(configuration)
    optimizer.exclude_from_weight_decay(var_list=[made_up["spared"]])
    optimizer.build(list(made_up.values()))
    optimizer.apply([keras.ops.zeros(3)] * 2, list(made_up.values()))
    assert (made_up["decayed"].numpy() < 1).all()
    np.testing.assert_array_equal(made_up["spared"].numpy(), np.ones(3))


def test_a_keras_schedule_drives_the_rate():
    from benchsuite_plugins.optimizers.yogi import yogi

    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.5)
    model = network(yogi()(schedule))
    losses = fit(model, 3)
    assert losses[-1] < losses[0]
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01 * 0.5 ** (6 / 10))


def test_gradient_accumulation_and_clipping_of_keras_work():
    from benchsuite_plugins.optimizers.adabelief import adabelief

    one = network(adabelief()(0.01, gradient_accumulation_steps=2, clipnorm=1.0))
    start = one.get_weights()
    one.train_on_batch(X[::2], Y[::2])
    for before, after in zip(start, one.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    one.train_on_batch(X[1::2], Y[1::2])
    assert any((before != after).any() for before, after in zip(start, one.get_weights(), strict=True))

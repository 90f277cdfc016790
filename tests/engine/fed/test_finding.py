"""What of a component can be fed is found by trying; a value that hides is never fed in silence."""

import functools
import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite.engine.fed.finding import finding
from benchsuite.recipe import Setting

LOW, HIGH = 0.25, 0.75


class Scaled(keras.optimizers.Optimizer):
    """θ ← θ − α·s·g, where s is what a subclass makes of β."""

    def __init__(self, learning_rate, beta):
        super().__init__(learning_rate)
        self.keep(beta)

    def keep(self, beta):
        self.beta = beta

    def share(self):
        return 1 - self.beta

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * self.share() * gradient)


class Logarithm(Scaled):
    def keep(self, beta):
        self.rate = -math.log(beta)

    def share(self):
        return self.rate


class OfTheClass(Scaled):
    def keep(self, beta):
        type(self).rate = 1 - float(beta)

    def share(self):
        return type(self).rate


class KeptByTheClass(Scaled):
    def keep(self, beta):
        type(self).rate = 1 - beta

    def share(self):
        return type(self).rate


class OnlyFloats(Scaled):
    """Has a second way for whatever is no float."""

    def keep(self, beta):
        self.beta = beta if isinstance(beta, float) else 0.5


class Insists(Scaled):
    def keep(self, beta):
        if not isinstance(beta, float):
            raise ValueError("`beta` must be a float.")
        self.beta = beta


class InsistsAndTakesTheLogarithm(Insists):
    def keep(self, beta):
        super().keep(beta)
        self.rate = -math.log(beta)

    def share(self):
        return (1 - self.beta) * self.rate


class InsistsAndLooks(Insists):
    """Decides by a bound while it is made, where nothing is noted."""

    def keep(self, beta):
        super().keep(beta)
        self.double = 2.0 if beta > 0.7 else 1.0

    def share(self):
        return self.double * (1 - self.beta)


class Tensor(Scaled):
    def keep(self, beta):
        self.rate = 1 - tf.convert_to_tensor(beta, tf.float32)

    def share(self):
        return self.rate


class Text(Scaled):
    def keep(self, beta):
        self.rate = 1 - json.loads(f"{beta}")

    def share(self):
        return self.rate


@functools.lru_cache
def remembered(beta):
    return 1 - beta


class Remembers(Scaled):
    def share(self):
        return remembered(self.beta)


class Root(Scaled):
    def share(self):
        return float(np.sqrt(self.beta))


class Bounded(Scaled):
    """Takes another way above a bound."""

    def share(self):
        return 1 - self.beta if self.beta < 0.5 else 2 * (1 - self.beta)


def closed_over(learning_rate, beta):
    rate = 1 - float(beta)

    class Closed(Scaled):
        def share(self):
            return rate

    return Closed(learning_rate, 0.0)


def never_taken(learning_rate, beta):
    """Takes the number from where the harness does not hand it over."""
    return Scaled(learning_rate, getattr(beta, "value", 0.5))


FED = {"scaled": Scaled, "insists": Insists, "bounded": Bounded, "kept by the class": KeptByTheClass}
BAKED = {
    "logarithm": Logarithm,
    "of the class": OfTheClass,
    "only floats": OnlyFloats,
    "insists and takes the logarithm": InsistsAndTakesTheLogarithm,
    "insists and looks": InsistsAndLooks,
    "tensor": Tensor,
    "text": Text,
    "remembers": Remembers,
    "root": Root,
    "closed over": closed_over,
}


def component(make, name="hostile", **space):
    space = space or {"beta": bs.Uniform(0.1, 0.9, default=LOW)}
    return bs.Optimizer(name=name, make=make, space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1), **space})


def found(make):
    made = component(make)
    return finding(made, Setting.of(made))


@pytest.mark.parametrize("make", FED.values(), ids=FED)
def test_fed(make):
    assert found(make).fed == {"beta"}


@pytest.mark.parametrize("make", BAKED.values(), ids=BAKED)
def test_baked_and_told_why(make):
    assert not found(make).fed
    assert found(make).baked["beta"]


def test_a_float_is_replaced_where_code_insists_on_one():
    assert found(Insists).swapped == {"beta": {("beta",)}}


def test_the_finding_does_not_depend_on_the_value():
    made = component(Bounded)
    one, other = (finding(made, Setting.of(made, {"beta": value})) for value in (LOW, HIGH))
    assert one is other


def test_one_that_cannot_be_fed_bakes_no_other():
    def make(learning_rate, beta, gamma):
        made = Logarithm(learning_rate, beta)
        made.share = lambda: made.rate * gamma
        return made

    number = bs.Uniform(0.1, 0.9, default=LOW)
    made = component(make, beta=number, gamma=number)
    assert finding(made, Setting.of(made)).fed == {"gamma"}


def test_one_that_its_code_refuses_bakes_no_other():
    def make(learning_rate, beta, gamma):
        made = InsistsAndTakesTheLogarithm(learning_rate, gamma)
        made.share = lambda: made.rate * beta
        return made

    number = bs.Uniform(0.1, 0.9, default=LOW)
    made = component(make, beta=number, gamma=number)
    assert finding(made, Setting.of(made)).fed == {"beta"}


def test_where_nothing_can_be_tried_what_lets_itself_be_handed_over_is_fed():
    """A reading is noted then as well, and a refusal told."""

    def failing(base):
        def update_step(self, gradient, variable, learning_rate):
            raise RuntimeError("only for large variables")

        return type(base.__name__, (base,), {"update_step": update_step})

    assert found(failing(Scaled)).fed == {"beta"}
    read, refused = (found(failing(base)) for base in (OfTheClass, Insists))
    assert read.fed == refused.fed == frozenset()
    assert read.baked == {"beta": "its code reads the value: float()"}
    assert refused.baked == {"beta": "it could not be tried: only for large variables"}


def test_a_hyperparameter_between_epochs_is_no_part_of_a_program(bundled):
    stopping = bundled.component("regularization", "early_stopping")
    assert finding(stopping, Setting.of(stopping)).host


def run_json(bench, trial, session=None):
    return (session or bench.session).run(trial).ending.curves.to_json()


HARDEST = {
    name: make
    for name, make in (FED | BAKED).items()
    if name in ("insists", "kept by the class", "bounded", "remembers")
}


@pytest.mark.parametrize("make", [*HARDEST.values(), never_taken], ids=[*HARDEST, "never taken"])
def test_another_value_in_a_used_session_is_what_a_baked_program_gives(bench, make):
    bench.change_task(xla=False)  # a graph says as much as XLA, and takes a fifth of its time
    bench.add(component(make))
    low, high = (bench.trial(epochs=1, optimizer=("hostile", {"beta": beta})) for beta in (LOW, HIGH))
    first, second = (run_json(bench, trial) for trial in (low, high))
    if make is never_taken:
        assert first == second
        assert bench.session.programs_built == 2  # it counts as baked: nobody knows better
        return
    assert first != second
    assert second == run_json(bench, high, bench.new_session(feeds=False))
    assert bench.session.programs_built == (1 if make in (Insists, KeptByTheClass) else 2)

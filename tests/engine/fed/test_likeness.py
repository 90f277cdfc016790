"""Code that decides by a number where nobody is asked: a used program never serves a trial that it was not made for."""

import dataclasses
import functools

import keras
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite.conformance.tiny import tiny_tasks
from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.fed.likeness import Likeness
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.selection import baseline
from benchsuite.trial import Trial

KEPT = {}


class Ruled(keras.optimizers.Optimizer):
    """θ ← θ − α·rule(g), where a subclass decides by β which rule that is."""

    def __init__(self, learning_rate, beta):
        super().__init__(learning_rate)
        self.keep(beta)

    def keep(self, beta):
        self.beta = beta

    def rule(self, g):
        return self.beta * g

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * self.rule(gradient))


class ZeroIsOff(Ruled):
    """A method that is chosen by a float."""

    def keep(self, beta):
        self.beta = float(beta)
        self.rule = self.clipped if self.beta > 0 else self.plain

    def clipped(self, g):
        return tf.clip_by_value(g, -self.beta, self.beta)

    def plain(self, g):
        return g


class AWord(ZeroIsOff):
    def keep(self, beta):
        self.beta = float(beta)
        self.mode = "clipped" if self.beta > 0.4 else "plain"

    def rule(self, g):
        return self.clipped(g) if self.mode == "clipped" else g


class InsistsAndChooses(Ruled):
    """Takes floats only, so that it is made with one, and chooses by it."""

    def keep(self, beta):
        if not isinstance(beta, float):
            raise ValueError("`beta` must be a float.")
        self.beta = beta
        self.scale = (lambda g: 0.1 * self.beta * g) if beta > 0.93 else (lambda g: self.beta * g)

    def rule(self, g):
        return self.scale(g)


class OnlyOfFloats(Ruled):
    """Another rule for floats beyond a bound; what is no float is not asked."""

    def keep(self, beta):
        self.beta = beta
        self.large = isinstance(beta, float) and beta > 0.93

    def rule(self, g):
        return 0.1 * g if self.large else self.beta * g


class TensorAfterAQuestion(Ruled):
    def keep(self, beta):
        if beta > 0.5:
            pass
        self.beta = tf.convert_to_tensor(beta)


class LateFromAModule(Ruled):
    """What matters after many steps, from where no object holds it."""

    def keep(self, beta):
        KEPT["beta"] = float(beta)

    def rule(self, g):
        return tf.where(self.iterations > 8, KEPT["beta"], 0.5) * g


class AType(Ruled):
    """A whole number becomes a tensor of whole numbers."""

    def rule(self, g):
        return tf.cast(tf.convert_to_tensor(self.beta), g.dtype) * g


BETA = bs.Uniform(0.0, 1.0, default=0.6)
CASES = {
    ZeroIsOff: (0.01, 0.0),
    AWord: (0.5, 0.01),
    InsistsAndChooses: (0.6, 0.97),
    OnlyOfFloats: (0.97, 0.6),
    TensorAfterAQuestion: (0.6, 0.95),
    LateFromAModule: (0.6, 0.95),
    AType: (1, 0.5),
}


@functools.cache
def task():
    # As a graph: what is fed and what is baked is decided before anything is compiled.
    return dataclasses.replace(tiny_tasks({"classes": "cross_entropy"})[0], xla=False)


class With:
    """The bundled components and one of ours."""

    def __init__(self, registry, component):
        self._registry, self._component = registry, component

    def component(self, kind, name):
        return self._component if name == self._component.name else self._registry.component(kind, name)

    def default(self, kind):
        return self._registry.default(kind)


class Holds:
    def __init__(self, beta):
        self.beta = beta


@pytest.mark.parametrize("other", [None, "0.75", keras.Model, 0.625])
def test_at_the_place_of_a_fed_number_stands_its_value_and_nothing_else(other):
    feeding = Feeding({"beta": 0.5}, frozenset({"beta"}))

    def likeness(beyond):
        made = lambda values: Holds(values["beta"] if values["beta"] < 0.7 else beyond)  # noqa: E731
        return Likeness(feeding, frozenset({"beta"}), lambda: Holds(feeding.number("beta")), made)

    assert likeness(0.75).lost == likeness(other).lost == frozenset()
    assert [likeness(0.75).serves({"beta": beta}) for beta in (0.25, 0.75)] == [True, True]
    assert [likeness(other).serves({"beta": beta}) for beta in (0.25, 0.75)] == [True, False]


@pytest.mark.parametrize("made", CASES)
def test_a_used_program_gives_what_a_fresh_baked_one_gives(bundled, made):
    space = {
        "learning_rate": bs.LogUniform(0.01, 1.0, default=0.3),
        "beta": bs.Choice([1, 0.5]) if made is AType else BETA,
    }
    component = bs.Optimizer(name="hidden", make=made, space=space, summary="Hides a value.", reference="Nobody")
    components = With(bundled, component)
    used, fresh = Session(components, lambda _: task()), Session(components, lambda _: task(), feeds=False)
    recipe = baseline(task(), bundled)
    for beta in CASES[made]:
        setting = Setting.of(component, {"beta": beta})
        trial = Trial(task().name, task().version, recipe.replaced("optimizer", (setting,)), 0, 3, task().batch_size)
        fed, baked = (session.run(trial).ending for session in (used, fresh))
        assert fed.reason == baked.reason == ""
        curves = fed.curves.to_json()
        for name, curve in baked.curves.to_json().items():
            assert curves[name][1:] == pytest.approx(curve[1:], rel=1e-5), name
    assert used.programs_built <= 2

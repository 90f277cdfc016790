"""Programs that must be one: built again, for another seed, rate and hyperparameters, and used before.

Compared is what they compute, not what they give: no program is compiled for it, and whatever differs is found, however
little of it shows in a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchsuite.components import Component
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.chance import CHANCE, chance_in
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.places import Place
from benchsuite.conformance.trying import Trying
from benchsuite.engine.fed.finding import two_values
from benchsuite.engine.fed.number import Number
from benchsuite.engine.first_look import RATES
from benchsuite.engine.program.computation import constants_of, first_difference, names_of, unknown_to_a_reset
from benchsuite.engine.program.program import Program
from benchsuite.engine.ready import ReadyTrial
from benchsuite.errors import BenchsuiteError
from benchsuite.recipe import Setting
from benchsuite.trial import Trial

BUILT = "a program that is built again computes the same, whatever seed, rate and fed hyperparameters it is built for"
RESET = "a used program starts as a fresh one does"

COUNTED = (
    "Something outlives the object: a counter, a list, a global. Let make return a new object that depends on its arguments alone; "
    "count steps with self.iterations, or a keras.Variable in variables."
)
CAPTURED = (
    "The learning rate that make was given is a constant there. Use the learning_rate that update_step is given (in a closure "
    "optimizer self.learning_rate): schedules and other rates change it."
)
BAKED = "Use the hyperparameter that this object's make was given, not one that an earlier call left behind."
HIDDEN = (
    "Make it with self.add_variable in build (an object of your own: put it into the list `variables`), never with tf.Variable, nor at "
    "the first step: what a reset does not know goes on into the next trial. An optimizer within another has variables too: let "
    "`variables` return super().variables + self.inner.variables."
)


def computes_the_same(trying: Trying) -> list[Finding]:
    """Compare what a used program computes, and starts from, with a fresh one for another seed, rate and hyperparameters."""
    used = trying.session.ready(trying.trial())
    used.program.trace_only(used.feed, used.plan.steps)
    other, changed = _elsewhere(trying, used.program)
    fresh = _ready(trying, other)
    blame = Blame(trying.component, trying.registry)
    mine, its = _names(used), _names(fresh)
    if mine != its:
        return [_built(trying, blame, used, changed)]
    return [Finding(BUILT), _started(trying, blame, other, fresh)]


def _elsewhere(trying: Trying, program: Program) -> tuple[Trial, list[str]]:
    """Return another trial of the same program, and what is different in it."""
    trial = trying.trial()
    recipe, changed = trial.recipe, []
    optimizer = recipe.one("optimizer")
    component = trying.registry.component("optimizer", optimizer.name)
    if "learning_rate" in component.space:
        now, space = optimizer.hyperparameters["learning_rate"], component.space["learning_rate"]
        rates = [rate for rate in RATES if rate != now and space.contains(rate)]
        if rates:
            recipe = recipe.replaced(
                "optimizer", (Setting.of(component, {**optimizer.hyperparameters, "learning_rate": rates[0]}),)
            )
            changed.append("learning_rate")
    if isinstance(trying.component, Component):
        kind = trying.component.kind
        own = [name.partition(".0.")[2] for name in program.feeding.fed if name.startswith(f"{kind}.0.")]
        for name in sorted(own):
            pair = two_values(trying.component.space[name])
            if pair is None:
                continue
            setting = recipe.one(kind)
            moved = recipe.replaced(kind, (Setting.of(trying.component, {**setting.hyperparameters, name: pair[1]}),))
            if program.serves(_numbers(replace(trial, recipe=moved), program)):
                recipe = moved
                changed.append(name)
    return replace(trial, recipe=recipe, seed=1), changed


def _numbers(trial: Trial, program: Program) -> Mapping[str, Number]:
    known = program.feeding.values
    return {name: value for name, value in trial.numbers.items() if name in known}


def _ready(trying: Trying, trial: Trial) -> ReadyTrial:
    ready: ReadyTrial = trying.fresh().ready(trial)
    ready.program.trace_only(ready.feed, ready.plan.steps)
    return ready


def _names(ready: ReadyTrial) -> tuple[str | None, ...]:
    # One program may have been traced for several lengths of an epoch; the first is that of a whole one.
    names = names_of(ready.program)
    return names[0], names[-1]


def _built(trying: Trying, blame: Blame, used: ReadyTrial, changed: list[str]) -> Finding:
    """Find out why two programs differ: chance or what was before, the learning rate, or another hyperparameter."""
    trial = trying.trial()
    again = _ready(trying, trial)
    if _names(again) != _names(used):
        what, place = _difference(blame, used, again)
        drawn = chance_in(lambda: _ready(trying, trial), blame.own)
        if drawn is not None:
            problem = f"{drawn.function} is called while it is traced: two programs of one trial differ in {what}"
            return blame.broken(BUILT, problem, CHANCE, drawn.place)
        return blame.broken(BUILT, f"two programs of one trial differ in {what}", f"{CHANCE} {COUNTED}", place)
    recipe = trial.recipe
    optimizer = recipe.one("optimizer")
    if "learning_rate" in changed:
        component = trying.registry.component("optimizer", optimizer.name)
        rate = next(one for one in RATES if one != optimizer.hyperparameters["learning_rate"])
        setting = Setting.of(component, {**optimizer.hyperparameters, "learning_rate": rate})
        at_rate = _ready(trying, replace(trial, recipe=recipe.replaced("optimizer", (setting,))))
        if _names(at_rate) != _names(used):
            what, place = _difference(blame, used, at_rate)
            problem = f"with another learning rate another program is built: {what}"
            return blame.broken(BUILT, problem, CAPTURED, place)
    at_seed = _ready(trying, replace(trial, seed=1))
    if _names(at_seed) != _names(used):
        what, place = _difference(blame, used, at_seed)
        return blame.broken(BUILT, f"with another seed another program is built: {what}", CHANCE, place)
    others = [name for name in changed if name != "learning_rate"]
    what, place = _difference(blame, used, _ready(trying, _elsewhere(trying, used.program)[0]))
    return blame.broken(BUILT, f"with another {' and '.join(others)} another program is built: {what}", BAKED, place)


def _difference(blame: Blame, one: ReadyTrial, other: ReadyTrial) -> tuple[str, Place | None]:
    ours, theirs = one.program.traced, other.program.traced
    for mine, its in ((ours[0], theirs[0]), (ours[-1], theirs[-1])):
        found = first_difference(mine, its)
        if found is not None:
            return found.what, blame.calls(found.calls)
    return "the shapes of what they hold", None


def _started(trying: Trying, blame: Blame, other: Trial, fresh: ReadyTrial) -> Finding:
    """Compare what a used program holds after a reset with what a fresh one holds."""
    used = trying.session.ready(trying.trial())
    # Trained first, so that whatever it keeps is kept.
    trained = used.program
    trained.train(used.feed, *used.plan.epoch(0), 0, float("inf"))
    try:
        used = trying.session.ready(other)
        if used.program is not trained:
            # Another rate makes another program of it: a used one is met with another seed alone.
            other = replace(trying.trial(), seed=1)
            trying.session.ready(trying.trial()).program.train(used.feed, *used.plan.epoch(0), 0, float("inf"))
            used, fresh = trying.session.ready(other), _ready(trying, other)
        hidden_before = {held.name: held.numpy() for held in unknown_to_a_reset(fresh.program)}
    except BenchsuiteError as error:
        return blame.broken(RESET, str(error), COUNTED)
    for (name, mine), (_, its) in zip(_holds(used), _holds(fresh), strict=False):
        if mine.shape != its.shape or not np.array_equal(mine, its, equal_nan=mine.dtype.kind == "f"):
            problem = f"{name} holds other numbers in a used program than in a fresh one"
            return blame.broken(RESET, problem, COUNTED, blame.method(used.program.optimizer.made))
    hidden = unknown_to_a_reset(used.program)
    for held in hidden:
        its = hidden_before.get(held.name)
        mine = held.numpy()
        if its is None or mine.shape != its.shape or not np.array_equal(mine, its, equal_nan=mine.dtype.kind == "f"):
            return blame.broken(RESET, f"no reset knows the variable {held.name!r}, which training changes", HIDDEN)
    return Finding(RESET)


def _holds(ready: ReadyTrial) -> list[tuple[str, Any]]:
    program = ready.program
    found = [(name, np.array(variable.numpy())) for name, variable in program.network.names.items()]
    found += [
        (f"the optimizer's {variable.name}", np.array(variable.numpy()))
        for variable in program.optimizer.made.variables
        if tuple(variable.shape) or "rate" not in variable.name
    ]
    found += [(f"the state {variable.name}", np.array(variable.numpy())) for variable in program.after.variables]
    return found + [("a tensor that was made outside", value) for value in constants_of(program)]

"""What a component of one of the recipe's kinds promises, in order: on every tiny task that says something about it."""

from __future__ import annotations

import json
from functools import cached_property, partial
from pathlib import Path

from benchsuite.components import Component, Normalization, Task
from benchsuite.conformance.diverged import with_cause
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.made_anew import PROMISE, is_made_anew
from benchsuite.conformance.other_numbers import feeds_other_numbers
from benchsuite.conformance.places import Own, own_of
from benchsuite.conformance.runs import Runs, described, equal
from benchsuite.conformance.saved import WITH_LAYERS, is_saved
from benchsuite.conformance.step import Looked, OnATask, PromiseStep, TriedOn, listed
from benchsuite.conformance.tried_on import LAST_RESORTS, setting_for, tiny_tasks_for
from benchsuite.conformance.wrong_numbers import WRONG_NUMBERS
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe
from benchsuite.registry import Registry
from benchsuite.selection import baseline
from benchsuite.text import reason_of

ON_A_TASK: tuple[OnATask, ...] = (
    OnATask(
        "other_numbers",
        "fed with other numbers a used program does what a fresh one with them does",
        feeds_other_numbers,
        dear=True,
    ),
    OnATask("saved", "a saved model predicts the same once it is loaded", is_saved, kinds=WITH_LAYERS),
    *WRONG_NUMBERS,
)
"""Promises of a component on each tiny task that it trains on, in order."""


TWIN = "what it is the same as exists"
ANOTHER = (
    "get_config gives something else with another learning rate, or at each call, so that no program serves two trials: leave out what "
    "is new each time; make an inner optimizer with a fixed rate, and assign its rate in apply."
)


class ComponentCourse:
    """The promises of one component, in order.

    Args:
        component: The component.
        registry: Where everything is looked up.
        weights: Folder for stored weights.
        dear: Whether dear promises are tried.
        before: What is known already of tiny tasks that it was tried on, in another process that has ended.
    """

    def __init__(
        self,
        component: Component,
        registry: Registry,
        weights: Path,
        dear: bool = True,
        before: tuple[TriedOn, ...] = (),
    ) -> None:
        self._component, self._registry, self._weights, self._dear = component, registry, weights, dear
        self.tried = {one.task: one for one in before}
        self._at: tuple[str, Runs] | None = None

    def steps(self) -> list[PromiseStep]:
        """Return the steps, in order. Nothing is made of the component before one is taken."""
        steps = [
            PromiseStep("described", "its summary says what it is", lambda: Looked((described(self._component),))),
            PromiseStep("survives", "its settings survive a record", self._survives),
            PromiseStep("made", PROMISE, self._made),
        ]
        if self._component.same_as:
            steps.append(PromiseStep("twin", TWIN, self._twin))
        for task in self._tasks:
            name = task.name
            trains = PromiseStep(
                f"trains:{name}",
                f"it trains {name}",
                partial(self._trains, task),
                name,
                needs="made",
            )
            steps.append(trains)
            for one in ON_A_TASK:
                if one.concerns(self._component) and (self._dear or not one.dear):
                    key, words = f"{one.name}:{name}", f"{one.words}, on {name}"
                    steps.append(
                        PromiseStep(key, words, partial(self._kept, one, task), needs=trains.key, apart=one.apart)
                    )
        return steps

    @property
    def own(self) -> Own:
        """What says whether a file is the author's."""
        return own_of(self._registry, self._component)

    @cached_property
    def _tasks(self) -> list[Task]:
        return tiny_tasks_for(self._component, self._registry)

    @property
    def _everywhere(self) -> bool:
        return trains_everywhere(self._component)

    def _recipe(self, task: Task) -> Recipe:
        recipe = baseline(task, self._registry)
        if self._component.kind in recipe:
            setting = setting_for(self._component, task, recipe, self._registry, self._weights)
            recipe = recipe.replaced(self._component.kind, (setting,))
        return recipe

    def _survives(self) -> Looked:
        promise = "its settings survive a record"
        for recipe in map(self._recipe, self._tasks):
            try:
                back = Recipe.from_json(json.loads(json.dumps(recipe.to_json(), allow_nan=False)))
            except (TypeError, ValueError, BenchsuiteError) as error:
                return Looked((Finding(promise, reason_of(error)),))
            if back != recipe:
                return Looked((Finding(promise, f"{recipe.to_json()} came back as {back.to_json()}"),))
        return Looked((Finding(promise),))

    def _twin(self) -> Looked:
        component = self._component
        names = self._registry.names(component.kind)
        if component.same_as in names:
            return Looked((Finding(TWIN),))
        missing = unknown(component.kind, component.same_as, names)
        cure = f"Name another {component.kind} in same_as, as `benchsuite list {component.kind}` spells it, or leave it out."
        return Looked((Finding(TWIN, f"same_as: {missing}", cure=cure),))

    def _made(self) -> Looked:
        found = listed(is_made_anew(self._component))
        return Looked(found, over=any(finding.problem for finding in found))

    def _runs(self, task: Task) -> Runs:
        """Return the runs on a task; those of the task before are let go."""
        if self._at is None or self._at[0] != task.name:
            self._at = None
            names = [one.name for one in self._tasks]
            trained = [name for name, one in self.tried.items() if one.trained]
            place = sum(name in trained for name in names[: names.index(task.name)])
            recipe = self._recipe(task)
            self._at = task.name, Runs(self._component, task, recipe, self._registry, self._weights, place)
        return self._at[1]

    def _trains(self, task: Task) -> Looked:
        name = task.name
        trained = any(one.trained for one in self.tried.values())
        first_task = name == self._tasks[0].name
        if not first_task and name in LAST_RESORTS and trained and not self._everywhere:
            return Looked()
        runs = self._runs(task)
        if runs.first.outcome is not Outcome.COMPLETED:
            self.tried[name] = TriedOn(name, False, with_cause(runs.broken("", self.own), runs.trying))
            return Looked((), self.tried[name], over=True)
        self.tried[name] = TriedOn(name, True)
        repeats = equal(f"a used program repeats a fresh one bit for bit on {name}", runs.first, runs.last)
        one_program = Finding(
            f"one program serves every seed and learning rate on {name}",
            f"{runs.graphs} graphs were traced instead of 2, for two seeds and two learning rates"
            if runs.graphs != 2
            else "",
            cure=ANOTHER if runs.graphs != 2 and self._component.kind == "optimizer" else "",
        )
        return Looked((repeats, one_program), self.tried[name])

    def _kept(self, promise: OnATask, task: Task) -> Looked:
        tried = self.tried.get(task.name)
        if tried is None or not tried.trained:
            return Looked()
        runs = self._runs(task)
        if runs.first.outcome is not Outcome.COMPLETED or ((promise.once or promise.dear) and runs.trying.place):
            return Looked()
        return Looked(listed(promise.look(runs.trying)))


def trains_everywhere(component: Component) -> bool:
    """Whether a component must train on every task that it is tried on: a normalization declares its layer types."""
    return isinstance(component, Normalization)


def words_of_training(component: Component) -> str:
    """Return the promise that a component trains, in words."""
    return "it trains on every layer type that it declares" if trains_everywhere(component) else "it trains a tiny task"


def it_trains(component: Component, tried: tuple[TriedOn, ...]) -> tuple[Finding, ...]:
    """Return what became of the promise that a component trains; nothing where it could not even be made.

    Args:
        component: The component.
        tried: What came of each tiny task that it was tried on.
    """
    everywhere = trains_everywhere(component)
    promise = words_of_training(component)
    failed = [one for one in tried if not one.trained]
    if not failed or (not everywhere and len(failed) < len(tried)):
        return (Finding(promise),) if tried else ()
    by_problem: dict[str, list[str]] = {}
    for one in failed:
        by_problem.setdefault(one.finding.problem, []).append(one.task)
    problem, tasks = next(iter(by_problem.items()))
    more = f" (and otherwise on {', '.join(name for names in list(by_problem.values())[1:] for name in names)})"
    problem = f"on {', '.join(tasks)} {problem}{more if len(by_problem) > 1 else ''}"
    told = failed[0].finding
    traceback = "\n".join(f"On {one.task}:\n{one.finding.traceback}" for one in failed if one.finding.traceback)
    return (Finding(promise, problem, traceback, told.where, told.cure, told.line),)

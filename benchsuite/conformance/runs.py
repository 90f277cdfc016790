"""Runs on which most promises look: a fresh program, the used one with another seed and another rate, and the first again."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from pathlib import Path

from benchsuite.components import Component, Registrable, Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.mishap import WatchedSession
from benchsuite.conformance.places import Own
from benchsuite.conformance.trying import Trying
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe, Setting
from benchsuite.record import Ending
from benchsuite.registry import Registry
from benchsuite.trial import Trial


class Runs:
    """A component, or a task, that trains.

    Args:
        component: What is tried.
        task: What it trains.
        recipe: With which recipe.
        registry: Where everything is looked up.
        weights: Folder of stored weights, if there is one.
        place: On how many tasks it trained before.
        epochs: The budget; the task's own unless given.
    """

    def __init__(
        self,
        component: Component | Task,
        task: Task,
        recipe: Recipe,
        registry: Registry,
        weights: Path | None,
        place: int,
        epochs: int | None = None,
    ) -> None:
        self._component, self._task, self._recipe, self._registry = component, task, recipe, registry
        self._weights, self._place = weights, place
        self._session = self._fresh()
        self._trial = Trial(task.name, task.version, recipe, 0, epochs or task.epochs, task.batch_size)

    @cached_property
    def first(self) -> Ending:
        """What the first run gave, in a fresh program."""
        return self._session.run(self._trial).ending

    @cached_property
    def last(self) -> Ending:
        """What the same trial gave in the used program, after another seed and another learning rate ran in it."""
        assert self.first.outcome is Outcome.COMPLETED
        self._session.run(self._trial.with_seed(1))
        optimizer = self._recipe.one("optimizer")
        if "learning_rate" in optimizer.hyperparameters:
            component = self._registry.component("optimizer", optimizer.name)
            space = component.space["learning_rate"]
            others = [rate for rate in (0.001, 0.01) if space.contains(rate) and rate != space.default]
            for rate in others[:1]:
                other = Setting.of(component, {**optimizer.hyperparameters, "learning_rate": rate})
                recipe = self._recipe.replaced("optimizer", (other,))
                self._session.run(dataclasses.replace(self._trial, recipe=recipe))
        return self._session.run(self._trial).ending

    @property
    def graphs(self) -> int:
        """How many graphs were traced for all: one to train and one to evaluate are needed."""
        session = self._session
        return session.traces if session.programs_built == 1 else 2 * session.programs_built

    @property
    def trying(self) -> Trying:
        """What a promise may look at."""
        return Trying(
            self._component,
            self._task,
            self._recipe,
            self._registry,
            self._session,
            self._fresh,
            self.first,
            self._place,
        )

    def broken(self, promise: str, own: Own, before: str = "") -> Finding:
        """Return the finding that it did not train.

        Args:
            promise: The promise.
            own: Says which files are the author's.
            before: What the problem begins with.
        """
        assert self.first.outcome is not Outcome.COMPLETED
        before = f"{before}{self.first.outcome}: "
        if self._session.mishap is None or self.first.outcome in (Outcome.UNSUPPORTED, Outcome.DIVERGED):
            return Finding(promise, f"{before}{self.first.reason}")
        return self._session.mishap.finding(promise, own, self._component, before)

    def _fresh(self, feeds: bool = True) -> WatchedSession:
        return WatchedSession(
            self._registry, {self._task.name: self._task}.__getitem__, weights=self._weights, feeds=feeds
        )


def described(component: Registrable) -> Finding:
    """Say whether a component has a summary."""
    missing = not component.summary.strip()
    return Finding(
        "its summary says what it is",
        f"{component.title} has no summary" if missing else "",
        cure='Say in one line what it does: summary="…" where it is registered.' if missing else "",
    )


def equal(promise: str, first: Ending, again: Ending) -> Finding:
    """Say whether two runs gave the same bits."""
    other = again.curves.to_json()
    different = [name for name, values in first.curves.to_json().items() if other.get(name) != values]
    return Finding(promise, f"other values in {', '.join(different)}" if different or not first.curves else "")

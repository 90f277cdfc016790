"""A component that is tried on one tiny task: what a promise may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchsuite.components import Component, Task
from benchsuite.engine.session import Session
from benchsuite.recipe import Recipe, Setting
from benchsuite.record import Ending
from benchsuite.registry import Registry
from benchsuite.spaces import Value
from benchsuite.trial import Trial


@dataclass(frozen=True)
class Trying:
    """A component, or a task, which trained in :attr:`session` and may be trained there again.

    Args:
        component: The component; the task itself where that is tried.
        task: What it trained.
        recipe: The task's baseline with the component at its defaults.
        registry: Where everything is looked up.
        session: Where it trained, its program at hand.
        fresh: Makes another session, empty: ``fresh()``, or ``fresh(False)`` for one that feeds no hyperparameter.
        first: What the first run in a fresh program gave.
        place: On how many tasks it trained before: a dear promise is tried at 0 only.
    """

    component: Component | Task
    task: Task
    recipe: Recipe
    registry: Registry
    session: Session
    fresh: Callable[..., Session]
    first: Ending
    place: int = 0

    def trial(self, seed: int = 0, epochs: int | None = None, **hyperparameters: Value) -> Trial:
        """Return a trial of it.

        Args:
            seed: The seed.
            epochs: The budget; the task's own unless given.
            hyperparameters: Values of the component's that take the place of its defaults.
        """
        recipe = self.recipe
        if hyperparameters:
            assert isinstance(self.component, Component)
            kind = self.component.kind
            old = recipe.one(kind).hyperparameters
            recipe = recipe.replaced(kind, (Setting.of(self.component, {**old, **hyperparameters}),))
        task = self.task
        return Trial(task.name, task.version, recipe, seed, epochs or task.epochs, task.batch_size)

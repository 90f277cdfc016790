"""The promise that a program which is fed other hyperparameters does what one does that has them baked in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from benchsuite.components import Component, Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.trying import Trying
from benchsuite.engine.fed.finding import finding, two_values
from benchsuite.engine.fed.number import Number
from benchsuite.engine.session import Session
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe, Setting
from benchsuite.record import Ending
from benchsuite.trial import ON_HOST, Trial

TOLERANCE = {"optimizer": 1e-5, "gradient_transform": 1e-5}
"""Kind → by which share a measure may differ after an epoch, where its code takes no number out of the compiler's hands."""
USUAL_TOLERANCE = 1e-4
"""For the others: a compiler divides by a constant as it multiplies by its inverse, and takes powers apart."""


def serves_other_numbers(
    component: Component, task: Task, recipe: Recipe, session: Session, fresh: Callable[[], Session]
) -> Finding | None:
    """Compare a used program, fed with other numbers, with a fresh one that has them baked in.

    Args:
        component: The component.
        task: What it was tried on.
        recipe: With which recipe.
        session: Where it was tried, its program at hand.
        fresh: Makes a session whose programs are fed nothing.

    Returns:
        What became of the promise; ``None`` where nothing of the component is fed.
    """
    setting = recipe.one(component.kind)
    others = {
        name: pair[1] for name in sorted(finding(component, setting).fed) if (pair := two_values(component.space[name]))
    }
    if not others:
        return None

    def differs(numbers: Mapping[str, Number]) -> bool:
        changed = Setting.of(component, {**setting.hyperparameters, **numbers})
        trial = Trial(task.name, task.version, recipe.replaced(component.kind, (changed,)), 0, 1, task.batch_size)
        fed, baked = (each.run(replace(trial)).ending for each in (session, fresh()))
        return not _close(fed, baked, TOLERANCE.get(component.kind, USUAL_TOLERANCE))

    promise = f"fed with other numbers ({', '.join(others)}) a used program does on {task.name} what a fresh one with them does"
    if not differs(others):
        return Finding(promise)
    guilty = [name for name, number in others.items() if differs({name: number})]
    return Finding(promise, f"other measures with another {' and '.join(guilty) or 'value of all of them'}")


def _close(fed: Ending, baked: Ending, tolerance: float) -> bool:
    if fed.outcome is not baked.outcome or fed.outcome is not Outcome.COMPLETED:
        return fed.outcome is baked.outcome
    other = baked.curves.to_json()
    return all(
        np.allclose(
            np.array(values, float), np.array(other[name], float), rtol=tolerance, atol=tolerance, equal_nan=True
        )
        for name, values in fed.curves.to_json().items()
    )


def feeds_other_numbers(trying: Trying) -> Finding | None:
    """Do so for what was tried; ``None`` also for kinds that act on the host."""
    component = trying.component
    if not isinstance(component, Component) or component.kind in ON_HOST:
        return None
    return serves_other_numbers(component, trying.task, trying.recipe, trying.session, lambda: trying.fresh(False))

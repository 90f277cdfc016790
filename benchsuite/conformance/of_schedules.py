"""What a schedule promises: a pure function of step and total, or an object that depends on what it was told alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.components.schedule import Reacting
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.trying import Trying
from benchsuite.text import reason_of

FINITE = "its multipliers are finite numbers from 0, one for each step, whatever the budget"
PURE = "they depend on step and budget alone"
FRESH = "a new object does what the one before it did"
TOTALS = (1, 2, 10, 97, 1000)

BOUND = (
    "Return an array shaped like `step`, finite and not negative, for every step below total_steps, also where that is 1: see that no "
    "division is by 0. A negative rate climbs."
)
FUNCTION = (
    "Compute the multipliers from step, which is an array of step numbers, and total_steps. No counter, no list of what was asked "
    "before, no chance: an epoch may be asked for twice. Leave `step` itself as it is."
)
OBJECT = "Keep what it saw in the object (self.best = … in __init__), not in the class, a global or a default argument."


def schedule_is_pure(trying: Trying) -> list[Finding]:
    """Ask a schedule for its multipliers: whole, in pieces, backwards and again."""
    component = trying.component
    setting = trying.recipe.one("schedule").hyperparameters
    blame = Blame(component, trying.registry)

    def make() -> Any:
        return component.make(**setting)  # type: ignore[union-attr]  # no task

    place = blame.method(make())
    reacts = isinstance(make(), Reacting)
    for total in TOTALS:
        step = np.arange(total, dtype="int64")
        try:
            found = np.asarray(make()(step.copy(), total), float)
        except Exception as error:
            return [blame.broken(FINITE, f"with a budget of {total} steps: {reason_of(error)}", BOUND, place)]
        if found.shape not in ((), (total,)) or not np.isfinite(found).all() or (found < 0).any():
            what = f"shape {list(found.shape)}" if found.shape not in ((), (total,)) else _worst(found)
            return [blame.broken(FINITE, f"with a budget of {total} steps it returns {what}", BOUND, place)]
    findings = [Finding(FINITE)]
    if reacts:
        one, other = _told(make()), _told(make())
        same = _equal(one, other)
        problem = "after the same losses a second object gives other multipliers than the first one"
        return [*findings, Finding(FRESH) if same else blame.broken(FRESH, problem, OBJECT, place)]
    problem = _impure(make)
    return [*findings, blame.broken(PURE, problem, FUNCTION, place) if problem else Finding(PURE)]


def _impure(make: Any) -> str:
    total = 60
    step = np.arange(total, dtype="int64")
    schedule = make()
    given = step.copy()
    whole = np.asarray(schedule(given, total), float) + np.zeros(total)
    if not np.array_equal(given, step):
        return "it changes the array of steps that it is given"
    if not np.array_equal(whole, np.asarray(schedule(step.copy(), total), float) + np.zeros(total)):
        return "asked again it gives other multipliers"
    pieces = [np.asarray(schedule(step[at : at + 12].copy(), total), float) + np.zeros(12) for at in range(48, -1, -12)]
    if not np.allclose(whole, np.concatenate(pieces[::-1]), rtol=1e-12, atol=0):
        return "asked for one epoch after another, the last one first, it gives other multipliers than for all steps at once"
    if not np.array_equal(whole, np.asarray(make()(step.copy(), total), float) + np.zeros(total)):
        return "a second object gives other multipliers"
    return ""


def _told(schedule: Any) -> np.ndarray:
    found = []
    for epoch in range(1, 41):
        loss = 1 / epoch if epoch < 10 else 0.1 + 0.01 * (epoch % 3)
        found.append(np.asarray(schedule(np.arange(3 * epoch - 3, 3 * epoch), 120), float) + np.zeros(3))
        schedule.after_epoch(epoch, {"loss": loss, "accuracy": 1 - loss})
    return np.array(found)


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=True)


def _worst(found: np.ndarray) -> str:
    wrong = found[~np.isfinite(found) | (found < 0)] if found.shape else np.array([float(found)])
    return f"{wrong[0]:.4g}"

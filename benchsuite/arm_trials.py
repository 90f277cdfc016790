"""The trial of an arm: a task's baseline with what the arm changes in it, at one seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchsuite.components import RECIPE_KINDS, Arm, Task
from benchsuite.components.fields import LARGEST_COUNT, shown
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import KNOBS
from benchsuite.recipe import Recipe
from benchsuite.seed_numbers import LARGEST_SEED
from benchsuite.selection import Components, baseline, expand
from benchsuite.spaces import Value
from benchsuite.trial import Trial


def trial_of(arm: Arm, seed: int, tasks: Callable[[str], Task], components: Components, device: str = "cpu") -> Trial:
    """Return the trial that an arm means: the one that ``run`` trains for the same recipe, seed and budget.

    Args:
        arm: Task, recipe and knobs.
        seed: From 0.
        tasks: Finds a task by name.
        components: Where components are looked up.
        device: ``cpu`` or ``gpu``.

    Raises:
        BenchsuiteError: If something does not exist, lies outside, or the task does not allow it.
    """
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= LARGEST_SEED:
        raise BenchsuiteError(f"seed must be a whole number from 0 to {LARGEST_SEED:,}. Received: {shown(seed)}.")
    task = tasks(arm.task)
    counts = {"batch_size": task.batch_size, "epochs": task.epochs}
    own: dict[str, Value] = {}
    for name, value in arm.knobs.items():
        if name not in KNOBS:
            own[name] = value
            continue
        if name not in task.knobs:
            others = f", only {task.knobs[0]}" if task.knobs else ""
            raise BenchsuiteError(f"{name} of {task.title} cannot be changed{others}. Received: {shown(value)}.")
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST_COUNT:
            raise BenchsuiteError(
                f"{name} of {task.title} must be a whole number from 1 to {LARGEST_COUNT:,}. Received: {shown(value)}."
            )
        counts[name] = value
    for name in own:
        if name not in task.architecture:
            raise unknown(f"knob of {task.title}:", name, (*KNOBS, *task.architecture))
    return Trial(
        task.name,
        task.version,
        _recipe(task, arm.recipe, components),
        seed,
        counts["epochs"],
        counts["batch_size"],
        device=device,
        lanes=task.lanes_on(device),
        knobs=task.unusual(own),
    )


def _recipe(task: Task, chosen: Mapping[str, str], components: Components) -> Recipe:
    recipe = baseline(task, components)
    for kind in (kind for kind in RECIPE_KINDS if kind in chosen):
        if kind not in recipe:
            raise BenchsuiteError(f"{task.title} has a {kind.replace('_', ' ')} of its own, which cannot be replaced.")
        alternatives = expand(kind, [chosen[kind]], components)
        if len(alternatives) != 1:
            raise BenchsuiteError(
                f"an arm has one {kind.replace('_', ' ')}. Received: {chosen[kind]!r}, which means {len(alternatives)}. "
                "Make an arm of each."
            )
        recipe = recipe.replaced(kind, alternatives[0])
    return recipe

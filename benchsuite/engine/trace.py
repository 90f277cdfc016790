"""The way of an optimizer across a surface: the engine's own program, one step a call, θ read after each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchsuite.components import Surface, Task
from benchsuite.engine.epochs import bound_of
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.session import Session
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe, Setting
from benchsuite.selection import Components, baseline
from benchsuite.text import as_reason, reason_of, text_of
from benchsuite.trial import Trial


@dataclass(frozen=True)
class Trace:
    """Where an optimizer went.

    Args:
        points: θ before the first step and after each, float32 ``[steps + 1, 2]``; the evaluation weights of a
            method or regularization that has some.
        excess: f(θ) − f* at each of them; rounding may leave it a little below 0.
        outcome: Completed, diverged, unsupported or crashed.
        reason: What happened, in one line; empty if completed.
    """

    points: np.ndarray
    excess: np.ndarray
    outcome: Outcome = Outcome.COMPLETED
    reason: str = ""

    @property
    def steps(self) -> int:
        """Steps done; for a method that diverged, the one after which the loss was beyond the bound."""
        return len(self.points) - 1


def surface_of(task: Task) -> Surface:
    """Return what can be drawn of a task.

    Raises:
        BenchsuiteError: If it declares no surface.
    """
    if task.surface is None:
        raise BenchsuiteError(f"{task.title} has no surface to draw. Give it surface=bs.Surface(…).")
    return task.surface


def default_steps(task: Task) -> int:
    """Return the steps of the task's own budget; a surface without ``steps_per_epoch`` counts a step an epoch."""
    return task.epochs * (task.steps_per_epoch or 1)


def trace(task: Task, optimizer: Setting, components: Components, steps: int | None = None, seed: int = 0) -> Trace:
    """Run one optimizer on a task's surface; all other kinds are those of the task's baseline.

    It diverges when f exceeds :data:`~benchsuite.engine.epochs.DIVERGED_FACTOR` times max(\\|f(start)\\|, 1) or is not
    finite, as in any trial.

    Args:
        task: A task with a surface.
        optimizer: The optimizer and its hyperparameters.
        components: Where components are looked up.
        steps: How many; the task's budget unless given. A schedule spans them, as one epoch.
        seed: From 0, for methods that draw at random.

    Raises:
        BenchsuiteError: If the task has no surface, or trains something other than one array of two numbers.
    """
    surface = surface_of(task)
    recipe = baseline(task, components).replaced("optimizer", (optimizer,))
    points: list[np.ndarray] = []
    outcome, reason = Outcome.COMPLETED, ""
    try:
        _run(task, recipe, components, steps or default_steps(task), seed, points)
    except Unsupported as error:
        outcome, reason = Outcome.UNSUPPORTED, as_reason(text_of(error))
    except BenchsuiteError:
        raise
    except Exception as error:  # an optimizer may raise anything
        outcome, reason = Outcome.CRASHED, reason_of(error)
    way = np.array(points, dtype="float32") if points else np.array([surface.start], dtype="float32")
    values = values_of(surface, way)
    bad = np.flatnonzero(~(values <= bound_of(float(values[0]))))
    if len(bad) and outcome is Outcome.COMPLETED:
        last = int(bad[0])
        way, values = way[: last + 1], values[: last + 1]
        outcome, reason = Outcome.DIVERGED, f"the loss reached {values[-1]:.4g} after step {last}"
    return Trace(way, values - np.float32(surface.lowest), outcome, reason)


def values_of(surface: Surface, theta: np.ndarray) -> np.ndarray:
    """Return f at every point of ``theta [..., 2]``, as float32 ``[...]``.

    Raises:
        BenchsuiteError: If the surface returns another shape.
    """
    import tensorflow as tf

    values = np.asarray(surface.value(tf.constant(theta, tf.float32)), dtype="float32")
    if values.shape != theta.shape[:-1]:
        raise BenchsuiteError(
            f"value of a surface must turn theta [..., 2] into values [...]. Received: {list(values.shape)} for {list(theta.shape)}."
        )
    return values


def _run(task: Task, recipe: Recipe, components: Components, steps: int, seed: int, points: list[np.ndarray]) -> None:
    """Train, and put θ into ``points`` at the start and after each step, until the loss is beyond the bound."""
    # One epoch of all steps, so that a schedule spans them.
    whole = replace(task, epochs=1, steps_per_epoch=steps)
    trial = Trial(task.name, task.version, recipe, seed, whole.epochs, task.batch_size)
    ready = Session(components, lambda _: whole).ready(trial)
    program = ready.program
    shapes = [tuple(variable.shape) for variable in program.network.trainable]
    if shapes != [(2,)]:
        raise BenchsuiteError(
            f"{task.title} has a surface, so what it trains must be one array of shape [2]. "
            f"Received: {', '.join(str(list(shape)) for shape in shapes) or 'nothing'}. Use blocks.parameter((2,), start)."
        )
    order, rates = ready.plan.epoch(0)
    points.append(_theta(ready))
    bound = float("inf")
    for step in range(steps):
        end = program.train(ready.feed, order[step : step + 1], rates[step : step + 1], step, bound)
        points.append(_theta(ready))
        if step == 0:
            bound = bound_of(end.last_loss)  # the loss of a step is that of the weights it started from
        if not end.last_loss <= bound or not np.isfinite(points[-1]).all():
            break


def _theta(ready: ReadyTrial) -> np.ndarray:
    """Return the point that an evaluation would see."""
    (trained,) = ready.program.network.trainable
    name = next(name for name, variable in ready.program.network.names.items() if variable is trained)
    return ready.program.weights(ready.feed)[name].astype("float32")

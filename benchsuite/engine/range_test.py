"""The learning-rate range test, run: one training run whose learning rate grows with every step.

Smith 2017, arXiv:1506.01186, section 3.3, with exponential growth as in fastai's ``lr_find``. What the numbers say is
the analysis' business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchsuite.analysis.range_test import Watch
from benchsuite.components import Task
from benchsuite.engine.session import Session
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.recipe import Setting
from benchsuite.selection import Components, baseline
from benchsuite.spaces import LogUniform, Uniform
from benchsuite.text import reason_of
from benchsuite.trial import Trial

SMALLEST, LARGEST = 1e-7, 10.0
"""The rates of fastai's ``lr_find``; a test stays within them and the optimizer's space unless told."""
FEWEST_STEPS, MOST_STEPS = 10, 100_000


@dataclass(frozen=True)
class Sweep:
    """What a range test saw.

    Args:
        rates: Learning rate of each step done.
        losses: Loss of each step's batch, before its update, penalties included; the last one may be NaN or infinite.
        steps: Steps planned; fewer were done where the loss got out of hand.
    """

    rates: np.ndarray
    losses: np.ndarray
    steps: int


def rate_range(
    setting: Setting, components: Components, low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """Return the rates that a test of an optimizer goes through.

    Args:
        setting: The optimizer.
        components: Where it is looked up.
        low: The first rate; 1e-7 or the lowest of the optimizer's space, whichever is higher, unless given.
        high: The last rate; 10 or the highest of the space, whichever is lower, unless given.

    Raises:
        BenchsuiteError: If the optimizer has no learning rate with a range, or the rates are none of it.
    """
    component = components.component("optimizer", setting.name)
    space = component.space.get("learning_rate")
    if space is None:
        names = ", ".join(component.space) or "none"
        raise BenchsuiteError(
            f"{component.title} has no learning_rate to vary. Its hyperparameters: {names}. Name another optimizer."
        )
    if not isinstance(space, LogUniform | Uniform):
        raise BenchsuiteError(
            f"learning_rate of {component.title} is {space.describe()}; a range test needs a range. Name another optimizer."
        )
    for flag, given in (("--low", low), ("--high", high)):
        if given is not None:
            space.checked(given, f"{flag}: learning_rate of {component.title}")
    first = max(SMALLEST, space.low) if low is None else low
    last = min(LARGEST, space.high) if high is None else high
    if not 0 < first < last:
        raise BenchsuiteError(f"--low must be above 0 and below --high. Received: low {first:g}, high {last:g}.")
    return first, last


def range_test(
    task: Task, optimizer: Setting, components: Components, low: float, high: float, steps: int = 200, seed: int = 0
) -> Sweep:
    """Train while the learning rate grows from ``low`` to ``high`` by the same factor in each step.

    All other kinds are those of the task's baseline; its schedule does not count, since the rate is the test's. It ends
    early as :class:`~benchsuite.analysis.range_test.Watch` says.

    Args:
        task: The task.
        optimizer: The optimizer; its own learning rate does not count.
        components: Where components are looked up.
        low: The first rate.
        high: The last rate.
        steps: How many.
        seed: From 0.

    Raises:
        BenchsuiteError: If the optimizer does not apply to the task.
    """
    recipe = baseline(task, components).replaced("optimizer", (optimizer,))
    recipe = recipe.replaced("schedule", (Setting.of(components.default("schedule")),))
    trial = Trial(task.name, task.version, recipe, seed, task.epochs, task.batch_size)
    try:
        ready = Session(components, {task.name: task}.__getitem__).ready(trial)
    except Unsupported as error:
        raise BenchsuiteError(f"{error}. Name another optimizer or task.") from None
    except BenchsuiteError:
        raise
    except Exception as error:  # a plugin may raise anything
        raise BenchsuiteError(
            f"{optimizer.name} cannot be built for {task.title}: {reason_of(error)}. "
            f"`benchsuite check optimizer:{optimizer.name}` shows where."
        ) from error
    order = ready.plan.order(np.arange(steps, dtype="int64"))
    rates = np.geomspace(low, high, steps).astype("float32")
    watch = Watch(steps)
    losses: list[float] = []
    for step in range(steps):
        batch = slice(step, step + 1)
        end = ready.program.train(ready.feed, order[batch], rates[batch], step, float("inf"))
        losses.append(end.last_loss)
        if watch.over(end.last_loss):
            break
    return Sweep(rates[: len(losses)].astype("float64"), np.array(losses), steps)

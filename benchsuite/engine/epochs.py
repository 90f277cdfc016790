"""The epochs of a trial: train, evaluate, ask whoever watches, until the budget ends or somebody has had enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchsuite.components import Monitor
from benchsuite.engine.keep import Keeper
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.results import Logbook
from benchsuite.engine.step_plan import StepPlan
from benchsuite.record import Values

DIVERGED_FACTOR = 1000.0
"""A trial has diverged when a batch loss exceeds this multiple of max(|initial training loss|, 1), or is not finite."""


AfterEpoch = Callable[[str, Values], None]


class Diverged(Exception):
    """Training left the numbers that can be trained on."""


def bound_of(first: float) -> float:
    """Return the loss beyond which a trial that began with ``first`` has diverged."""
    return DIVERGED_FACTOR * max(abs(first), 1.0)


class Course:
    """One trial between its calls: what it makes of what was trained and measured, and whether it goes on.

    Args:
        plan: Of its steps.
        monitors: See every epoch, and may end training.
        logbook: Filled with what was measured, up to the end or the failure.
        keeper: Keeps what was asked for beside that.
        after_epoch: Told the trial's id and what was noted of each epoch, if somebody listens.
    """

    def __init__(
        self,
        plan: StepPlan,
        monitors: Sequence[Monitor],
        logbook: Logbook,
        keeper: Keeper,
        after_epoch: AfterEpoch | None = None,
    ) -> None:
        self.plan, self.logbook, self.keeper = plan, logbook, keeper
        self._after_epoch = after_epoch
        self._monitors = monitors
        self._running: float | None = None
        self.bound = float("inf")
        """The loss beyond which it has diverged."""
        self.pruned = False
        """Whether it ended at its stop, where it would have gone on."""

    def trained(self, steps: int, running_loss: float, last_loss: float) -> None:
        """Take the end of an epoch's training.

        Args:
            steps: Steps done.
            running_loss: Mean of their losses.
            last_loss: Of the last.

        Raises:
            Diverged: With the step and the reason.
        """
        self.logbook.steps += steps
        _check(last_loss, self.bound, self.logbook.steps)
        self._running = running_loss

    def measured(self, epoch: int, values: dict[str, float]) -> bool:
        """Take an epoch's evaluation; return whether another epoch follows. Epoch 0 is evaluated before training.

        Raises:
            Diverged: With the step and the reason.
        """
        logbook = self.logbook
        logbook.add(epoch, self._running, values)
        if self._after_epoch is not None:
            self._after_epoch(self.plan.trial.id, logbook.last())
        self.keeper.after_epoch(epoch, values["validation_loss"])
        _check(values["train_loss"], self.bound, logbook.steps)
        trial = self.plan.trial
        goes_on = epoch < trial.longest
        if epoch == 0:
            self.bound = bound_of(values["train_loss"])
            return goes_on
        validation = {name: values[f"validation_{name}"] for name in logbook.measures}
        # Every monitor sees every epoch, even if an earlier one has had enough.
        wishes = [monitor.after_epoch(epoch, validation) for monitor in self._monitors]
        self.plan.schedule.after_epoch(epoch, validation)
        self.pruned = all(wishes) and not goes_on and epoch < trial.epochs
        return all(wishes) and goes_on


def train_epochs(ready: ReadyTrial, course: Course, first: Callable[[np.ndarray], None] | None = None) -> None:
    """Train a trial for its budget, or until a monitor or its stop ends it.

    Args:
        ready: The trial.
        course: What becomes of it.
        first: Told the learning rates of the first epoch, once it was trained.

    Raises:
        Diverged: With the step and the reason.
    """
    epoch, goes_on = 0, True
    while goes_on:
        if epoch:
            rates = train_epoch(ready, course, epoch)
            if epoch == 1 and first is not None:
                first(rates)
        goes_on = course.measured(epoch, evaluated(ready, course))
        epoch += 1
    if not course.pruned:
        course.keeper.ended(epoch - 1)


def train_epoch(ready: ReadyTrial, course: Course, epoch: int) -> np.ndarray:
    """Train one epoch, counted from 1, and return the learning rates of its steps.

    Raises:
        Diverged: With the step and the reason.
    """
    order, rates = ready.plan.epoch(epoch - 1)
    with course.logbook.training():
        end = ready.program.train(ready.feed, order, rates, course.logbook.steps, course.bound)
    course.trained(end.steps, end.running_loss, end.last_loss)
    return rates


def evaluated(ready: ReadyTrial, course: Course) -> dict[str, float]:
    """Return every measure of every part, and count the time."""
    with course.logbook.evaluating():
        return ready.program.evaluate(ready.feed)


def _check(loss: float, bound: float, step: int) -> None:
    if not np.isfinite(loss):
        raise Diverged(f"the loss became {loss} at step {step}")
    if loss > bound:
        raise Diverged(
            f"the loss reached {loss:.4g} at step {step}, beyond {bound:.4g} ({DIVERGED_FACTOR:g} times the initial one)"
        )

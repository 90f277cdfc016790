"""The epochs of a trial: train, evaluate, ask whoever watches, until the budget ends or somebody has had enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchsuite.components import Monitor
from benchsuite.engine.keep import Keeper
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.results import Logbook

DIVERGED_FACTOR = 1000.0
"""A trial has diverged when a batch loss exceeds this multiple of max(|initial training loss|, 1), or is not finite."""


class Diverged(Exception):
    """Training left the numbers that can be trained on."""


def bound_of(first: float) -> float:
    """Return the loss beyond which a trial that began with ``first`` has diverged."""
    return DIVERGED_FACTOR * max(abs(first), 1.0)


def train_epochs(ready: ReadyTrial, monitors: Sequence[Monitor], logbook: Logbook, keeper: Keeper) -> None:
    """Train a trial for its budget, or until a monitor ends it; epoch 0 is evaluated before training.

    Args:
        ready: The trial.
        monitors: See every epoch, and may end training.
        logbook: Filled with what was measured, up to the end or the failure.
        keeper: Keeps what was asked for beside that.

    Raises:
        Diverged: With the step and the reason.
    """
    program, feed, plan = ready.program, ready.feed, ready.plan
    bound = float("inf")
    for epoch in range(plan.trial.epochs + 1):
        running: float | None = None
        if epoch:
            order, rates = plan.epoch(epoch - 1)
            with logbook.training():
                end = program.train(feed, order, rates, logbook.steps, bound)
            logbook.steps += end.steps
            _check(end.last_loss, bound, logbook.steps)
            running = end.running_loss
        with logbook.evaluating():
            measured = program.evaluate(feed)
        logbook.add(epoch, running, measured)
        keeper.after_epoch(epoch, measured["validation_loss"])
        _check(measured["train_loss"], bound, logbook.steps)
        if epoch == 0:
            bound = bound_of(measured["train_loss"])
            continue
        validation = {name: measured[f"validation_{name}"] for name in logbook.measures}
        # Every monitor sees every epoch, even if an earlier one has had enough.
        wishes = [monitor.after_epoch(epoch, validation) for monitor in monitors]
        plan.schedule.after_epoch(epoch, validation)
        if not all(wishes):
            break
    keeper.ended(epoch)


def _check(loss: float, bound: float, step: int) -> None:
    if not np.isfinite(loss):
        raise Diverged(f"the loss became {loss} at step {step}")
    if loss > bound:
        raise Diverged(
            f"the loss reached {loss:.4g} at step {step}, beyond {bound:.4g} ({DIVERGED_FACTOR:g} times the initial one)"
        )

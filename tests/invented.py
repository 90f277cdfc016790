"""An executor without training: what comes of a trial is a function of it. For verbs whose point is what they make of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import numpy as np

from benchsuite.curves import Curves
from benchsuite.execution import Cell, Finished, Options, Started
from benchsuite.execution.interface import EpochDone
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Reached, Results, Values
from benchsuite.trial import Trial

TARGETS = (0.9, 0.95, 0.97)
PARTS = ("train", "validation", "test")


class Invented:
    """Ends every trial at once, with the accuracy that a function gives; ``None`` diverges.

    Args:
        options: What workers are told.
    """

    accuracy: ClassVar[Callable[[Trial], float | None]]
    ran: ClassVar[list[Trial]]

    def __init__(self, options: Options) -> None:
        self._options = options
        self._waiting: list[Trial] = []

    def submit(self, cell: Cell) -> None:
        self._waiting += cell.trials

    def events(self) -> Iterator[Started | EpochDone | Finished]:
        while self._waiting:
            trial = self._waiting.pop(0)
            type(self).ran.append(trial)
            yield Started(trial, 0)
            if self._options.epochs:
                yield EpochDone(trial, 0, {"epoch": 0, "step": 0, "validation_accuracy": 0.1})
            yield Finished(trial, 0, ending(trial, type(self).accuracy(trial)), {})

    def close(self) -> None:
        pass


def ending(trial: Trial, value: float | None, targets: Sequence[float] = TARGETS) -> Ending:
    """Return the end of a trial whose accuracy is one number on all parts, and half the way there first."""
    costs, environment = Costs(wall_seconds=0.1), Environment(device="cpu", worker=0)
    if value is None:
        failure = Failure(step=3, traceback="")
        return Ending(
            outcome=Outcome.DIVERGED, reason="the loss was not finite", costs=costs, environment=environment,
            results=Results(failure=failure),
        )  # fmt: skip
    last = trial.stop or trial.epochs
    curves = {name: np.linspace(0.1, value, last + 1).tolist() for name in (f"{part}_accuracy" for part in PARTS)}
    curves |= {f"{part}_loss": np.linspace(2.3, 1 - value + 1e-3, last + 1).tolist() for part in PARTS}
    whole = {"epoch": list(range(last + 1)), "step": [33 * epoch for epoch in range(last + 1)], **curves}
    losses = [None, *curves["train_loss"][1:]]
    row: Values = {name: values[-1] for name, values in whole.items()}
    best = max(whole["epoch"], key=lambda epoch: (curves["validation_accuracy"][epoch], -epoch))
    met = {
        str(target): next(
            (Reached(epoch=epoch, step=33 * epoch) for epoch in whole["epoch"] if curves["validation_accuracy"][epoch] >= target),
            None,
        )
        for target in targets
    }  # fmt: skip
    at_best: Values = {name: values[best] for name, values in whole.items()}
    results = Results(final=row, best=at_best, targets=met, steps_per_epoch=33)
    if trial.stop:
        results = Results(steps_per_epoch=33)
    return Ending(
        outcome=Outcome.PRUNED if trial.stop else Outcome.COMPLETED,
        reason="stopped at a rung" if trial.stop else "",
        curves=Curves({**whole, "running_loss": losses}),
        results=results,
        costs=costs,
        environment=environment,
    )

"""What a training of a specimen gave, in the words of :class:`~benchsuite.components.lab.Run`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.components import Task
from benchsuite.curves import Number
from benchsuite.engine.ran import Probed
from benchsuite.engine.results import best_index
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.outcomes import Outcome


@dataclass(frozen=True)
class SpecimenRun:
    """A training in a lab.

    Args:
        task: The task.
        values: What a logbook noted: name → one number for each evaluated epoch, what was there before the training first.
        ended: How it ended.
        reason: What happened, in one line; empty if completed.
        restored: Whether the weights of the epoch with the lowest validation loss were put back.
        probed: What probes found, if they were asked for.
    """

    task: Task
    values: Mapping[str, Sequence[Number]]
    ended: Outcome = Outcome.COMPLETED
    reason: str = ""
    restored: bool = False
    probed: Probed | None = None

    @property
    def failed(self) -> bool:
        """Whether it did not complete."""
        return self.ended is not Outcome.COMPLETED

    @property
    def outcome(self) -> str:
        """How it ended, in one word."""
        return self.ended.value

    @property
    def score(self) -> float:
        """The primary measure on the test part after the last epoch, larger better; −∞ if it failed."""
        if self.failed:
            return -math.inf
        value = self.final(f"test_{self.task.primary}")
        return value if self.task.direction == "max" else -value

    def final(self, measure: str) -> float:
        """Return a measure after the last epoch, or the one whose weights were put back; NaN if it failed."""
        last = best_index(list(self.values["validation_loss"]), "min") if self.restored else -1
        return math.nan if self.failed else self._curve(measure)[last]

    def best(self, measure: str) -> float:
        """Return a measure after the epoch with the best validation primary measure; NaN if it failed."""
        found = best_index(list(self.values[f"validation_{self.task.primary}"]), self.task.direction)
        return math.nan if self.failed else self._curve(measure)[found]

    def curve(self, measure: str) -> Sequence[float]:
        """Return a measure after each evaluated epoch."""
        return self._curve(measure)

    @property
    def epochs(self) -> Sequence[int]:
        """The evaluated epochs."""
        return [int(epoch or 0) for epoch in self.values["epoch"]]

    @property
    def steps(self) -> Sequence[int]:
        """The steps done after each of them."""
        return [int(step or 0) for step in self.values["step"]]

    def layers(self, measure: str, epoch: int) -> Sequence[float]:
        """Return what probes measured after an epoch, layer by layer; −1 for the last one that was probed.

        Raises:
            BenchsuiteError: If nothing was probed then.
        """
        if self.probed is None:
            raise BenchsuiteError('nothing was probed in this training. Ask for it: train(probe="0,last").')
        if measure not in self.probed.measures:
            raise unknown("measure of layers", measure, self.probed.measures)
        if epoch != -1 and epoch not in self.probed.epochs:
            raise BenchsuiteError(
                f'epoch {epoch} was not probed, only {", ".join(map(str, self.probed.epochs))}. Ask for it: train(probe="{epoch}").'
            )
        row = self.probed.measures[measure][-1 if epoch == -1 else self.probed.epochs.index(epoch)]
        return [math.nan if value is None else value for value in row]

    def _curve(self, measure: str) -> list[float]:
        if measure not in self.values:
            raise unknown("measure", measure, self.values)
        return [math.nan if value is None else float(value) for value in self.values[measure]]

"""The step plan of a trial: which examples and which learning rate each of its steps uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchsuite.components import Optimizer, Task
from benchsuite.components.schedule import Product
from benchsuite.engine.seeds import Streams
from benchsuite.errors import Unsupported
from benchsuite.trial import Trial


@dataclass(frozen=True)
class StepPlan:
    """Which examples and which learning rates each epoch uses."""

    trial: Trial
    streams: Streams
    examples: int
    """Size of the training part."""
    passes: int
    """Whole batches in one pass over the training part; the remainder is dropped."""
    steps: int
    """Steps of one epoch."""
    schedule: Product
    has_rate: bool
    """Whether the optimizer has a learning rate."""

    @classmethod
    def of(cls, trial: Trial, task: Task, examples: int, schedule: Product, optimizer: Optimizer) -> StepPlan:
        """Plan the steps of a trial.

        Args:
            trial: The trial.
            task: Its task.
            examples: Size of the training part.
            schedule: Of its recipe.
            optimizer: Its recipe's component.

        Raises:
            Unsupported: If the optimizer has no learning rate, and the schedule is, or may become, another than 1.
        """
        passes = examples // trial.batch_size
        has_rate = "learning_rate" in optimizer.space
        streams = Streams.of(trial.seed, dict(trial.streams))
        plan = cls(trial, streams, examples, passes, task.steps_per_epoch or passes, schedule, has_rate)
        if not has_rate and plan._changes_rate():
            raise Unsupported("the optimizer has no learning rate that a schedule could change")
        return plan

    @property
    def lengths(self) -> tuple[int, int]:
        """Steps of one epoch, and of the whole budget."""
        return self.steps, self.steps * self.trial.epochs

    def epoch(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the batch order ``[steps, batch]`` and the learning rates ``[steps]``."""
        numbers = np.arange(epoch * self.steps, (epoch + 1) * self.steps, dtype="int64")
        return self.order(numbers), self._rates(numbers)

    def order(self, numbers: np.ndarray) -> np.ndarray:
        """Return the examples of the steps with these numbers, int32 ``[steps, batch]``."""
        batch = self.trial.batch_size
        order = np.empty((len(numbers), batch), "int32")
        for number in np.unique(numbers // self.passes):
            chosen = numbers // self.passes == number
            whole = self.streams.permutation(int(number), self.examples)[: self.passes * batch].reshape(
                self.passes, batch
            )
            order[chosen] = whole[numbers[chosen] % self.passes]
        return order

    def _changes_rate(self) -> bool:
        """Say whether the schedule is, or may become, another than 1."""
        _, total = self.lengths
        return self.schedule.reacts or bool((self.schedule(np.arange(total, dtype="int64"), total) != 1.0).any())

    def _rates(self, numbers: np.ndarray) -> np.ndarray:
        factors = self.schedule(numbers, self.lengths[1])
        if not self.has_rate:
            return factors.astype("float32")
        rate = self.trial.recipe.one("optimizer").hyperparameters["learning_rate"]
        return (float(rate or 0.0) * factors).astype("float32")

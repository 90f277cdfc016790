"""What a closure optimizer is given in one step."""

from __future__ import annotations

from typing import Any

from benchsuite.engine.program.objective import Objective


class Closure:
    """What a closure optimizer is given in one step: the loss of its batch as a function of the variables.

    Args:
        objective: Gives the loss.
        x: Inputs of the batch.
        y: Targets of the batch.
        step: Number of the step, for the noise.
        key: Noise key of the trial.
    """

    def __init__(self, objective: Objective, x: Any, y: Any, step: Any, key: Any) -> None:
        self._objective = objective
        self._batch = (x, y, step, key)
        self.loss: Any = None  # of the first call: at the weights that the step started from

    def __call__(self) -> tuple[Any, list[Any]]:
        """Return loss and gradients at the current values of the variables."""
        loss, gradients = self._objective.gradients(*self._batch)
        self.loss = loss if self.loss is None else self.loss
        return loss, gradients

    def hessian_vector(self, vectors: list[Any]) -> list[Any]:
        """Return the Hessian times ``vectors`` at the current values of the variables."""
        return self._objective.hessian_vector(*self._batch, vectors)

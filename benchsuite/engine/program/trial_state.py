"""What a trial has in a program: put aside while another trial uses the program, and put back afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.engine.fed.number import Number
from benchsuite.engine.program.program import Program


@dataclass(frozen=True)
class TrialState:
    """The state of one trial.

    Args:
        values: Of every variable of model, optimizer and what acts after a step.
        fed: Hyperparameters that the program is fed.
        key: That noise is drawn with.
        lengths: Steps of an epoch and of the whole budget.
    """

    values: tuple[np.ndarray, ...]
    fed: Mapping[str, Number]
    key: Any
    lengths: tuple[int, int] | None

    @classmethod
    def of(cls, program: Program) -> TrialState:
        """Return what the trial that uses a program has in it, copied."""
        values = tuple(np.array(variable.numpy()) for variable in _variables(program))
        return cls(values, dict(program.feeding.values), program.key, program.lengths)

    def put(self, program: Program) -> None:
        """Let the program hold it."""
        program.feeding.assign(self.fed)
        program.draw_with(self.key)
        program.lengths = self.lengths
        for variable, value in zip(_variables(program), self.values, strict=True):
            variable.assign(value)


def _variables(program: Program) -> list[Any]:
    return [*program.network.model.variables, *program.optimizer.made.variables, *program.after.variables]

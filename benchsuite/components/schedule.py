"""Kind ``schedule``: how the learning rate changes during training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component


@dataclass(frozen=True, kw_only=True)
class Schedule(Component):
    """A learning-rate schedule.

    ``make(**hyperparameters)`` returns a pure function ``schedule(step, total_steps) -> multiplier``, where ``step``
    is a NumPy int64 array of step numbers from 0, and the result a float array of the same shape that multiplies the
    optimizer's base learning rate. It is evaluated on the host, one epoch at a time: no schedule costs a
    recompilation.
    """

    kind: ClassVar[str] = "schedule"

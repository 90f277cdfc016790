"""Kind ``loss``: what training minimizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchsuite.components.base import Component
from benchsuite.errors import BenchsuiteError


@dataclass(frozen=True, kw_only=True)
class Loss(Component):
    """A loss of one output against one target.

    ``make(**hyperparameters)`` returns a function ``loss(targets, outputs) -> losses`` that keeps the batch axis;
    further axes (time) are averaged. ``outputs`` are linear (logits). A loss put into a task with the other sort of
    targets is ``unsupported``.

    Args:
        targets: ``"classes"`` (integers, with one more axis in the outputs) or ``"values"`` (numbers, shaped like the
            outputs).
    """

    kind: ClassVar[str] = "loss"

    targets: str = "classes"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.targets not in ("classes", "values"):
            raise BenchsuiteError(f"targets of {self.title} must be 'classes' or 'values'. Received: {self.targets!r}.")

"""Kind ``loss``: what training minimizes."""

from __future__ import annotations

from collections.abc import Callable
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
        soft_targets: Whether a loss of classes also takes distributions over them: float32 targets shaped like the
            outputs. Regularizations such as label smoothing and mixup make them of the classes of a training batch; with a
            loss that does not take them they are ``unsupported``.
        at_zero: ``(targets, classes, **hyperparameters) -> float``: the mean loss where all outputs are 0, in closed form on
            NumPy targets ``[examples, ...]``, with the number of classes (``None`` for values). Certificates of tasks compare
            the network with it.
    """

    kind: ClassVar[str] = "loss"

    targets: str = "classes"
    soft_targets: bool = False
    at_zero: Callable[..., float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.targets not in ("classes", "values"):
            raise BenchsuiteError(f"targets of {self.title} must be 'classes' or 'values'. Received: {self.targets!r}.")
        if not isinstance(self.soft_targets, bool) or (self.soft_targets and self.targets != "classes"):
            raise BenchsuiteError(
                f"soft_targets of {self.title} must be True or False, and only a loss of classes can take them. "
                f"Received: {self.soft_targets!r}, targets {self.targets!r}."
            )

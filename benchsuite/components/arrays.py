"""What a task's ``data()`` returns, and how it is split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Arrays:
    """Examples and their targets.

    Args:
        x: Inputs ``[examples, ...]``, float32 or int32.
        y: Targets ``[examples, ...]``: int32 classes or float32 values.
    """

    x: np.ndarray[Any, Any]
    y: np.ndarray[Any, Any]


@dataclass(frozen=True)
class HoldOut:
    """Split at random into training, validation and test part; the same split for every seed and every method.

    Args:
        train: Fraction of the examples (or their count, if all three are whole numbers).
        validation: Likewise.
        test: Likewise.
        stratify: Whether each part holds each class in equal proportion (classes only).
        seed: Seed of the split itself, part of the task and never of a trial.
    """

    train: float
    validation: float
    test: float
    stratify: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        _check_parts(type(self).__name__, (self.train, self.validation, self.test))


@dataclass(frozen=True)
class InOrder:
    """Split by position: the first examples train, the next validate, the last test. For text and other sequences.

    Args:
        train: Fraction of the examples (or their count, if all three are whole numbers).
        validation: Likewise.
        test: Likewise.
    """

    train: float
    validation: float
    test: float

    def __post_init__(self) -> None:
        _check_parts(type(self).__name__, (self.train, self.validation, self.test))


Split = HoldOut | InOrder


def _check_parts(name: str, parts: tuple[float, float, float]) -> None:
    counts = all(isinstance(part, int) and not isinstance(part, bool) and part > 0 for part in parts)
    fractions = all(isinstance(part, float) and 0 < part < 1 for part in parts) and sum(parts) <= 1 + 1e-9
    if not (counts or fractions):
        raise BenchsuiteError(
            f"{name} needs three fractions above 0 with a sum of at most 1, or three counts from 1. Received: {parts!r}."
        )

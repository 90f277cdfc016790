"""What a task's ``data()`` returns, and how it is split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Arrays:
    """Examples and their targets.

    Args:
        x: Inputs ``[examples, ...]``, float32 or int32; uint8 and uint16 are stored as they are and used as int32. May be a
            memory map: what does not fit is staged in chunks (the split must then be by position).
        y: Targets ``[examples, ...]``: int32 classes (or uint8, uint16) or float32 values.
        groups: What must not be torn apart by a split ``[examples]``, such as the number of the subject; for
            :class:`ByGroup`.
        symbols: How many of the last columns of ``[examples, columns]`` hold codes of categories, as floats: no
            preprocessing touches them, and no augmentation is possible.
        vocabulary: What each code of int32 inputs stands for, code 0 first: letters, words, ``""`` for what fills up. For
            drawings alone.
    """

    x: np.ndarray[Any, Any]
    y: np.ndarray[Any, Any]
    groups: np.ndarray[Any, Any] | None = None
    symbols: int = 0
    vocabulary: Sequence[str] = ()


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


@dataclass(frozen=True)
class ByGroup:
    """Split groups of examples (subjects, documents) at random: no group is in two parts.

    Args:
        train: Fraction of the groups (or their count, if all three are whole numbers).
        validation: Likewise.
        test: Likewise.
        seed: Seed of the split itself, part of the task and never of a trial.
    """

    train: float
    validation: float
    test: float
    seed: int = 0

    def __post_init__(self) -> None:
        _check_parts(type(self).__name__, (self.train, self.validation, self.test))


@dataclass(frozen=True)
class Published:
    """Keep a published test set: the last ``test`` examples. Validation examples are drawn at random from all others.

    Args:
        validation: Number of validation examples.
        test: Number of test examples.
        stratify: Whether the validation part holds each class in proportion (classes only).
        seed: Seed of the draw, part of the task and never of a trial.
    """

    validation: int
    test: int
    stratify: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for what, count in (("validation", self.validation), ("test", self.test)):
            if not isinstance(count, int) or isinstance(count, bool) or count < 1:
                raise BenchsuiteError(f"Published needs counts from 1. Received: {what}={count!r}.")


Split = HoldOut | InOrder | ByGroup | Published
SPLITS = (HoldOut, InOrder, ByGroup, Published)


def _check_parts(name: str, parts: tuple[float, float, float]) -> None:
    counts = all(isinstance(part, int) and not isinstance(part, bool) and part > 0 for part in parts)
    fractions = all(isinstance(part, float) and 0 < part < 1 for part in parts) and sum(parts) <= 1 + 1e-9
    if not (counts or fractions):
        raise BenchsuiteError(
            f"{name} needs three fractions above 0 with a sum of at most 1, or three counts from 1. Received: {parts!r}."
        )

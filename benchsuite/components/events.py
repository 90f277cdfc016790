"""What the life-cycle hooks are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchsuite.record import Record
    from benchsuite.trial import Spec


@dataclass(frozen=True)
class TrialStart:
    """A trial that begins.

    Args:
        id: The trial's id.
        spec: The record's ``spec``.
        worker: Number of the worker that runs it.
    """

    id: str
    spec: Spec
    worker: int


@dataclass(frozen=True)
class EpochResult:
    """An epoch of a trial that was trained and measured. Epoch 0 is what was measured before training.

    Args:
        id: The trial's id.
        epoch: Its number.
        step: Steps done until then.
        values: Measures by part, as curves call them: ``train_loss``, ``validation_accuracy``, …; and ``running_loss``, the
            mean over the steps of the epoch. ``None`` where a number is not finite, and of the running loss before training.
        worker: Number of the worker that trains it.
    """

    id: str
    epoch: int
    step: int
    values: Mapping[str, float | None]
    worker: int


@dataclass(frozen=True)
class TrialResult:
    """A trial that ended, and whose record is stored.

    Args:
        id: The trial's id.
        record: The whole record. A trial that ran again for weights or probes has the one that it had.
        path: Of its file.
    """

    id: str
    record: Record
    path: str

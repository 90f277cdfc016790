"""What the life-cycle hooks are told."""

from __future__ import annotations

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

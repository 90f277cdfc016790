"""What the life-cycle hooks are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TrialStart:
    """A trial that begins.

    Args:
        id: The trial's id.
        spec: The record's ``spec``.
        worker: Number of the worker that runs it.
    """

    id: str
    spec: Mapping[str, Any]
    worker: int


@dataclass(frozen=True)
class TrialResult:
    """A trial whose record was just written.

    Args:
        id: The trial's id.
        record: The whole record.
        path: Where it was stored.
    """

    id: str
    record: Mapping[str, Any]
    path: str

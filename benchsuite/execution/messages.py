"""What a worker process says to the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchsuite.record import Ending


@dataclass(frozen=True)
class Ready:
    """It has imported what it needs.

    Args:
        problem: Why it cannot run trials, in one line; empty if it can.
    """

    problem: str = ""


@dataclass(frozen=True)
class Begun:
    """It begins the trial that it was given."""


@dataclass(frozen=True)
class Answer:
    """A trial has ended.

    Args:
        ending: How.
        resident_bytes: The size of the process now.
        probes: What probes found; empty unless asked for.
        problem: Why what is to be kept of it cannot be written, in one line. Then this is no end of the trial: the disk
            failed, not the method, and the study ends.
    """

    ending: Ending
    resident_bytes: int
    probes: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

"""What the measuring process says: :class:`Preparing` again and again, a :class:`ContestTimed` for each contest, then how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchsuite.costs.request import Contest


@dataclass(frozen=True)
class Preparing:
    """A contestant's program is being made; of the number after the last one, all take their turns.

    Args:
        contest: In words.
        number: Of the contestant, from 0.
        of: How many there are.
        label: Which.
    """

    contest: str
    number: int
    of: int
    label: str


@dataclass(frozen=True)
class Timed:
    """What came of a contestant.

    Args:
        label: Its settings in words.
        seconds: Of one step, for each round.
        state_bytes: Of its optimizer's state, scalars left out.
        parameters: Trained numbers.
        compile_seconds: To build and compile its program; ``None`` if it shares that of another one.
        reason: Why it could not be timed; empty if it was.
    """

    label: str
    seconds: tuple[float, ...] = ()
    state_bytes: int = 0
    parameters: int = 1
    compile_seconds: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class ContestTimed:
    """What came of a contest.

    Args:
        contest: The contest.
        steps: Of one turn.
        cpu_share: Processor time divided by wall time of the rounds; ``None`` on a GPU.
        timed: Of each contestant, the yardstick first.
        environment: Where and with what.
    """

    contest: Contest
    steps: int
    cpu_share: float | None
    timed: tuple[Timed, ...]
    environment: Mapping[str, Any]


@dataclass(frozen=True)
class AllTimed:
    """All contests were measured."""


@dataclass(frozen=True)
class Refused:
    """It ends, for a reason that the user can mend."""

    reason: str

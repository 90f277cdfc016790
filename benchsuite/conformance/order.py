"""What a process that tries promises is told, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass

from benchsuite.conformance.step import Looked, TriedOn
from benchsuite.discovery import PluginSearch


@dataclass(frozen=True)
class Wanted:
    """A component or task to try, and what is known of it from processes that have ended.

    Args:
        kind: Its kind.
        name: Its name.
        taken: Keys of the steps that were taken.
        over: Keys of those of them that ended their process, or had nothing left for those who need them.
        tried: What came of tiny tasks.
    """

    kind: str
    name: str
    taken: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    tried: tuple[TriedOn, ...] = ()


@dataclass(frozen=True)
class CheckOrder:
    """What to try.

    Args:
        search: Where plugins are looked for.
        wanted: Components and tasks, in order.
        dear: Whether dear promises are tried.
        seconds: A step may take so long.
        memory: Bytes that the process may take; 0 for any number.
    """

    search: PluginSearch
    wanted: tuple[Wanted, ...]
    dear: bool
    seconds: float
    memory: int


@dataclass(frozen=True)
class StepBegun:
    """A step was begun.

    Args:
        kind: Of what is tried.
        name: Its name.
        key: Of the step.
        promise: What it tries.
        trains: The tiny task that it trains; empty for any other step.
        printed: Bytes that the process had printed before.
    """

    kind: str
    name: str
    key: str
    promise: str
    trains: str
    printed: int = 0


@dataclass(frozen=True)
class StepTaken:
    """A step was taken."""

    kind: str
    name: str
    key: str
    looked: Looked


@dataclass(frozen=True)
class AllTaken:
    """All steps of all that was wanted were taken."""

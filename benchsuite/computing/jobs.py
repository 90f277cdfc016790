"""What is to be computed, what came of it, and what the two processes tell each other."""

from __future__ import annotations

from dataclasses import dataclass

from benchsuite.registry import PluginSearch


@dataclass(frozen=True)
class Job:
    """One part of a claim.

    Args:
        claim: Name of the claim.
        part: Name of the part.
        seeds: For which seeds its number is wanted.
    """

    claim: str
    part: str
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Computation:
    """The number of one part for one seed.

    Args:
        claim: Name of the claim.
        part: Name of the part.
        seed: The seed.
        value: The number, which may be infinite; ``None`` where there is none.
        reason: Why there is none, in one line; empty otherwise.
        seconds: What it took.
        components: ``kind:name`` of every task and component that the lab was asked for, sorted.
    """

    claim: str
    part: str
    seed: int
    value: float | None
    reason: str
    seconds: float
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComputeOrder:
    """What a process is told first.

    Args:
        search: Where plugins are looked for.
        seconds: A number may take so long; 0 for any time.
        memory: Bytes that the process may take; 0 for any number.
    """

    search: PluginSearch
    seconds: float
    memory: int


@dataclass(frozen=True)
class ComputeReady:
    """The process has loaded all that it needs."""


@dataclass(frozen=True)
class ComputeBegun:
    """A number was begun.

    Args:
        seed: Its seed.
        printed: Bytes that the process had printed before.
    """

    seed: int
    printed: int = 0

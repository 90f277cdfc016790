"""What is computed for claims: which numbers are there, and having the missing ones made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.registry import Registry
    from benchsuite.store import Store
    from benchsuite.studies.claimed import ClaimPlan
    from benchsuite.studies.claiming import Claiming


@dataclass(frozen=True)
class Missing:
    """Numbers of a part that are to be computed.

    Args:
        claim: Name of the claim.
        part: Of its part.
        seeds: Those that are missing.
    """

    claim: str
    part: str
    seeds: tuple[int, ...]


class Computations:
    """What some claims have computed.

    Args:
        plans: The claims.
        asked: The options.
        known: The plugins that were found.
        workers: How many processes compute side by side.
    """

    def __init__(self, plans: Sequence[ClaimPlan], asked: Claiming, known: Registry, workers: int) -> None:
        self._plans, self._asked, self._known, self._workers = plans, asked, known, workers

    def missing(self, folder: Path) -> list[Missing]:
        """Return what is not there, or was computed by other code."""
        return [Missing(plan.claim.name, part.part.name, part.seeds) for plan in self._plans for part in plan.computed]

    def predicted(self, folder: Path) -> tuple[float, int, int]:
        """Return the seconds that the missing numbers will take, how many they are, and of how many nobody knows."""
        count = sum(len(one.seeds) for one in self.missing(folder))
        return 0.0, count, count

    def carry_out(self, store: Store, console: Console) -> None:
        """Compute what is missing."""
        if self.missing(store.folder):
            raise BenchsuiteError("computed evidence is not there yet.")

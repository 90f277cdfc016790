"""What is computed for claims: which numbers are there, and having the missing ones made."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from benchsuite.claim_files import computed_numbers, write_computed
from benchsuite.claim_judging import claim_code, code_of
from benchsuite.cli.console import say
from benchsuite.cli.options import plugin_search
from benchsuite.computed_numbers import ComputedNumber, ComputedNumbers

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.computing import Computation, Job
    from benchsuite.registry import Registry
    from benchsuite.shards import Shard
    from benchsuite.store import Store
    from benchsuite.studies.claimed import ClaimPlan, PartPlan
    from benchsuite.studies.claiming import ClaimShowing

SECONDS = 600.0
"""One number may take so long unless --timeout says otherwise."""
Key = tuple[str, str]
"""Claim and part."""


class Computations:
    """What some claims have computed.

    Args:
        plans: The claims.
        asked: The options.
        known: The plugins that were found.
        workers: How many processes compute side by side.
        shard: Which part of it is computed; all of it unless given. The numbers of a claim's part stay together: they lie in one
            file.

    Attributes:
        count: How many numbers that are.
    """

    def __init__(
        self,
        plans: Sequence[ClaimPlan],
        asked: ClaimShowing,
        known: Registry,
        workers: int,
        shard: Shard | None = None,
    ) -> None:
        self._asked, self._known, self._workers = asked, known, workers
        parts: list[tuple[ClaimPlan, PartPlan]] = [(plan, part) for plan in plans for part in plan.computed]
        self._parts = parts if shard is None else _share(parts, shard)
        self.count = sum(len(part.seeds) for _, part in self._parts)

    def there(self, folder: Path, plan: ClaimPlan, part: PartPlan) -> ComputedNumbers:
        """Return what counts of what was computed for a part: by the code and on the processor of now."""
        from benchsuite.engine.numerics import numerics

        code, here = claim_code(plan.claim, self._known), numerics().fingerprint
        nothing = ComputedNumbers(plan.claim.name, part.part.name, code, {}, here)
        found = computed_numbers(folder, plan.claim.name, part.part.name)
        if found is None or found.numerics != here or not self.is_fresh(found, plan):
            return nothing
        return found

    def is_fresh(self, found: ComputedNumbers, plan: ClaimPlan) -> bool:
        """Say whether numbers were computed by the code of now."""
        same = found.fingerprint == claim_code(plan.claim, self._known)
        return same and found.components == code_of(found.components, self._known)

    def missing(self, folder: Path) -> dict[Key, tuple[int, ...]]:
        """Return claim and part → the seeds for which there is no number that counts."""
        found = {}
        for plan, part in self._parts:
            numbers = self.there(folder, plan, part).numbers
            # What gave no number ran out of time or crashed, and may not do so again.
            without = [seed for seed in part.seeds if str(seed) not in numbers or math.isnan(numbers[str(seed)].number)]
            if without:
                found[plan.claim.name, part.part.name] = tuple(without)
        return found

    def predicted(self, folder: Path) -> tuple[float, int, int]:
        """Return the seconds that the missing numbers will take, how many they are, and of how many nobody knows."""
        seconds, unknown = 0.0, 0
        missing = self.missing(folder)
        for (claim, part), seeds in missing.items():
            before = computed_numbers(folder, claim, part)
            took = [one.seconds for one in before.numbers.values()] if before else []
            if took:
                seconds += len(seeds) * math.fsum(took) / len(took)
            else:
                unknown += len(seeds)
        return seconds / self._workers, sum(map(len, missing.values())), unknown

    def carry_out(self, store: Store, console: Console) -> None:
        """Compute what is missing; each number is stored as it comes.

        Raises:
            BenchsuiteError: If no process can be started, or the disk is full.
            typer.Exit: After Ctrl-C, with 1.
        """
        from benchsuite.computing import Job, compute_parts
        from benchsuite.report.tables.numbers import count_of

        missing = self.missing(store.folder)
        if not missing:
            if self._parts:
                say(console, "All numbers that are computed are there already.")
            return
        kept = _Kept(
            {
                (plan.claim.name, part.part.name): self.there(store.folder, plan, part)
                for plan, part in self._parts
                if (plan.claim.name, part.part.name) in missing
            },
            missing, self._known, store.folder, console,
        )  # fmt: skip
        jobs: list[Job] = [Job(claim, part, seeds) for (claim, part), seeds in missing.items()]
        search = plugin_search(self._asked.plugin, self._asked.no_local)
        begun = time.monotonic()
        say(
            console,
            "{} to compute, of {}.",
            count_of(sum(map(len, missing.values())), "number"),
            count_of(len(jobs), "part"),
        )
        try:
            compute_parts(jobs, search, self._workers, self._asked.execution.timeout or SECONDS, kept.tell)
        except KeyboardInterrupt:
            say(console, "Stopped. What was finished is stored; the same command goes on from here.")
            raise typer.Exit(1) from None
        say(
            console,
            "{} computed in {:.0f} s.",
            count_of(sum(map(len, missing.values())), "number"),
            time.monotonic() - begun,
        )


def _share(parts: Sequence[tuple[ClaimPlan, PartPlan]], shard: Shard) -> list[tuple[ClaimPlan, PartPlan]]:
    """Return the parts that a shard computes. What a number takes nobody knows beforehand, so each counts the same."""
    from benchsuite.execution.sharing import Piece, divided

    pieces = [
        Piece(float(len(part.seeds)), f"{plan.claim.name}.{part.part.name}", place)
        for place, (plan, part) in enumerate(parts)
    ]
    mine = {piece.source for piece in divided(pieces, shard.of)[shard.number - 1]}
    return [pair for place, pair in enumerate(parts) if place in mine]


class _Kept:
    """Stores numbers as they come, and tells of each part that is done."""

    def __init__(
        self,
        found: dict[Key, ComputedNumbers],
        missing: Mapping[Key, Sequence[int]],
        known: Registry,
        folder: Path,
        console: Console,
    ) -> None:
        self._found, self._known, self._folder, self._console = found, known, folder, console
        self._left = {key: set(seeds) for key, seeds in missing.items()}

    def tell(self, one: Computation) -> None:
        """Store a number."""
        key = one.claim, one.part
        before = self._found[key]
        value = math.nan if one.value is None else float(one.value)
        number = ComputedNumber(
            value=value if math.isfinite(value) else None,
            reason=one.reason,
            seconds=one.seconds,
            computed_at=datetime.now(UTC).isoformat(timespec="seconds"),
            infinite=int(math.copysign(1, value)) if math.isinf(value) else 0,
        )
        after = replace(
            before,
            components=dict(sorted((before.components | code_of(one.components, self._known)).items())),
            numbers={**before.numbers, str(one.seed): number},
        )
        self._found[key] = after
        write_computed(self._folder, after)
        self._left[key].discard(one.seed)
        if one.reason:
            say(self._console, "[yellow]![/] {}, {}, seed {}: {}", one.claim, one.part, one.seed, one.reason)
        if not self._left[key]:
            took = math.fsum(each.seconds for each in after.numbers.values())
            say(self._console, "  {}, {}: computed, {:.1f} s", one.claim, one.part, took)

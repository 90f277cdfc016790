"""Which part of a study one call runs, and what it says at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchsuite.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from benchsuite.execution import Summary
    from benchsuite.registry import Registry
    from benchsuite.shards import Shard
    from benchsuite.sources import Source, Together
    from benchsuite.studies.plan import Plan
    from benchsuite.tuning.tracks import TrackPlan


@dataclass(frozen=True)
class Part:
    """A part of a study.

    Args:
        whole: All that the study proposes.
        shard: Which part.
    """

    whole: Source | Together
    shard: Shard


def part_of(
    planned: Plan, tracked: TrackPlan | None, shard: Shard, known: Registry
) -> tuple[Plan, TrackPlan | None, Part]:
    """Return what a shard runs of a study.

    Args:
        planned: All trials of the study.
        tracked: All its searches, if it has any.
        shard: Which part.
        known: The plugins that were found.
    """
    from benchsuite.execution.sharing import planned_by, share_of
    from benchsuite.sources import Planned, Together, alone

    if tracked is None:
        whole = Planned(planned.trials.values())
        mine = {trial.id for one in alone(share_of(whole, shard, known)) for trial in planned_by(one) or ()}
        trials = {id: trial for id, trial in planned.trials.items() if id in mine}
        return replace(planned, trials=trials), None, Part(whole, shard)
    sources: Sequence[Source] = tracked.sources()
    together = Together(sources)
    kept = share_of(together, shard, known).sources
    entrants = [one for one, source in zip(tracked.entrants, sources, strict=True) if source in kept]
    return planned, replace(tracked, entrants=entrants), Part(together, shard)


def tell_part(part: Part, many: int, of: int, what: str, console: Console) -> None:
    """Say how much of a study a shard has.

    Args:
        part: Which part.
        many: Its trials or searches.
        of: Those of the study.
        what: What they are, in the plural.
        console: Where to.
    """
    say(console, "Shard {}: {:,} of {:,} {}.", part.shard, many, of, what)
    if not many:
        say(
            console,
            "[yellow]![/] There is nothing left for it: what trains in one program stays together, and so does a search. "
            "Fewer shards would do.",
        )


def tell_how_to_join(part: Part, summary: Summary, results: Path, console: Console) -> None:
    """Say what comes after a shard."""
    for text, found in (
        ("did not repeat their record: records were changed by hand, or training is not deterministic here",
         summary.unrepeated),
        ("ran again and nothing could be kept", summary.unkept),
    ):  # fmt: skip
        if found:
            say(console, "[red]{} of the trials named above {}[/].", len(found), text)
    say(
        console,
        "Shard {} is done. When all of them are: `benchsuite collect {}` says what is missing and writes the report; "
        "name the folders of the other shards as well, if they have their own, and --results DIR for all.",
        part.shard, results,
    )  # fmt: skip

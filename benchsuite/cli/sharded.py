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
class StudyShard:
    """A part of a study.

    Args:
        whole: All that the study proposes.
        shard: Which part.
    """

    whole: Source | Together
    shard: Shard


def part_of(
    planned: Plan, tracked: TrackPlan | None, shard: Shard, known: Registry
) -> tuple[Plan, TrackPlan | None, StudyShard]:
    """Return what a shard runs of a study.

    Args:
        planned: All trials of the study.
        tracked: All its searches, if it has any.
        shard: Which part.
        known: The plugins that were found.
    """
    from benchsuite.execution.sharing import share_of, share_of_trials
    from benchsuite.sources import Planned, Together

    if tracked is None:
        every = planned.trials.values()
        mine = {trial.id: trial for trial in share_of_trials(every, shard, known)}
        return replace(planned, trials=mine), None, StudyShard(Planned(every), shard)
    sources: Sequence[Source] = tracked.sources()
    together = Together(sources)
    kept = share_of(together, shard, known).sources
    entrants = [one for one, source in zip(tracked.entrants, sources, strict=True) if source in kept]
    return planned, replace(tracked, entrants=entrants), StudyShard(together, shard)


def tell_part(part: StudyShard, many: int, of: int, what: str, console: Console) -> None:
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


def tell_how_to_join(part: StudyShard, summary: Summary, results: Path, console: Console) -> None:
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
        "Shard {} is done: {}. `benchsuite collect` joins the folders of all shards, says what of the study is missing and "
        "writes the report.",
        part.shard,
        results,
    )  # fmt: skip

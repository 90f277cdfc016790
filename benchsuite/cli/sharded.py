"""Which part of a study one call runs, and what is said of it and of what a shard cannot do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchsuite.cli.console import say
from benchsuite.errors import BenchsuiteError

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

VERDICT = "gives the verdict"
"""What the command over all shards does, of verbs that decide something."""
WITH_SHARDS = ("run", "compare", "scale", "sweep", "variance", "claim run", "certify --resolution")


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


def tell_part(shard: Shard, has: Sequence[tuple[int, int, str]], console: Console) -> None:
    """Say how much of a study a shard has.

    Args:
        shard: Which.
        has: How many it has of what, how many the study has, and what they are, in the plural.
        console: Where to.
    """
    said = " and ".join(f"{many:,} of {of:,} {what}" for many, of, what in has)
    say(console, "Shard {}: {}.", shard, said)
    if not any(many for many, _, _ in has):
        say(
            console,
            "[yellow]![/] There is nothing left for it: what trains in one program stays together, and so does a search. "
            "Fewer shards would do.",
        )


def tell_left(summary: Summary, planned: int, console: Console) -> bool:
    """Say what of a part did not come to what was asked for; return whether all of it did.

    Args:
        summary: What was done.
        planned: How many trials must have a record now.
        console: Where to.
    """
    from benchsuite.report.tables.numbers import count_of

    for text, found in (
        ("did not repeat their record: records were changed by hand, or training is not deterministic here",
         summary.unrepeated),
        ("ran again and nothing could be kept", summary.unkept),
    ):  # fmt: skip
        if found:
            say(console, "[red]{} of the trials named above {}[/].", len(found), text)
    if summary.no_data:
        reason = next(iter(summary.no_data.values()))
        say(
            console, "[red]{} had no data[/], and will run again with the next command. The first: {}",
            count_of(len(summary.no_data), "trial"), reason,
        )  # fmt: skip
    return not (summary.unrepeated or summary.unkept or summary.no_data) and len(summary.records) >= planned


def tell_how_to_join(shard: Shard, results: Path, console: Console, then: str = "", *, whole: bool) -> None:
    """Say what comes after a shard.

    Args:
        shard: Which.
        results: Where its records are.
        console: Where to.
        then: What the same command does once all shards are joined; nothing where the report says it all.
        whole: Whether all of the shard came to what was asked for.
    """
    say(
        console,
        "Shard {} {}: {}. `benchsuite collect` joins the folders of all shards, says what of the study is missing and "
        "writes the report.{}",
        shard,
        "is done" if whole else "has ended, but not all of it is done",
        results,
        f" The same command without --shard, with --results of the joined folder, then {then}." if then else "",
    )  # fmt: skip


def refuse_of_whole(**given: object) -> None:
    """Refuse what says something of the whole study, of which a shard knows its part alone.

    Raises:
        BenchsuiteError: Naming the first option that was given.
    """
    for name, value in given.items():
        if value:
            flag = f"--{name.replace('_', '-')}"
            raise BenchsuiteError(
                f"{flag} is about the whole study, and a shard knows only its part. Received: --shard with {flag}. Give it to the "
                "same command without --shard once all shards are joined by `benchsuite collect`."
            )


def no_shards(verb: str) -> BenchsuiteError:
    """Return the error about ``--shard`` with a verb that has none.

    Args:
        verb: As it is called, ``benchsuite`` first.
    """
    if verb.endswith(" tune"):
        return BenchsuiteError(
            "a search is never divided: what it tries next depends on what came of the last. Received: --shard with tune. "
            "Give it more --workers; `benchsuite run --track tuned --shard K/N` divides many searches."
        )
    name = verb.rpartition("benchsuite ")[2]
    return BenchsuiteError(
        f"`benchsuite {name}` runs as a whole: it trains a few trials, or none. Received: --shard with {name}. "
        f"Leave it out; these verbs have shards: {', '.join(WITH_SHARDS)}."
    )

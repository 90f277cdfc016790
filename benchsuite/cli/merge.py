"""``benchsuite merge``: bundles and results folders of several people or machines become one results folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import ResultsOption
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.bundle.merging import Merged

MOST_NAMED = 10
"""Disputed trials that are named."""


def merge(
    parts: Annotated[
        list[Path],
        typer.Argument(metavar="BUNDLE", help="Bundles, folders or zips, and results folders; the first stands first."),
    ],
    results: ResultsOption = Path("results"),
) -> None:
    """Join bundles and results folders into the folder of --results; what lies there already stands before all of them.

    The same trial with the same numbers is one record. With other numbers both are kept: the first one's stands in the
    boards, the report shows the other beside it, and no average is ever made of them.
    """
    from benchsuite.bundle.merging import merged, part_of_folder, read_part, write_merged
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import Store

    console = terminal()
    read = []
    for path in parts:
        if path.exists() and results.exists() and path.samefile(results):
            raise BenchsuiteError(
                f"{path} is the folder of --results itself. Leave it out: what lies there stands first."
            )
        part = read_part(path)
        read.append(part)
        for damage in part.damaged[:MOST_NAMED]:
            say(console, "[yellow]![/] {}: {}", path, damage)
    store = Store(results.resolve())
    with store.locked():
        there = part_of_folder(store.folder)
        if there.damaged:
            raise BenchsuiteError(
                f"{results}: {there.damaged[0]}. `benchsuite doctor --results {results} --set-aside` moves away what is no record."
            )
        found = merged([there, *read])
        write_merged(found, store)
    for part in read:
        said_of = "bundle" if part.made else "folder"
        say(
            console,
            "{} {}: {} of {}.",
            said_of.capitalize(),
            part.where,
            count_of(len(part.records), "record"),
            part.author,
        )
    tell_merged(found, console)
    say(
        console, "Merged into [bold]{}[/]: {} new, {} there already with the same numbers, {} disputed.",
        results, count_of(len(found.records), "record"), found.same, found.disputed,
    )  # fmt: skip
    claims = found.of_claims
    if claims.new.verdicts or claims.same or claims.disputed:
        say(
            console, "Claims: {} new, {} there already with the same verdict, {} with another.",
            count_of(len(claims.new.verdicts), "verdict"), claims.same, claims.disputed,
        )  # fmt: skip
    say(console, "`benchsuite report --results {}` shows all of it.", results)


def tell_merged(found: Merged, console: Console) -> None:
    """Say what is kept apart, differs or is disputed."""
    for line in (*found.kept_apart, *found.differing):
        say(console, "[yellow]![/] {}", line)
    for one in found.disputes[:MOST_NAMED]:
        trial = one.record.trial
        say(
            console, "[yellow]![/] disputed: trial {} of {}, seed {}: {} has other numbers. Both are kept.",
            one.record.id, trial.task, trial.seed, one.author,
        )  # fmt: skip
    if (more := len(found.disputes) - MOST_NAMED) > 0:
        say(console, "[yellow]![/] … and {} more: see disputes in the report.", more)
    for other in found.of_claims.new.disputes[:MOST_NAMED]:
        say(
            console, "[yellow]![/] claim {}: {} has another verdict, {}. Both are kept.",
            other.verdict.label, other.author, other.verdict.word,
        )  # fmt: skip
    for challenge in found.challenges:
        say(
            console, "[yellow]![/] {} answers bundle {}: {} ({} of its trials differ, {} agree)",
            challenge.author or "somebody", challenge.against[:8], challenge.claim, len(challenge.differs), challenge.agrees,
        )  # fmt: skip

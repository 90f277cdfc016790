"""``benchsuite challenge``: numbers of one's own against those of a bundle, filed as a bundle that names what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from benchsuite.bundle import Bundle
    from benchsuite.bundle.publishing import Destination
    from benchsuite.record import Record

USUAL = Path("challenge")
LONGEST = 10_000
MOST_NAMED = 10


def challenge(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle that is answered: a folder or a zip.")],
    claim: Annotated[str, typer.Option(metavar="TEXT", help="What you say against it, in a sentence or two.")],
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help=f"Into this folder: new or empty; {USUAL}/ unless given.")
    ] = None,
    zip: Annotated[Path | None, typer.Option(metavar="FILE", help="Into this zip.")] = None,
    author: Annotated[str, typer.Option(metavar="NAME", help="Who signs it; nobody unless given.")] = "",
    results: ResultsOption = Path("results"),
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """File numbers of your own against a bundle, as a bundle that names it and says what differs.

    The numbers are those of --results: the same trials with other results, or other trials of the same tasks. Whoever merges
    both has the claim and the answer side by side in the report.
    """
    from dataclasses import replace

    from benchsuite.bundle import open_bundle
    from benchsuite.bundle.manifest import Challenged
    from benchsuite.bundle.older import NOTHING, refuse_foreign
    from benchsuite.bundle.publishing import with_pages
    from benchsuite.cli.publish import gathered
    from benchsuite.cli.report import write
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.scratch import scratch
    from benchsuite.store import Store

    place = _place(to, zip)
    refuse_foreign(to or zip or USUAL)
    said = _claim(claim)
    console = terminal()
    answered = open_bundle(bundle)
    known = registry(plugin, no_local)
    if not (results / "trials").is_dir():
        raise BenchsuiteError(
            f"there are no records in {results}. Name the folder of your own numbers with --results DIR."
        )
    store = Store(results.resolve())
    records = list(store.records([]))
    _refuse_unrelated(answered, records, results)
    with scratch() as folder:
        written = write(store, known, folder=folder / "site")
        content = gathered(store, known, written, records, list(store.searches([])), author=author, note=said)
        content = with_pages(content, written.contents, written.index.parent, NOTHING)
    where = place.put(replace(content, challenges=Challenged(answered.hash, said)))
    _tell(answered, content.records, console)
    say(
        console,
        "Filed: [bold]{}[/], {}, against bundle {}.",
        where,
        count_of(len(content.records), "record"),
        answered.hash,
    )
    say(console, "Both side by side: benchsuite merge {} {} --results DIR", bundle, to or zip or USUAL)


def _place(to: Path | None, zip: Path | None) -> Destination:
    from benchsuite.bundle.publishing import Destination

    if to is not None and zip is not None:
        raise BenchsuiteError("--to and --zip are two places. File it in one of them.")
    if zip is not None and zip.suffix.lower() != ".zip":
        raise BenchsuiteError(f"--zip must name a file that ends with .zip. Received: {zip}.")
    return Destination(zip=zip) if zip is not None else Destination(folder=to or USUAL)


def _claim(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise BenchsuiteError(f"--claim must say what you say against it, in at most {LONGEST:,} letters.")
    return said


def _refuse_unrelated(answered: Bundle, records: Iterable[Record], results: Path) -> None:
    tasks = {(record.trial.task, record.trial.task_version) for record in answered.records}
    if not any((record.trial.task, record.trial.task_version) in tasks for record in records):
        raise BenchsuiteError(
            f"the records in {results} are of no task of the bundle {answered.path}, so they say nothing against it. "
            "Name another folder with --results DIR."
        )


def _tell(answered: Bundle, records: Sequence[Record], console: Console) -> None:
    """Say which trials both have, and where their numbers differ."""
    from benchsuite.repetition import difference, other_numerics
    from benchsuite.verification.evidence import words_of

    theirs: Mapping[str, Record] = {record.id: record for record in answered.records}
    both = [(theirs[one.id], one) for one in records if one.id in theirs]
    differing = [(claimed, one, words) for claimed, one in both if (words := difference(claimed, one))]
    if not differing and len(both) == len(records):
        say(console, "[yellow]![/] it differs in nothing from what it answers: no number stands against the bundle.")
    say(
        console,
        "{} trials of both: {} with the same numbers, {} with others.",
        len(both),
        len(both) - len(differing),
        len(differing),
    )
    for claimed, one, words in differing[:MOST_NAMED]:
        why = "; made on other hardware" if other_numerics(claimed, one) else ""
        say(console, "  {}: {}{}", words_of(one), words, why)
    if (more := len(differing) - MOST_NAMED) > 0:
        say(console, "  … and {} more", more)

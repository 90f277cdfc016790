"""``benchsuite report``: write the report again from the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli import console as out
from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.errors import BenchsuiteError, said_by, unknown

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.test_part import TestParts
    from benchsuite.claim_verdicts import ClaimVerdict
    from benchsuite.damage import Damage
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.report import Contents
    from benchsuite.searches import Search
    from benchsuite.statements import Statement
    from benchsuite.store import Store

MADE_OF = "made-of"
"""A file beside the page that says of which state of the results folder it was made."""
StaleOption = Annotated[bool, typer.Option("--stale", help="Show records whose code or data changed since as well.")]
MeasureOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="What leaderboards are made of: test, validation, train, each also with _loss; steps:TARGET, epochs:TARGET or "
        "seconds:TARGET, a number or easiest, middle, hardest. What each kind is judged by unless given.",
    ),
]
TrackOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Show one track alone: default, tuned or self_tuning. All unless given."),
]
NumbersOption = Annotated[
    bool,
    typer.Option(
        "--numbers",
        help="Show the numbers of every row as well, here and on the page, over all tasks "
        "(scores between floor and reference, steps to targets, "
        "failures, best of k), and write them into results/report/tables/numbers.csv and numbers.json.",
    ),
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="Write the rankings, and with --numbers the numbers, into results/report/tables/ as well: "
        "csv, parquet, json, latex or markdown. May be repeated.",
    ),
]


@dataclass(frozen=True)
class Written:
    """A report that was written.

    Args:
        index: The page.
        contents: What is in it.
        notes: What to say of records that were left out, or stand in it although their code changed, one line each.
        damaged: What lies among the records and is none, one line each; of many the first.
        tables: The rankings and numbers in files, where they were asked for.
        stale: How many records are stale, whether they stand in it or not.
        claims: The verdicts on claims that are in it.
    """

    index: Path
    contents: Contents
    notes: tuple[str, ...]
    damaged: tuple[str, ...]
    tables: tuple[Path, ...] = ()
    stale: int = 0
    claims: tuple[ClaimVerdict, ...] = ()


def report(
    results: ResultsOption = Path("results"),
    stale: StaleOption = False,
    measure: MeasureOption = None,
    track: TrackOption = None,
    format: FormatOption = None,
    numbers: NumbersOption = False,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Write the site results/report/index.html and leaderboard.csv from the records, and show the leaderboards."""
    from benchsuite.store import Store

    check_view(measure, track, format or ())
    if not any((results / name).is_dir() for name in ("trials", "costs", "claims")):
        raise BenchsuiteError(
            f"there are no records in {results}. Run `benchsuite run --all` first, or name a folder with --results DIR."
        )
    console = terminal()
    written = write(
        Store(results),
        registry(plugin, no_local),
        stale=stale,
        measure=measure,
        track=track,
        formats=format or (),
        numbers=numbers,
    )
    show(written.contents, console)
    if numbers:
        from benchsuite.report import number_tables

        out.show(console, *number_tables(written.contents))
    for line in written.damaged:
        say(console, "[yellow]![/] {}", line)
    for note in written.notes:
        say(console, "{}", note)
    for path in written.tables:
        say(console, "Table: [bold]{}[/]", path)
    say(console, "Report: [bold]{}[/]", written.index)


def check_view(measure: str | None, track: str | None, formats: Sequence[str]) -> None:
    """Refuse what no report can show, before any record is read.

    Raises:
        BenchsuiteError: If a measure, track or format means nothing.
    """
    from benchsuite.analysis.trial_measure import TrialMeasure
    from benchsuite.budgets import TRACKS
    from benchsuite.report.tables.table_files import FORMATS

    if measure is not None:
        TrialMeasure.named(measure)
    if track is not None and track not in TRACKS:
        raise unknown("track", track, TRACKS)
    for name in formats:
        if name not in FORMATS:
            raise unknown("format", name, FORMATS)


def page(store: Store) -> Path:
    """Return where the page of a results folder lies."""
    return store.folder / "report" / "index.html"


def made_of(store: Store) -> str:
    """Return the state of the results folder that its page was made of; nothing if nobody knows."""
    try:
        return page(store).with_name(MADE_OF).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def write(
    store: Store,
    known: Registry,
    *,
    stale: bool = False,
    held: Mapping[str, Record] | None = None,
    measure: str | None = None,
    track: str | None = None,
    formats: Sequence[str] = (),
    numbers: bool = False,
    folder: Path | None = None,
    older: Sequence[Mapping[str, Any]] = (),
    pages: bool = True,
    statements: Sequence[Statement] = (),
) -> Written:
    """Write the report and the derived table of a results folder.

    Args:
        store: The results folder.
        known: The plugins that were found; they say what is stale.
        stale: Whether records whose code changed since stand in it as well.
        held: By id, records that this process has read or written: they are not read again.
        measure: What leaderboards are made of; what each kind is judged by unless given.
        track: The one that is shown; all unless given.
        formats: In which the rankings are written as well.
        numbers: Whether the numbers of all rows are written as well.
        folder: Where the site goes, for a publication: it links to no file of the results folder, and nothing else is written.
        older: Earlier boards that it names.
        statements: What others said, beside those in the folder.
        pages: Whether the site is written; without it the contents alone are made.

    Raises:
        BenchsuiteError: If all records are stale, or a file cannot be written.
    """
    from benchsuite.analysis.reference import reference_of
    from benchsuite.bundle.for_site import site_facts
    from benchsuite.bundle.known_claims import known_claims
    from benchsuite.cli.cards import component_cards, task_cards
    from benchsuite.cost_files import all_costs
    from benchsuite.costs_now import costs_now
    from benchsuite.data_now import DataNow
    from benchsuite.execution.reading import all_beside
    from benchsuite.folder import Folder
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.record_files import some_of
    from benchsuite.report import Contents, write_numbers, write_report, write_tables, write_trials
    from benchsuite.report.tables.numbers import count_of

    state = store.state() if folder is None else ""
    found: dict[Freshness, list[Record]] = {freshness: [] for freshness in Freshness}
    data = DataNow(known)
    judge = judge_of(known, store.extras, data=data)  # components that are not loaded now cannot be checked, and count
    damaged: list[Damage] = []
    for record in all_beside(store.trials, damaged, held):
        found[judge(record.trial, record)].append(record)
    old, missing = found[Freshness.STALE], found[Freshness.MISSING]
    shown = [
        record
        for freshness, held in found.items()
        if freshness.counts or (stale and freshness is Freshness.STALE)
        for record in held
    ]
    records = sorted((record for held in found.values() for record in held), key=lambda record: record.id)
    if old and not shown:
        raise BenchsuiteError(
            f"all {count_of(len(old), 'record')} {'with data ' if missing else ''}in {store.folder} are stale: the code of "
            "their components or the data of their tasks changed since, or an earlier benchsuite made them, whose fingerprints "
            "cannot be compared. "
            "Run the same study again to renew them, or look at them with --stale."
        )
    costs, outdated = costs_now(all_costs(store.folder, damaged), known, stale)
    facts = site_facts(store.folder, {record.id: record for record in records}, damaged)
    # What is published says nothing of the code here, which is other code elsewhere.
    claims = list(known_claims(store.folder, None if folder else known, damaged))
    verdicts = tuple(one.verdict for one in claims)
    contents = Contents(
        shown,
        known.same_as,
        searches=store.searches(damaged),
        measure=measure,
        track=track,
        costs=costs,
        parts=parts_of(shown, known, store),
        reference=reference_of(store.folder),
        disputed=[one["id"] for one in facts["disputes"]],
    )
    certificates, problems = _certificates({record.trial.task for record in shown}, known)
    problems += outdated
    about_data = list(_about_data(judge.other_data, data.unreadable))
    said = some_of(damaged, store.folder)
    # What is published names no folder of this machine, nor what is broken on it.
    problems += about_data if folder is None else _about_data(judge.other_data, {})
    problems += some_of(damaged, store.folder if folder is None else None)
    if disputed := len(facts["disputes"]):
        problems.append(
            f"{count_of(disputed, 'trial')} {'is' if disputed == 1 else 'are'} disputed: somebody else has other numbers. The boards "
            "hold those that were here first; see Disputes, under Provenance."
        )
    if folder is None:
        problems += [f"{plugin.name} ({plugin.origin}) is broken: {plugin.reason}" for plugin in known.broken]
    if missing:
        problems.append(
            f"{len(missing)} {'trial' if len(missing) == 1 else 'trials'} had no data, which says nothing of a recipe, and "
            f"will run again. The first: {missing[0].reason}"
        )
    probed, predicted = (
        _ids(store.folder / name) & {record.id for record in shown} for name in ("probes", "predictions")
    )
    extras = store.extras
    notes = (*_notes(len(old), stale, len(missing), len(records)), *about_data)
    if not pages:
        index = (folder or store.folder / "report") / "index.html"
        return Written(index, contents, notes, tuple(said), stale=len(old), claims=verdicts)
    try:
        index = write_report(
            contents,
            folder or store.folder / "report",
            stale=len(old),
            stale_shown=stale,
            problems=problems,
            probes={key: held for key in sorted(probed) if (held := extras.probes(key)) is not None},
            predictions={key: held for key in sorted(predicted) if (held := extras.predicted(key)) is not None},
            certificates=certificates,
            costs=costs,
            numbers=numbers,
            older=older,
            claims=claims,
            trials="" if folder else "../trials",
            studies=facts["studies"],
            disputes=facts["disputes"],
            challenges=facts["challenges"],
            statements=[*facts["statements"], *(one.for_page() for one in statements)],
            components=component_cards(shown, known),
            tasks=task_cards(shown, known),
        )
        tables = write_tables(contents.shown, store.folder / "report" / "tables", formats) if formats else []
        if numbers:
            tables += write_numbers(contents.numbers, store.folder / "report" / "tables", formats)
        if folder is None:
            write_trials(records, store.folder / "trials.parquet")
            Folder(index.parent).write(MADE_OF, state.encode())  # at last: the page is as new as these records
    except OSError as error:
        raise BenchsuiteError(
            f"cannot write the report: {said_by(error)}. Every record is whole. Mend that, and run `benchsuite report`."
        ) from None
    return Written(index, contents, notes, tuple(said), tuple(tables), len(old), verdicts)


def _about_data(others: Iterable[str], unreadable: Mapping[str, str]) -> Iterator[str]:
    """Say of which tasks the data changed after records were made, and of which nobody can say whether they did."""
    for name in sorted(others):
        yield f"The data of task {name!r} are others now: what was made with those of before is stale."
    for name, reason in sorted(unreadable.items()):
        yield f"The data of task {name!r} cannot be read now ({reason}): its records count as they are."


def _notes(old: int, shown: bool, missing: int, count: int) -> Iterator[str]:
    """Say what became of records that are stale, and of those whose trials had no data."""
    if old:
        verb = "is" if old == 1 else "are"
        what = (
            "and shown all the same: other code, other data or an earlier benchsuite made"
            if shown
            else "and left out (--stale shows"
        )
        yield f"{old} of {count} records {verb} stale {what} {'it' if old == 1 else 'them'}{'.' if shown else ').'}"
    if missing:
        verb, whose = ("is", "its trial") if missing == 1 else ("are", "their trials")
        yield f"{missing} of {count} records {verb} left out: {whose} had no data, and will run again."


def parts_of(records: Iterable[Record], known: Registry, store: Store) -> TestParts:
    """Return what is known of the parts that the accuracies of some records are measured on.

    Args:
        records: The records.
        known: The plugins that were found.
        store: Where predictions are stored, if they are.
    """
    from benchsuite.analysis.test_part import TestParts, right_from
    from benchsuite.certificates import part_sizes

    stored = _ids(store.folder / "predictions")
    sizes = part_sizes({record.trial.task for record in records}, known)
    return TestParts(sizes, right_from(store.extras.predicted, stored) if stored else None)


def of_run(
    records: Sequence[Record], searches: Sequence[Search], whole: Contents | None, known: Registry, store: Store
) -> Contents:
    """Return what a run shows of its own records, where its folder holds others as well.

    Args:
        records: Those of the run.
        searches: Its searches.
        whole: What the report of the folder holds, if it could be made.
        known: The plugins that were found.
        store: The results folder.
    """
    from benchsuite.analysis.reference import reference_of
    from benchsuite.report import Contents

    parts = whole.parts if whole is not None else parts_of(records, known, store)
    disputed = whole.disputed if whole is not None else ()
    return Contents(records, searches=searches, parts=parts, reference=reference_of(store.folder), disputed=disputed)


def show(records: Contents | Iterable[Record], console: Console) -> None:
    """Print the leaderboards and the interaction grids of some records."""
    from benchsuite.report import Contents, grid_tables, leaderboard_tables
    from benchsuite.report.tables.numbers import count_of

    contents = Contents.of(records)
    out.show(console, *leaderboard_tables(contents), *grid_tables(contents))
    if left := len(contents.shown) - len(contents.of_published):
        say(console, "{} of other instances are in the report.", count_of(left, "leaderboard"))
    for line in contents.mixtures:
        say(console, "[red]![/] {}", line)


def _certificates(tasks: Iterable[str], known: Registry) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    """Return the certificates of those tasks that are known and have one, and what is wrong with others."""
    from benchsuite.certificates import committed

    found: dict[str, Mapping[str, Any]] = {}
    problems = []
    for name in sorted(name for name in set(tasks) if known.has("task", name)):
        try:
            certificate = committed(name, known)
        except BenchsuiteError as error:
            problems.append(str(error))
            continue
        if certificate:
            found[name] = certificate
    return found, problems


def _ids(folder: Path) -> set[str]:
    """Return the trials that have a file in a folder of what is kept beside records."""
    return {path.stem for path in folder.rglob("*.*")}

"""``benchsuite publish``: results for others, as a folder, a zip or a branch that anybody can look at, check and join."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.cli.report import StaleOption
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from benchsuite.bundle.publishing import Destination
    from benchsuite.bundle.writing import BundleContent
    from benchsuite.cli.report import Written
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.searches import Search
    from benchsuite.store import Store

USUAL = Path("published")
"""Where to, unless said otherwise."""

AuthorOption = Annotated[str, typer.Option(metavar="NAME", help="Who signs it; nobody unless given.")]
NoteOption = Annotated[str, typer.Option(metavar="TEXT", help="What to say of it, a sentence or two.")]


def publish(
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Into this folder: new, empty or published before.")
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="As a commit of this branch of the repository at hand, such as gh-pages."),
    ] = None,
    zip: Annotated[Path | None, typer.Option(metavar="FILE", help="Into this zip.")] = None,
    author: AuthorOption = "",
    note: NoteOption = "",
    statement: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A statement of `benchsuite verify` to add. May be repeated."),
    ] = None,
    with_sources: Annotated[
        bool,
        typer.Option(
            "--with-sources", help="Add the sources of components, tasks and claims that do not ship with benchsuite."
        ),
    ] = False,
    thin: Annotated[
        bool,
        typer.Option(
            "--thin",
            help="Leave out most of the curves and the Parquet table: a quarter of the bytes, and all that verdicts need.",
        ),
    ] = False,
    no_site: Annotated[bool, typer.Option("--no-site", help="Leave out the site.")] = False,
    stale: StaleOption = False,
    results: ResultsOption = Path("results"),
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Write report, records and a manifest of hashes as one bundle that others can look at and verify.

    Into the folder published/ unless --to, --branch or --zip says otherwise. What was published there by other rules stays
    below archive/; what was by the same rules is replaced.
    """
    from dataclasses import replace

    from benchsuite.bundle.publishing import comparable, with_pages
    from benchsuite.claim_files import read_claims
    from benchsuite.cli.report import write
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.scratch import scratch
    from benchsuite.statement_files import read_statements
    from benchsuite.statements import records_hash, statement_from_json
    from benchsuite.store import Store
    from benchsuite.thinned import thinned
    from benchsuite.verification.claimed import trials_needed_whole

    place = _place(to, branch, zip)
    console = terminal()
    known = registry(plugin, no_local)
    store = _store(results, Store)
    statements = _statements(statement or ())
    records, searches = _held(store)
    if thin:  # first of all: what is said of them is said of what others get
        verdicts = {one.name: one for one in read_claims(store.folder, [])}
        whole = trials_needed_whole(verdicts, {record.id: record for record in records}, known)
        records = [record if record.id in whole else thinned(record) for record in records]
    rules, tasks = comparable(records)[2:]
    before = place.before(rules, tasks)
    older = [board.for_page() for board in before.boards]
    with scratch() as folder:
        held = {record.id: record for record in records}
        site = folder / "site"
        given = [statement_from_json(one) for one in statements.values()]
        there = list(read_statements(store.folder, []))
        written = write(
            store, known, stale=stale, held=held, folder=site, older=older, pages=not no_site,
            statements=[one for one in given if one not in there],
        )  # fmt: skip
        content = gathered(
            store, known, written, records, searches, author=author, note=note, with_sources=with_sources
        )
        content = with_pages(
            replace(content, thin=thin),
            written.contents,
            None if no_site else written.index.parent,
            before,
            written.claims,
        )
    where = place.put(replace(content, statements={**content.statements, **statements}))
    mine = records_hash(content.records) if given else ""
    for name, one in {name: statement_from_json(content) for name, content in statements.items()}.items():
        if one.records != mine:
            say(
                console,
                "[yellow]![/] The statement {} is about other records: the first page shows no verdict of it.",
                name,
            )
    left = len(records) - len(content.records)
    for line in (*written.damaged, *written.notes):
        say(console, "[yellow]![/] {}", line)
    if left:
        say(console, "[yellow]![/] {} left out: stale, without data, or of earlier rules.", count_of(left, "record"))
    for board in before.boards:
        say(console, "Kept below archive/: {} of {}.", board.name, board.manifest.made[:10])
    say(console, "Published: [bold]{}[/], {}.", where, count_of(len(content.records), "record"))
    if place.branch is not None:
        say(console, "Push it with: git push origin {}", place.branch.name)


def gathered(
    store: Store,
    known: Registry,
    written: Written,
    records: list[Record],
    searches: list[Search],
    *,
    author: str = "",
    note: str = "",
    with_sources: bool = False,
) -> BundleContent:
    """Return what a bundle of a results folder holds, without what readers see.

    Args:
        store: The results folder.
        known: The plugins that were found.
        written: Its report: what stands there is in the bundle.
        records: All of the folder.
        searches: Likewise.
        author: Who signs it.
        note: What they say of it.
        with_sources: Whether the sources of what does not ship with benchsuite are added.

    Raises:
        BenchsuiteError: If there is nothing to publish.
    """
    from datetime import UTC, datetime

    from benchsuite.bundle.claims import claim_contents, claims_of_folder
    from benchsuite.bundle.disputes import challenge_to_json, dispute_to_json, read_challenges, read_disputes
    from benchsuite.bundle.publishing import comparable
    from benchsuite.bundle.sources import sources_of
    from benchsuite.bundle.writing import BundleContent
    from benchsuite.cli.asked import asked
    from benchsuite.provenance import made_now
    from benchsuite.study_files import read_studies

    shown = {record.id for record in written.contents.records}
    kept, _, rules, tasks = comparable([record for record in records if record.id in shown])
    if not kept:
        raise BenchsuiteError(f"there is nothing to publish in {store.folder}. Run `benchsuite run --all` first.")
    held = [one for one in searches if one.engine == rules.engine and tasks.get(one.task) == one.task_version]
    others = [other for one in read_disputes(store.folder, {}, []) for other in one.others]
    disputed = {one.file: dispute_to_json(one) for one in others}
    disputed |= {one.file: challenge_to_json(one) for one in read_challenges(store.folder, [])}
    of_claims = claims_of_folder(store.folder, [])
    decided = [verdict.name for verdict in of_claims.verdicts]
    call = asked()
    return BundleContent(
        records=kept,
        searches=held,
        studies=list(read_studies(store.folder, [])),
        costs=_files(store.folder / "costs"),
        statements=_files(store.folder / "statements"),
        files={
            **(sources_of(kept, known, decided) if with_sources else {}),
            **disputed,
            **claim_contents(of_claims),
        },
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        made_by=made_now(known),
        command=call.words if call else ("benchsuite", "publish"),
        author=author,
        note=note,
    )


def _place(to: Path | None, branch: str | None, zip: Path | None) -> Destination:
    from benchsuite.bundle.git_branch import Branch
    from benchsuite.bundle.publishing import Destination

    given = [flag for flag, value in (("--to", to), ("--branch", branch), ("--zip", zip)) if value is not None]
    if len(given) > 1:
        raise BenchsuiteError(f"{given[0]} and {given[1]} are two places. Publish twice, once to each.")
    if branch is not None:
        return Destination(branch=Branch.of(Path.cwd(), branch))
    if zip is not None:
        if zip.suffix.lower() != ".zip":
            raise BenchsuiteError(f"--zip must name a file that ends with .zip. Received: {zip}.")
        return Destination(zip=zip)
    return Destination(folder=to or USUAL)


def _store(results: Path, make: type[Store]) -> Store:
    if not (results / "trials").is_dir():
        raise BenchsuiteError(
            f"there are no records in {results}. Run `benchsuite run --all` first, or name a folder with --results DIR."
        )
    return make(results.resolve())


def _held(store: Store) -> tuple[list[Record], list[Search]]:
    """Return all records and searches of a folder; what is damaged the report names."""
    return list(store.records([])), list(store.searches([]))


def _files(folder: Path) -> dict[str, bytes]:
    """Return the JSON files of a folder: those that are plain files and named as such."""
    from benchsuite.bundle.names import wrong_name
    from benchsuite.plain_files import NotPlain, read_plain

    found = {}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() and not folder.is_symlink() else ():
        try:
            content = read_plain(path, 2**20)
        except (OSError, NotPlain):
            continue
        if not wrong_name(path.name):
            found[path.name] = content
    return found


def _statements(paths: list[Path] | tuple[()]) -> dict[str, bytes]:
    """Read the statements that were named.

    Raises:
        BenchsuiteError: If one cannot be read, or is no JSON.
    """
    from benchsuite.plain_files import NotPlain, read_plain
    from benchsuite.record_json import NotARecord
    from benchsuite.statements import LARGEST, statement_from_json

    found = {}
    for path in paths:
        try:
            content = read_plain(path, LARGEST)
            statement_from_json(content)
        except (OSError, NotPlain, NotARecord) as error:
            why = getattr(error, "strerror", None) or error
            raise BenchsuiteError(
                f"cannot add the statement {path}: {why}. Name a file that `benchsuite verify --statement FILE` wrote."
            ) from None
        found[f"{path.stem}.json"] = content
    return found

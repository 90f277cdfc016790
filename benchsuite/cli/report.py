"""``benchsuite report``: write the report again from the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.report import Contents
    from benchsuite.store import Store


@dataclass(frozen=True)
class Written:
    """A report that was written.

    Args:
        index: The page.
        contents: What is in it.
        stale: How many records were left out, since the source code of their components changed.
        records: How many records there are.
    """

    index: Path
    contents: Contents
    stale: int
    records: int


def report(
    results: ResultsOption = Path("results"), plugin: PluginOption = None, no_local: NoLocalOption = False
) -> None:
    """Write results/report/index.html and leaderboard.csv from the records, and show the leaderboards."""
    from rich.console import Console
    from rich.text import Text

    from benchsuite.store import Store

    if not (results / "trials").is_dir():
        raise BenchsuiteError(
            f"there are no records in {results}. Run `benchsuite run --all` first, or name a folder with --results DIR."
        )
    console = Console()
    written = write(Store(results), registry(plugin, no_local))
    show(written.contents, console)
    if written.stale:
        console.print(f"{written.stale} of {written.records} records are stale and left out.", highlight=False)
    console.print("Report:", Text(str(written.index), style="bold"), highlight=False, soft_wrap=True)


def page(store: Store) -> Path:
    """Return where the page of a results folder lies."""
    return store.folder / "report" / "index.html"


def write(store: Store, known: Registry) -> Written:
    """Write the report and the derived table of a results folder.

    Raises:
        BenchsuiteError: If all records are stale, or a file cannot be written.
    """
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.report import Contents, write_report, write_trials

    found: dict[Freshness, list[Record]] = {freshness: [] for freshness in Freshness}
    judge = judge_of(known, store.extras)  # components that are not loaded now cannot be checked, and count
    for record in store.records():
        found[judge(record.trial, record)].append(record)
    fresh = [record for freshness, held in found.items() if freshness.counts for record in held]
    stale, missing = found[Freshness.STALE], found[Freshness.MISSING]
    records = sorted((record for held in found.values() for record in held), key=lambda record: record.id)
    if stale and not fresh:
        raise BenchsuiteError(
            f"all {len(stale)} records in {store.folder} are stale: the source code of their components changed. "
            "The report stays as it was; run the same study again to renew them."
        )
    contents = Contents(fresh)
    certificates, problems = _certificates({record.trial.task for record in fresh}, known)
    problems += [f"{plugin.name} ({plugin.origin}) is broken: {plugin.reason}" for plugin in known.broken]
    if missing:
        problems.append(
            f"{len(missing)} {'trial' if len(missing) == 1 else 'trials'} had no data, which says nothing of a recipe, and "
            f"will run again. The first: {missing[0].reason}"
        )
    probed, predicted = (
        _ids(store.folder / name) & {record.id for record in fresh} for name in ("probes", "predictions")
    )
    extras = store.extras
    try:
        index = write_report(
            contents,
            store.folder / "report",
            stale=len(stale),
            problems=problems,
            probes={key: held for key in sorted(probed) if (held := extras.probes(key)) is not None},
            predictions={key: held for key in sorted(predicted) if (held := extras.predicted(key)) is not None},
            certificates=certificates,
        )
        write_trials(records, store.folder / "trials.parquet")
    except OSError as error:
        raise BenchsuiteError(
            f"cannot write the report: {error.strerror}. Every record is whole. Mend that, and run `benchsuite report`."
        ) from None
    return Written(index, contents, len(stale), len(records))


def show(records: Contents | Iterable[Record], console: Console) -> None:
    """Print the leaderboards and the interaction grids of some records."""
    from benchsuite.report import Contents, grid_tables, leaderboard_tables

    contents = Contents.of(records)
    for table in (*leaderboard_tables(contents), *grid_tables(contents)):
        console.print(table)
        console.print()
    for line in contents.mixtures:
        console.print("[red]![/]", _plain(line), highlight=False, soft_wrap=True)


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _certificates(tasks: Iterable[str], known: Registry) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    """Return the certificates of those tasks that are known and have one, and what is wrong with others."""
    from benchsuite.certificates import committed

    found: dict[str, Mapping[str, Any]] = {}
    problems = []
    for name in sorted(set(tasks) & set(known.tables.get("task", {}))):
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

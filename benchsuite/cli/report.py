"""``benchsuite report``: write the report again from the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.registry import Registry
    from benchsuite.store import Store


def report(
    results: ResultsOption = Path("results"), plugin: PluginOption = None, no_local: NoLocalOption = False
) -> None:
    """Write results/report/index.html and leaderboard.csv from the records, and show the leaderboards."""
    from rich.console import Console

    from benchsuite.store import Store

    if not (results / "trials").is_dir():
        raise BenchsuiteError(
            f"there are no records in {results}. Run `benchsuite run --all` first, or name a folder with --results DIR."
        )
    store = Store(results)
    known = registry(plugin, no_local)
    console = Console()
    index = write(store, known)
    records = store.read_all()
    fresh = _fresh(records, known)
    show(fresh, console)
    if len(fresh) < len(records):
        console.print(f"{len(records) - len(fresh)} of {len(records)} records are stale and left out.", highlight=False)
    console.print(f"Report: [bold]{index}[/]", highlight=False, soft_wrap=True)


def write(store: Store, known: Registry) -> Path:
    """Write the report and the derived table of a results folder; return the page."""
    from benchsuite.certificates import committed
    from benchsuite.report import write_report
    from benchsuite.store import export_table

    records = store.read_all()
    fresh = _fresh(records, known)
    if records and not fresh:
        raise BenchsuiteError(
            f"all {len(records)} records in {store.folder} are stale: the source code of their components changed. "
            "The report stays as it was; run the same study again to renew them."
        )
    problems = [f"{plugin.name} ({plugin.origin}) is broken: {plugin.reason}" for plugin in known.broken]
    problems += mixed_data(fresh.values())
    certificates: dict[str, Mapping[str, Any]] = {}
    for name in sorted(
        {record["spec"]["task"]["name"] for record in fresh.values()} & set(known.tables.get("task", {}))
    ):
        try:
            found = committed(name, known)
        except BenchsuiteError as error:
            problems.append(str(error))
            continue
        if found:
            certificates[name] = found
    probes = {trial_id: found for trial_id in fresh if (found := store.probes(trial_id)) is not None}
    try:
        index = write_report(
            list(fresh.values()),
            store.folder / "report",
            stale=len(records) - len(fresh),
            problems=problems,
            probes=probes,
            predictions={trial_id: found for trial_id in fresh if (found := store.predicted(trial_id)) is not None},
            certificates=certificates,
        )
        export_table(records, store.folder / "trials.parquet")
    except OSError as error:
        raise BenchsuiteError(
            f"cannot write the report: {error.strerror}. Every record is whole. Mend that, and run `benchsuite report`."
        ) from None
    return index


def mixed_data(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each task of one version whose records were made with more than one set of data."""
    found: dict[tuple[str, int], set[str]] = {}
    for record in records:
        if checksum := record["fingerprints"].get("data"):
            task = record["spec"]["task"]
            found.setdefault((task["name"], task["version"]), set()).add(checksum)
    return [
        f"records of task {name!r} were made with different data ({', '.join(sorted(checksums))}): do not compare them."
        for (name, _), checksums in sorted(found.items())
        if len(checksums) > 1
    ]


def _fresh(records: Mapping[str, Mapping[str, Any]], known: Registry) -> dict[str, Mapping[str, Any]]:
    """Return the records whose source code is still the same; components that are not loaded now cannot be checked and count."""
    from benchsuite.execution.run import is_stale

    prints = {
        f"{kind}:{name}": entry.fingerprint for kind, table in known.tables.items() for name, entry in table.items()
    }
    return {
        trial_id: record
        for trial_id, record in records.items()
        if not is_stale(record, {key: prints[key] for key in record["fingerprints"] if key in prints})
    }


def show(records: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    """Print the leaderboards and the interaction grids of some records."""
    from benchsuite.report import grid_tables, leaderboard_tables

    held = list(records.values())
    for table in (*leaderboard_tables(held), *grid_tables(held)):
        console.print(table)
        console.print()
    for line in mixed_data(held):
        console.print(f"[red]![/] {line}", highlight=False, soft_wrap=True)

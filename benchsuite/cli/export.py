"""``benchsuite export``: records in the forms of others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, registry
from benchsuite.errors import BenchsuiteError, said_by, unknown

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import Observer
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.searches import Search

JSON = "json"
OFFLINE = "-offline"
"""Behind the name of an observer that keeps what it writes on this machine unless its own variables say otherwise."""


def export(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="csv, parquet, json, or an observer such as tensorboard, mlflow, wandb-offline.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="Where to; made if it is not there.")],
    results: Annotated[
        Path, typer.Option(metavar="DIR|BUNDLE", help="The results folder, or a bundle that somebody published.")
    ] = Path("results"),
    task: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Only of these tasks: names or globs, separated by commas."),
    ] = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Export records whose code or data changed since as well.")
    ] = False,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Write records and searches as tables or JSON, or as an observer would have written them while they ran."""
    from benchsuite.export import TABLES, replay, write_lines, write_tables
    from benchsuite.report.tables.numbers import count_of

    console = terminal()
    known = registry(plugin, no_local)
    observer = None if to in (*TABLES, JSON) else _observer(to, known, (*TABLES, JSON))
    if output.exists() and not output.is_dir():
        raise BenchsuiteError(f"--output must be a folder. Received: {output}, which is none.")
    records, searches = _held(results, known, stale, console)
    records, searches = _of_tasks(records, searches, task or ())
    try:
        if observer is not None:
            output.mkdir(parents=True, exist_ok=True)
            try:
                replay(records, observer, output.resolve())
            except BenchsuiteError:
                with suppress(OSError):
                    output.rmdir()  # if nothing was written
                raise
        elif to == JSON:
            write_lines(records, searches, output)
        else:
            write_tables(records, searches, output, to)
    except OSError as error:
        raise BenchsuiteError(
            f"cannot write the export: {said_by(error)}. Mend that and run the same command again."
        ) from None
    what = count_of(len(records), "trial")
    also = f" and {count_of(len(searches), 'search', 'searches')}" if searches and observer is None else ""
    say(console, "Exported {}{} as {}: [bold]{}[/]", what, also, to, output)


def _observer(name: str, known: Registry, formats: Sequence[str]) -> Observer:
    """Return the observer that a format names.

    Raises:
        BenchsuiteError: If there is none.
    """
    from benchsuite.cli.observers import all_observers

    found = all_observers(known)
    observer = found.get(name) or found.get(name.removesuffix(OFFLINE))
    if observer is None:
        raise unknown("format", name, [*formats, *found, *(f"{one}{OFFLINE}" for one in found)])
    return observer


def _held(results: Path, known: Registry, stale: bool, console: Console) -> tuple[list[Record], list[Search]]:
    """Return what a results folder or a bundle holds; of a folder what counts."""
    from benchsuite.bundle import is_bundle, open_bundle
    from benchsuite.damage import Damage
    from benchsuite.execution.reading import all_beside
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.record_files import some_of
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import Store

    if is_bundle(results):
        bundle = open_bundle(results)
        return bundle.records, bundle.searches
    store = Store(results, create=False)
    if not store.trials.is_dir():
        raise BenchsuiteError(
            f"there are no records in {results}. Run `benchsuite run --all` first, or name a folder or a bundle with --results."
        )
    damaged: list[Damage] = []
    judge = judge_of(known, store.extras)
    judged = [(record, judge(record.trial, record)) for record in all_beside(store.trials, damaged)]
    records = [record for record, found in judged if found.counts or (stale and found is Freshness.STALE)]
    searches = list(store.searches(damaged))
    for line in some_of(damaged, store.folder):
        say(console, "[yellow]![/] {}", line)
    if left := len(judged) - len(records):
        what = count_of(left, "record")
        say(console, "Left out: {}, stale or without data{}.", what, "" if stale else " (--stale exports stale ones)")
    return records, searches


def _of_tasks(
    records: Sequence[Record], searches: Sequence[Search], wanted: Sequence[str]
) -> tuple[list[Record], list[Search]]:
    """Return what is of the tasks that somebody named.

    Raises:
        BenchsuiteError: If nothing is.
    """
    if not wanted:
        return list(records), list(searches)
    patterns = [part.strip() for text in wanted for part in text.split(",")]
    tasks = {record.trial.task for record in records}
    for pattern in patterns:
        if not any(fnmatchcase(task, pattern) for task in tasks):
            raise unknown("task among these records:", pattern, tasks)
    chosen = {task for task in tasks if any(fnmatchcase(task, pattern) for pattern in patterns)}
    return (
        [record for record in records if record.trial.task in chosen],
        [search for search in searches if search.task in chosen],
    )

"""The report of a run: renewed at its end, and after Ctrl-C."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from benchsuite.execution import Summary
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.report import Contents
    from benchsuite.store import Store
    from benchsuite.trial import Trial

AT_ONCE = 20_000
"""A run renews the report of a folder with up to so many records; of more, the user says when."""


def stopped(
    planned: Mapping[str, Trial] | None, known: Registry, store: Store, console: Console, stop: KeyboardInterrupt
) -> None:
    """Say what there is, and write the report of it; a batch system or a closed terminal waits for none.

    Args:
        planned: The trials by id; ``None`` where they are not known beforehand.
        known: The plugins that were found.
        store: The results folder.
        console: Where to say it.
        stop: What stopped the run.
    """
    from benchsuite.errors import BenchsuiteError
    from benchsuite.execution.signals import Ended

    if planned is None:
        stored = len(store.ids())
        say(console, "Stopped. The results folder has {} records; the same command goes on from here.", stored)
    else:
        stored, many = sum(store.path(trial_id).exists() for trial_id in planned), len(planned)
        say(console, "Stopped. {} of {} trials have records; the same command goes on from here.", stored, many)
    if not stored:
        return
    if isinstance(stop, Ended):
        _tell_how(store, console)
        return
    try:
        index, note, _ = renewed(store, known, None, console)
    except KeyboardInterrupt:
        _tell_how(store, console)
    except BenchsuiteError as error:  # the records are whole
        say(console, "[yellow]![/] {}", error)
    else:
        tell_report(index, note, console)


def tell_report(index: Path | None, note: str, console: Console) -> None:
    """Say where the report is, or why it was not renewed."""
    if index:
        say(console, "Report: [bold]{}[/]{}", index, note)
    elif note:
        say(console, "{}", note)


def report_command(store: Store) -> str:
    """Return the command that writes the report of a results folder."""
    if store.folder == Path("results").resolve():
        return "benchsuite report"
    return f"benchsuite report --results {shlex.quote(str(store.folder))}"


def _tell_how(store: Store, console: Console) -> None:
    say(console, "`{}` writes the report of what is there.", report_command(store))


def renewed(
    store: Store,
    known: Registry,
    summary: Summary | None,
    console: Console,
    held: Mapping[str, Record] | None = None,
) -> tuple[Path | None, str, Contents | None]:
    """Renew the report if that is worth its time.

    Args:
        store: The results folder.
        known: The plugins that were found.
        summary: Of the run; ``None`` if it was stopped.
        console: Where to say what is wrong with records.
        held: By id, records that this process has read; those of the run unless given.

    Returns:
        Where it is, if it is as new as the records; what to add to that; and what is in it, if it was made now.
    """
    from benchsuite.cli.report import made_of, page, write

    count = len(store.ids())
    index = page(store)
    idle = summary is not None and not summary.ran and not summary.stale
    if idle and index.is_file() and made_of(store) == store.state():
        return index, " (as it was: the records are the same)", None
    if count > AT_ONCE:
        return None, f"The report of {count:,} records was not renewed: `{report_command(store)}` does it.", None
    written = write(store, known, held=summary.records if summary and held is None else held)
    for line in written.damaged:
        say(console, "[yellow]![/] {}", line)
    return written.index, "", written.contents

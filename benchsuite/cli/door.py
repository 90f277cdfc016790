"""The ordinary door for verbs that run trials and draw something of their own: records, resume, live display."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import typer

from benchsuite.cli.console import say
from benchsuite.execution.observer import Watcher

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from benchsuite.execution import Options, Summary
    from benchsuite.registry import Registry
    from benchsuite.sources import Source
    from benchsuite.store import Store
    from benchsuite.study import Execution


class Display(Watcher, Protocol):
    """Watches a run, from its beginning to its end."""

    def __enter__(self) -> Watcher:
        """Begin."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, whatever happened."""
        ...


def carried_out(
    source: Source,
    known: Registry,
    execution: Execution,
    options: Options,
    store: Store,
    console: Console,
    display: Display,
) -> Summary:
    """Run what a source proposes and has no record; return what was done, with all its records.

    Args:
        source: Proposes trials.
        known: The plugins that were found.
        execution: How trials are run.
        options: What workers are told.
        store: The results folder.
        console: Where to.
        display: Watches.

    Raises:
        typer.Exit: After Ctrl-C, with 1; what was finished is stored.
    """
    from benchsuite.cli.observers import chosen, switch_on
    from benchsuite.execution import LocalExecutor, run_source
    from benchsuite.execution.signals import heard

    observers = chosen(known, execution.observer)
    with heard():
        switch_on(known, observers, execution.results.resolve())
        listened = bool(known.hooks.hook.epoch_finished.get_hookimpls())
        options = replace(options, results=store.identity, epochs=listened)
        try:
            with display as watcher:
                return run_source(source, known, store, LocalExecutor(options), options, watcher, execution.timeout)
        except KeyboardInterrupt:
            say(console, "Stopped. What was finished is stored; the same command goes on from here.")
            raise typer.Exit(1) from None


def say_broken(known: Registry, console: Console) -> None:
    """Name the plugins that are broken."""
    for problem in known.broken:
        say(console, "[yellow]![/] {}: {} is broken: {}", problem.origin, problem.name, problem.reason)

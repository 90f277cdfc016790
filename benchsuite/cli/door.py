"""The ordinary door for verbs that run trials and draw something of their own: records, resume, live display."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

import typer

from benchsuite.cli.console import say
from benchsuite.execution.observer import Watcher

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from benchsuite.cli.sharded import StudyShard
    from benchsuite.execution import Options, Summary
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.sources import Source, Together
    from benchsuite.store import Store
    from benchsuite.study import Execution, Invocation, Study
    from benchsuite.trial import Trial


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
    source: Source | Together,
    known: Registry,
    execution: Execution,
    options: Options,
    store: Store,
    console: Console,
    display: Display,
    part: StudyShard | None = None,
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
        part: Of which study it is a part, and which; a whole one unless given.

    Raises:
        typer.Exit: After Ctrl-C, with 1; what was finished is stored.
    """
    from benchsuite.cli.observers import chosen, switch_on
    from benchsuite.cli.workers import by_workers
    from benchsuite.execution.signals import heard

    observers = chosen(known, execution.observer)
    with heard():
        switch_on(known, observers, execution.results.resolve())
        try:
            with display as watcher:
                summary = by_workers(source, known, options, store, watcher, execution.timeout, part)
                if part is None:  # what decides something needs all of them, and more than once
                    summary.records = dict(summary.records.items())
                return summary
        except KeyboardInterrupt:
            say(console, "Stopped. What was finished is stored; the same command goes on from here.")
            raise typer.Exit(1) from None


def records_of(
    study: Study,
    execution: Execution,
    invocation: Invocation,
    known: Registry,
    console: Console,
    also: Callable[[Iterable[Trial]], Sequence[Trial]] = tuple,
    *,
    then: str = "says what came of it",
) -> dict[str, Record]:
    """Run what a study lacks and return all its records; of a dry run say what would run, and return none, as of a shard.

    Args:
        study: What to run.
        execution: How.
        invocation: Whether it is a dry run, or a part of the study.
        known: The plugins that were found.
        console: Where to.
        also: Makes of the study's trials those that run.
        then: What the same command does once all shards are joined, as a verb and its object.

    Raises:
        typer.Exit: After Ctrl-C, or if a shard could not complete, with 1; what was finished is stored.
    """
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.run import prepare
    from benchsuite.cli.sharded import StudyShard
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.sources import Planned
    from benchsuite.store import Store

    planned, options = prepare(study, execution, invocation, known)
    say_broken(known, console)
    trials = also(planned.trials.values())
    store = Store(execution.results.resolve(), create=not invocation.dry_run)
    if shard := invocation.part:
        part = StudyShard(Planned(trials), shard)
        run_part(part, known, execution, options, store, console, then, dry_run=invocation.dry_run)
        return {}
    if invocation.dry_run:
        there = sum(store.path(trial.id).exists() for trial in trials)
        what = count_of(len(trials), "trial")
        say(console, "[bold]{}[/]; {} have a record already. Nothing was written.", what, there)
        return {}
    progress = Progress(console, known, options.workers)
    summary = carried_out(Planned(trials), known, execution, options, store, console, progress)
    say(console, "{}", progress.closing_line(summary))
    return dict(summary.records)


def run_part(
    part: StudyShard,
    known: Registry,
    execution: Execution,
    options: Options,
    store: Store,
    console: Console,
    then: str,
    *,
    dry_run: bool = False,
) -> None:
    """Run a part of a study, and say how it is joined with the others: what all of them say is no shard's to tell.

    Args:
        part: Of which study, and which.
        known: The plugins that were found.
        execution: How trials are run.
        options: What workers are told.
        store: The results folder.
        console: Where to.
        then: What the same command does once all shards are joined, as a verb and its object.
        dry_run: Whether only that is said what would run.

    Raises:
        typer.Exit: After Ctrl-C, or if something of the part has no record, with 1; what was finished is stored.
    """
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.searches import SearchesDisplay
    from benchsuite.cli.sharded import tell_how_to_join, tell_left, tell_part
    from benchsuite.execution.sharing import planned_by, share_of
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.sources import alone

    share = share_of(part.whole, part.shard, known)
    trials = {trial.id for one in share.sources for trial in planned_by(one) or ()}
    searches = [one for one in share.sources if planned_by(one) is None]
    every = alone(part.whole)
    if all_searches := sum(planned_by(one) is None for one in every):
        tell_part(part.shard, [(len(searches), all_searches, "searches")], console)
    else:
        of = {trial.id for one in every for trial in planned_by(one) or ()}
        tell_part(part.shard, [(len(trials), len(of), "trials")], console)
    most = len(trials) + sum(int(getattr(one, "most_trials", 0)) for one in searches)
    if dry_run:
        there = sum(store.path(id).exists() for id in trials)
        what = "up to " * bool(searches) + count_of(most, "trial")
        known_there = "" if searches else f"; {there} have a record already"
        say(console, "[bold]{}[/]{}. Nothing was written.", what, known_there)
        return
    progress = Progress(console, known, options.workers)
    display: Display = SearchesDisplay(progress, most) if searches else progress
    summary = carried_out(share, known, execution, options, store, console, display, part)
    say(console, "{}", progress.closing_line(summary))
    whole = tell_left(summary, len(trials), console)
    whole = whole and all(getattr(one, "search", None) is not None for one in searches)
    tell_how_to_join(part.shard, execution.results, console, then, whole=whole)
    if not whole:
        raise typer.Exit(1)


def say_broken(known: Registry, console: Console) -> None:
    """Name the plugins that are broken."""
    for problem in known.broken:
        say(console, "[yellow]![/] {}: {} is broken: {}", problem.origin, problem.name, problem.reason)

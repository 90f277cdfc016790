"""What ``benchsuite run`` says and keeps of searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from benchsuite.cli.console import say

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from rich.console import Console

    from benchsuite.cli.progress import Progress
    from benchsuite.execution import Options
    from benchsuite.execution.observer import Watcher
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.searches import Search
    from benchsuite.store import Store
    from benchsuite.studies.plan import Plan
    from benchsuite.trial import Trial
    from benchsuite.tuning.tracks import TrackPlan

MOST_NAMED = 10


class OfSearches:
    """A watcher of searches, whose later trials nobody has proposed yet: it shows another one how many there will be.

    Args:
        display: Shows a run whose trials are all known.
        expected: How many trials the searches propose at most.
    """

    def __init__(self, display: Watcher, expected: int) -> None:
        self._display, self._expected = display, expected
        self._ran = self._known = self._all = 0

    def planned(self, done: int, waiting: int, stale: int, seconds: float) -> None:
        """Show all that will be proposed, at the pace of what was."""
        self._known, self._all = waiting, max(waiting, self._expected - done)
        if waiting:
            self._display.planned(done, self._all, stale, self._scaled(seconds))

    def started(self, trial: Trial, worker: int) -> None:
        """Show what a worker does."""
        self._display.started(trial, worker)

    def finished(self, trial: Trial, worker: int, record: Record, left: float) -> None:
        """Show a trial that ended."""
        self._ran += 1
        self._display.finished(trial, worker, record, self._scaled(left))

    def placed(self, worker: int, node: str) -> None:
        """Show where a worker is."""
        self._display.placed(worker, node)

    def problem(self, text: str) -> None:
        """Say that something went wrong beside the trials."""
        self._display.problem(text)

    def _scaled(self, seconds: float) -> float:
        known, left = self._known - self._ran, self._all - self._ran
        return seconds * left / known if known > 0 else seconds


class SearchesDisplay(OfSearches):
    """The progress of searches, whose later trials nobody has proposed yet.

    Args:
        progress: Shows a run.
        most: How many trials there are at most.
    """

    def __init__(self, progress: Progress, most: int) -> None:
        super().__init__(progress, most)
        self._progress = progress

    def __enter__(self) -> Watcher:
        """Begin."""
        self._progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, whatever happened."""
        self._progress.__exit__(kind, error, trace)


def keep(store: Store, ended: list[Search]) -> Callable[[Search], None]:
    """Return what writes each search that has ended, and remembers it.

    One that was asked for before, with other evaluation seeds, keeps those as well.

    Args:
        store: The results folder.
        ended: Filled with them.
    """

    before = {search.id: search for search in store.searches([])}

    def kept(search: Search) -> None:
        search = search.evaluated_with(before.get(search.id))
        store.write_search(search)
        ended.append(search)

    return kept


def searches_line(tracked: TrackPlan) -> str:
    """Return what will be searched, in one line."""
    from benchsuite.report.tables.numbers import count_of

    many = len(tracked.entrants)
    rows = count_of(many, "search", "searches") if tracked.protocol.tuner else count_of(many, "row")
    return f"{tracked.protocol.words}. {rows}: up to {count_of(tracked.most_trials, 'trial')}."


def tell_searches(searches: Sequence[Search], tracked: TrackPlan, console: Console) -> None:
    """Say how many searches ended, and of which the optimum lies at an edge.

    Args:
        searches: Those that ended.
        tracked: What was asked for.
        console: Where to say it.
    """
    from benchsuite.report.tables.numbers import count_of

    if tracked.protocol.tuner is None:
        return
    trials = {id for search in searches for id in search.tuning_ids}
    better = sum(bool(search.chosen) for search in searches)
    many = count_of(len(searches), "search", "searches")
    say(
        console, "{} ended, with {} in all; {} chose another setting than the default.", many,
        count_of(len(trials), "tuning trial"), better,
    )  # fmt: skip
    at = [search for search in searches if search.edges]
    for search in at[:MOST_NAMED]:
        where = ", ".join(f"{name} {side}" for name, side in search.edges.items())
        say(
            console,
            "[yellow]![/] {} on {}: the optimum lies at the edge of what was searched: {}",
            search.selection,
            search.task,
            where,
        )
    if len(at) > MOST_NAMED:
        say(console, "[yellow]![/] … and {} more with an optimum at an edge", len(at) - MOST_NAMED)


def dry_run_of_track(
    planned: Plan, tracked: TrackPlan, known: Registry, results: Path, options: Options, console: Console
) -> None:
    """Say what would be searched and how long it would take; write nothing."""
    from benchsuite.cli.pace import Pace
    from benchsuite.cli.progress import clock
    from benchsuite.execution import Forecast, learn_from, others_of
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import DamagedRecord, Store

    store = Store(results, create=False)
    judge = judge_of(known, store.extras, options.extras)
    forecast = Forecast(known)

    def fresh(trial: Trial) -> Record | None:
        try:
            record = store.read(trial.id)
        except DamagedRecord:
            return None
        return record if judge(trial, record) is Freshness.FRESH else None

    replayed = tracked.replayed(fresh)
    for trial in replayed.missing:
        forecast.add(trial)
    if replayed.missing:
        learn_from(forecast, others_of(store, ()))
    say(console, "[bold]{}[/]", searches_line(tracked))
    say(console, "{} of them have a record already.", len(replayed.found))
    for task, count in sorted(tracked.tasks.items()):
        rows = sum(entrant.task.name == task for entrant in tracked.entrants)
        say(console, "  {:24} {}, {}", task, count_of(rows, "row"), count_of(count, "trial"))
    if planned.changes:
        say(console, "baseline with {}", ", ".join(f"{name}={text}" for name, text in planned.changes))
    pace = Pace(options.workers)
    pace.planned(forecast.seconds, len(replayed.missing))
    expected = clock(pace.remaining())
    say(console, "Predicted: {} with {}. Nothing was written.", expected, count_of(options.workers, "worker"))

"""The live display of a run: what is done, what each worker does, what failed, how long it will take."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from types import TracebackType

from rich.console import Console, Group
from rich.file_proxy import FileProxy
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from benchsuite.cli.console import Harmless, cell, say
from benchsuite.cli.nodes import NodesAtWork
from benchsuite.cli.pace import Pace
from benchsuite.execution import Summary
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.report.tables.numbers import count_of
from benchsuite.selection import baseline
from benchsuite.text import one_line
from benchsuite.trial import Trial

PLAIN_EVERY = 10.0
PLAIN_SHARE = 0.01
"""Two plain lines lie at least this share of the time that has passed apart: an hour has some 200 of them, a day some 500."""
MOST_FAILURES = 50
"""Reasons of failures that are said while a run goes on; some have the number of a step in them."""
MOST_PROBLEMS = 100


class SaidOnce:
    """What was said of many things that are alike: each once, and of many the first.

    Args:
        most: So many are said.

    Attributes:
        left: How many things were not said, and are like none that was.
    """

    def __init__(self, most: int) -> None:
        self.left = 0
        self._most = most
        self._counts: Counter[tuple[str, ...]] = Counter()

    def is_news(self, *thing: str) -> bool:
        """Count a thing, and say whether it is to be said."""
        if thing not in self._counts and len(self._counts) >= self._most:
            self.left += 1
            return False
        self._counts[thing] += 1
        return self._counts[thing] == 1

    def again(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield what came more than once, and how often after the first time."""
        yield from ((thing, count - 1) for thing, count in self._counts.items() if count > 1)


class Progress:
    """An observer of a run: a live display on a terminal, plain lines elsewhere.

    Args:
        console: Where to.
        registry: For the baselines that trials are described against.
        workers: Number of workers.
    """

    def __init__(self, console: Console, registry: Registry, workers: int) -> None:
        self._console = console
        self._registry = registry
        self._workers = workers
        self._live: Live | None = None
        self._begun = time.monotonic()
        self._total = 0
        self._is_planned = False
        self._pace = Pace(workers)
        self._outcomes: Counter[Outcome] = Counter()
        self._failures_told = SaidOnce(MOST_FAILURES)
        self._problems_told = SaidOnce(MOST_PROBLEMS)
        self._running: dict[int, tuple[Trial, float]] = {}
        self._nodes = NodesAtWork()
        self._baselines: dict[str, Recipe] = {}
        self._said = 0.0
        self._lock = threading.Lock()

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._live = Live(
                self, console=self._console, refresh_per_second=4, transient=True,
                redirect_stdout=False, redirect_stderr=False,
            )  # fmt: skip
            self._live.start()
            # What a hook prints stands above the display, and its escapes are shown before rich would obey them.
            self._streams = sys.stdout, sys.stderr
            above = Harmless(FileProxy(self._console, self._console.file))  # type: ignore[arg-type]  # it is one
            sys.stdout = sys.stderr = above
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            sys.stdout.flush()
            sys.stdout, sys.stderr = self._streams
            self._live.stop()
        for (task, outcome, reason), count in self._failures_told.again():
            more = count_of(count, "more trial")
            say(self._console, "[red]{}[/] {}, {} for the same reason: {}", outcome, task, more, reason)
        if self._failures_told.left:
            more = count_of(self._failures_told.left, "more trial")
            say(self._console, "[red]{}[/] failed for other reasons: the report lists all failures.", more)
        for (text,), count in self._problems_told.again():
            say(self._console, "[yellow]![/] {} more: {}", count_of(count, "time"), text)
        if self._problems_told.left:
            say(
                self._console,
                "[yellow]![/] {} like these are left out.",
                count_of(self._problems_told.left, "more line"),
            )

    def planned(self, done: int, waiting: int, stale: int, seconds: float) -> None:
        """Remember the plan and, where there is something to run, say it; what a source adds later is only counted."""
        first = not self._total
        self._total, self._is_planned = waiting, True
        self._pace.planned(seconds, waiting - self._count())
        if first:
            self._begun = self._said = time.monotonic()
        if first and waiting:
            again = f", {stale} of them again because their records are stale" if stale else ""
            say(
                self._console, "{} to run{}; {} have a record already. Workers: {}. Predicted: {}.",
                count_of(waiting, "trial"), again, done, self._workers,
                clock(self._pace.remaining()),
            )  # fmt: skip

    def started(self, trial: Trial, worker: int) -> None:
        """Show what a worker does."""
        with self._lock:
            self._running[worker] = (trial, time.monotonic())
        self._pace.started(worker)

    def finished(self, trial: Trial, worker: int, record: Record, left: float) -> None:
        """Count a trial; say at once when one failed, of a task's trials that fail for one reason only the first."""
        with self._lock:
            self._outcomes[record.outcome] += 1
            self._running.pop(worker, None)
            self._nodes.ended(worker)
        self._pace.finished(worker, record.costs.wall_seconds, left)
        if record.outcome.failed and self._failures_told.is_news(trial.task, record.outcome, record.reason):
            say(self._console, "[red]{}[/] {}: {}", record.outcome, self._describe(trial), record.reason)
        now = time.monotonic()
        if self._live is None and now - self._said >= max(PLAIN_EVERY, PLAIN_SHARE * (now - self._begun)):
            self._said = now
            say(
                self._console, "{} of {} trials, {} failed, {} left",
                self._count(), self._total, self._failures(), clock(self._pace.remaining()),
            )  # fmt: skip

    def placed(self, worker: int, node: str) -> None:
        """Show a worker on its node, or no more; what it was doing will begin again."""
        with self._lock:
            self._nodes.placed(worker, node)
            if not node:
                self._running.pop(worker, None)
            workers = max(len(self._nodes.workers), 1)
        if not node:
            self._pace.lost(worker)
        if workers > self._workers or not node:  # until then some are on their way
            self._workers = workers
            self._pace.shared_by(workers)

    def problem(self, text: str) -> None:
        """Say that something went wrong beside the trials; what goes wrong in every trial is said once."""
        if self._problems_told.is_news(text):
            say(self._console, "[yellow]![/] {}", text)

    def closing_line(self, summary: Summary) -> str:
        """Return the run in one line."""
        if not self._total:
            have = "1 trial has a record" if summary.done == 1 else f"{summary.done:,} trials have records"
            return f"{have} already; nothing was computed again."
        parts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(summary.outcomes.items()))
        had = f"; {summary.done} had records" if summary.done else ""
        ran = count_of(summary.ran, "trial")
        took = clock(time.monotonic() - self._begun)
        needed = summary.compiled + summary.loaded
        kept = f" Of {count_of(needed, 'compiled function')} {summary.loaded} came from the cache." if needed else ""
        return f"{ran} in {took}: {parts}{had}.{self._nodes.line()}{kept}"

    def __rich__(self) -> Group:
        if not self._is_planned:  # there may be a hundred thousand records to read
            return Group(cell("Reading the records that are there …", "dim"))
        with self._lock:
            running = dict(self._running)
            workers = self._nodes.workers if self._nodes else range(min(self._workers, max(self._total, 1)))
            named = {worker: self._nodes.called(worker) for worker in workers}
        head = Table.grid(padding=(0, 2))
        head.add_row(
            cell(f"{self._count()} / {self._total} trials", "bold"),
            ProgressBar(total=max(self._total, 1), completed=self._count(), width=24),
            cell(f"{self._failures()} failed", "red" if self._failures() else "dim"),
            cell(f"{clock(self._pace.remaining())} left", "dim"),
        )
        rows = Table.grid(padding=(0, 1))
        rows.add_column()
        rows.add_column(no_wrap=True, overflow="ellipsis")
        rows.add_column()
        if self._nodes.many:
            self._nodes.add_rows(rows, set(running))
            return Group(head, rows)
        for worker, name in named.items():
            if worker in running:
                trial, since = running[worker]
                rows.add_row(
                    cell(name, "dim"),
                    cell(one_line(self._describe(trial))),
                    cell(f"{time.monotonic() - since:.0f} s", "dim"),
                )
            else:
                rows.add_row(cell(name, "dim"), cell("—", "dim"), "")
        return Group(head, rows)

    def _count(self) -> int:
        return sum(self._outcomes.values())

    def _failures(self) -> int:
        return sum(count for outcome, count in self._outcomes.items() if outcome.failed)

    def _describe(self, trial: Trial) -> str:
        """Name a trial by its task, what differs from the baseline, and its seed."""
        if trial.task not in self._baselines:
            self._baselines[trial.task] = baseline(self._registry.task(trial.task), self._registry)
        base = self._baselines[trial.task]
        parts = [
            f"{kind}={'+'.join(setting.describe(self._registry.component(kind, setting.name)) for setting in settings)}"
            for kind, settings in trial.recipe.settings
            if settings != base[kind]
        ]
        return " ".join((trial.task, *(parts or ["baseline"]), f"seed={trial.seed}"))


def clock(seconds: float) -> str:
    """Return a time as ``41 s``, ``12 min 05 s`` or ``3 h 20 min``."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"

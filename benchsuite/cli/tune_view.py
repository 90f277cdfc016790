"""What is seen of a search while it runs: with one worker one model, closely; with several all of them side by side."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from benchsuite.cli.blocks import FINE, PLAIN, area, spark
from benchsuite.cli.console import cell, say
from benchsuite.cli.progress import Progress
from benchsuite.hookspecs import hookimpl
from benchsuite.report.drawings.axis_scale import AxisScale, axis_scale
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.text import one_line
from benchsuite.tuning.validation import Validation

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import EpochResult
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.trial import Trial

HEIGHT, WIDTH = 8, 60
"""Of the one curve that is watched closely, in letters."""
LEAST_WIDTH = 40
SPARK = 18
KEPT = 5
"""Of the best settings that are shown."""


class TuneView(Progress):
    """Watches a search.

    Args:
        console: Where to.
        registry: Of the plugins that were found.
        workers: Their number.
        describe: Returns what the setting of a trial is, in words.
        measure: Key of what is watched in a curve, such as ``validation_accuracy``.
        larger: Whether larger is better.
    """

    def __init__(
        self,
        console: Console,
        registry: Registry,
        workers: int,
        describe: Callable[[Trial], str],
        measure: str,
        larger: bool,
    ) -> None:
        super().__init__(console, registry, workers)
        self._words, self._measure, self._larger = describe, measure, larger
        self._letters = FINE if (console.encoding or "").lower().startswith("utf") else PLAIN
        self._curves: dict[str, deque[float]] = {}
        self._budgets: dict[str, int] = {}
        self._best: list[tuple[float, str]] = []
        self._best_curve: tuple[float, ...] = ()
        self._told = 0

    @property
    def close(self) -> bool:
        """Whether one model is watched closely."""
        return self._workers == 1

    @hookimpl
    def epoch_finished(self, epoch: EpochResult) -> None:
        """Take the next point of a curve."""
        value = epoch.values.get(self._measure)
        with self._lock:
            held = self._curves.setdefault(epoch.id, deque())
            held.append(math.nan if value is None else value)

    def started(self, trial: Trial, worker: int) -> None:
        """Begin a curve."""
        with self._lock:
            self._curves[trial.id] = deque()
            self._budgets[trial.id] = trial.stop or trial.epochs
        super().started(trial, worker)

    def finished(self, trial: Trial, worker: int, record: Record, left: float) -> None:
        """Say what came of a setting, and whether it is the best one so far."""
        with self._lock:
            self._curves.pop(trial.id, None)
        super().finished(trial, worker, record, left)
        if trial.seed < FIRST_TUNING_SEED:
            return
        self._told += 1
        score = Validation.of(record).score
        words = self._words(trial)
        if score is None:
            return  # said by the display already
        if trial.stop is not None:
            self._say(score, f"{words} (stopped after epoch {trial.stop})", "")
            return
        first = not self._best or score > self._best[0][0]
        with self._lock:
            self._best = sorted([*self._best, (score, words)], key=lambda one: -one[0])[:KEPT]
            if first and self._measure in record.curves:
                self._best_curve = tuple(record.curves[self._measure].tolist())
        self._say(score, words, "best so far" if first else "")

    def _say(self, score: float, words: str, then: str) -> None:
        """Say what came of a setting in one line that is no wider than the terminal."""
        room = max(self._console.width, LEAST_WIDTH) - 18 - (len(then) + 2 if then else 0)
        words = words if len(words) <= room else f"{words[: room - 1]}…"
        say(self._console, "{:4}  {:>9}  {}{}", self._told, self._shown(score), words, f"  {then}" if then else "")

    def __rich__(self) -> Group:
        head = super().__rich__().renderables[0]
        with self._lock:
            running = {worker: trial for worker, (trial, _) in self._running.items()}
            curves = {key: tuple(values) for key, values in self._curves.items()}
            best, best_curve = list(self._best), self._best_curve
        if self.close:
            return Group(head, *self._one(running, curves, best_curve), *self._leaders(best))
        return Group(head, self._many(running, curves, best_curve), *self._leaders(best))

    def _one(
        self, running: Mapping[int, Trial], curves: Mapping[str, tuple[float, ...]], best: tuple[float, ...]
    ) -> list[Text]:
        """Draw the one model that trains: its curve as an area, the best one's as a line below."""
        trial = next(iter(running.values()), None)
        curve = curves.get(trial.id, ()) if trial else ()
        scale = self._scale(curve, best)
        low, high = self._ends(scale, curve, best)
        named = self._describe(trial) if trial else "—"
        lines = area(self._wide(map(scale.place, curve), trial), low, high, WIDTH, HEIGHT, self._letters)
        now = f"{curve[-1]:.4g}" if curve else ""
        epoch = f"epoch {len(curve) - 1} of {self._budgets[trial.id]}" if trial and curve else ""
        found = [cell(one_line(f"{named}   {epoch}   {now}"), "bold")]
        marks = {0: f"{scale.value(high):.4g}", HEIGHT - 1: f"{scale.value(low):.4g}"}
        found += [cell(f"{marks.get(row, ''):>10} {line}") for row, line in enumerate(lines)]
        if best:
            found.append(
                cell(
                    f"{'best':>10} {spark(self._wide(map(scale.place, best), trial), low, high, WIDTH, self._letters)}",
                    "dim",
                )
            )
        return found

    def _many(
        self, running: Mapping[int, Trial], curves: Mapping[str, tuple[float, ...]], best: tuple[float, ...]
    ) -> Table:
        """Draw all models that train, one a line."""
        scale = self._scale(best, *curves.values())
        low, high = self._ends(scale, best, *curves.values())
        rows = Table.grid(padding=(0, 1))
        rows.add_column(no_wrap=True)
        rows.add_column(no_wrap=True)
        rows.add_column(justify="right", no_wrap=True)
        rows.add_column(no_wrap=True, overflow="ellipsis")
        for worker in range(self._workers):
            trial = running.get(worker)
            curve = curves.get(trial.id, ()) if trial else ()
            line = spark(self._wide(map(scale.place, curve), trial, SPARK), low, high, SPARK, self._letters)
            value = f"{curve[-1]:.4g}" if curve else "—"
            words = one_line(self._describe(trial)) if trial else ""
            rows.add_row(cell(f"worker {worker}", "dim"), cell(f"{line:{SPARK}}"), cell(value), cell(words))
        return rows

    def _leaders(self, best: list[tuple[float, str]]) -> list[Text]:
        return [
            cell(one_line(f"{'best ' if not place else '':>10} {self._shown(score)}  {words}"), "" if place else "bold")
            for place, (score, words) in enumerate(best[: 1 if self.close else 3])
        ]

    def _wide(self, places: Iterable[float], trial: Trial | None, width: int = WIDTH) -> list[float]:
        """Return a curve as long as what is drawn, if its epochs are fewer: an epoch is then several letters wide."""
        curve = list(places)
        whole = (self._budgets.get(trial.id, len(curve)) if trial else len(curve)) + 1
        repeat = max(1, width // max(whole, 1))
        return [value for value in curve for _ in range(repeat)]

    def _scale(self, *curves: tuple[float, ...]) -> AxisScale:
        """Return the scale on which the steps near the best value show as well as those at the beginning."""
        quantity = self._measure.partition("_")[2]
        return axis_scale(quantity, "max" if self._larger else "min", [value for curve in curves for value in curve])

    def _ends(self, scale: AxisScale, *curves: tuple[float, ...]) -> tuple[float, float]:
        known = [scale.place(value) for curve in curves for value in curve if math.isfinite(value)]
        return (min(known), max(known)) if known else (0.0, 1.0)

    def _describe(self, trial: Trial) -> str:
        if trial.seed < FIRST_TUNING_SEED:
            return f"the chosen setting, seed {trial.seed}"
        return self._words(trial)

    def _shown(self, score: float) -> str:
        return f"{score if self._larger else -score:.4g}"

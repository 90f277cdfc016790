"""What is noted of a trial while it trains, and the results that come of it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypedDict

from benchsuite.components import Task
from benchsuite.curves import Curves, Number
from benchsuite.data import PARTS
from benchsuite.record import Reached, Results, Values

ALONE = 0.9
"""An epoch had its core to itself if the processor worked for so much of its time."""
LEAST_TIMED = 0.2
"""A step's time is that of such epochs, where they hold at least so much of all steps."""


class Logbook:
    """What is noted while a trial trains: every measure at each evaluated epoch, 0 (before training) first, steps and times.

    Args:
        measures: What is measured on each part, ``loss`` first.
        lanes: How many trials the program trains side by side: with more than one no step is timed.
    """

    def __init__(self, measures: tuple[str, ...], lanes: int = 1) -> None:
        self.measures = measures
        names = [f"{part}_{measure}" for part in PARTS for measure in measures]
        self.values: dict[str, list[Number]] = {name: [] for name in ("epoch", "step", "running_loss", *names)}
        self.steps = 0
        """Steps done so far."""
        self._train = self._evaluate = self._processor = 0.0
        self._epochs: list[Stretch] = []
        self._until = Stretch(0, 0.0, 0.0)
        self._lanes = lanes
        self._train_at: list[float] = []

    def __len__(self) -> int:
        return len(self._train_at)

    def add(self, epoch: int, running_loss: float | None, measured: dict[str, float]) -> None:
        """Add one evaluated epoch; numbers that are not finite are kept as ``None``."""
        row: Values = {"epoch": epoch, "step": self.steps, "running_loss": running_loss, **measured}
        for name, value in row.items():
            self.values[name].append(value if value is not None and math.isfinite(value) else None)
        self._train_at.append(self._train)
        until = Stretch(self.steps, self._train, self._processor)
        self._epochs.append(until.since(self._until))
        self._until = until

    @contextmanager
    def training(self, share: float = 1.0) -> Iterator[None]:
        """Count the time inside as training, or a share of it where other trials are trained at once."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self._train += share * (time.perf_counter() - wall)
        self._processor += share * (time.process_time() - processor)

    @contextmanager
    def evaluating(self, share: float = 1.0) -> Iterator[None]:
        """Count the time inside as evaluation, or a share of it."""
        wall = time.perf_counter()
        yield
        self._evaluate += share * (time.perf_counter() - wall)

    def timings(self) -> Timings:
        """Return the record's timings of training and evaluation.

        What a step takes is that of the epochs in which the core was not shared: who shares it for moments, such as the
        run that stores a neighbour's record, costs these and not the timing of a whole trial.
        """
        timed = _of_all([epoch for epoch in self._epochs if epoch.alone])
        if timed.steps < LEAST_TIMED * self._until.steps or not timed.steps:
            timed = self._until
        return {
            "train_seconds": self._train,
            "evaluate_seconds": self._evaluate,
            "train_seconds_at": tuple(self._train_at),
            "step_milliseconds": 1000 * timed.wall / timed.steps if timed.steps and self._lanes == 1 else None,
            "cpu_share": timed.processor / timed.wall if timed.wall else None,
        }

    def curves(self) -> Curves:
        """Return the record's curves."""
        return Curves(self.values)

    def last(self) -> Values:
        """Return all that was noted of the last epoch."""
        return {name: values[-1] for name, values in self.values.items()}

    def row(self, index: int) -> Values:
        """Return all values of one evaluated epoch."""
        return {name: values[index] for name, values in self.values.items() if name != "running_loss"}


class Stretch(NamedTuple):
    """Training of some epochs: its steps, and the seconds that passed and that the processor worked."""

    steps: int
    wall: float
    processor: float

    def since(self, before: Stretch) -> Stretch:
        """Return what was added to ``before``."""
        return Stretch(self.steps - before.steps, self.wall - before.wall, self.processor - before.processor)

    @property
    def alone(self) -> bool:
        """Whether it had its core to itself."""
        return self.steps > 0 and self.processor >= ALONE * self.wall


def _of_all(epochs: Iterable[Stretch]) -> Stretch:
    steps, wall, processor = 0, 0.0, 0.0
    for epoch in epochs:
        steps, wall, processor = steps + epoch.steps, wall + epoch.wall, processor + epoch.processor
    return Stretch(steps, wall, processor)


class Timings(TypedDict):
    """The costs that a logbook knows."""

    train_seconds: float
    evaluate_seconds: float
    train_seconds_at: tuple[float, ...]
    step_milliseconds: float | None
    cpu_share: float | None


def summarize(task: Task, logbook: Logbook, restores: bool) -> Results:
    """Return what training gave.

    Args:
        task: The task.
        logbook: All evaluated epochs.
        restores: Whether the weights of the epoch with the lowest validation loss were put back: it is the final one then.
    """
    primary = logbook.values[f"validation_{task.primary}"]
    reached: dict[str, Reached | None] = {}
    for target in task.targets:
        hits = [i for i, value in enumerate(primary) if value is not None and _reaches(value, target, task.direction)]
        reached[repr(float(target))] = _reached(logbook, hits[0]) if hits else None
    return Results(
        final=logbook.row(best_index(logbook.values["validation_loss"], "min") if restores else len(logbook) - 1),
        best=logbook.row(best_index(primary, task.direction)),
        targets=reached,
    )


def _reached(logbook: Logbook, index: int) -> Reached:
    row = logbook.row(index)
    return Reached(epoch=int(row["epoch"] or 0), step=int(row["step"] or 0))


def _reaches(value: float, target: float, direction: str) -> bool:
    return value >= target if direction == "max" else value <= target


def best_index(values: list[Number], direction: str) -> int:
    """Return the index of the best trained epoch, the earliest of equals; epoch 0 only counts when nothing was trained."""
    sign = 1 if direction == "max" else -1
    candidates = range(1, len(values)) if len(values) > 1 else range(1)

    def goodness(index: int) -> float:
        value = values[index]
        return -math.inf if value is None else sign * float(value)

    return max(candidates, key=goodness)

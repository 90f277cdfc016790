"""Curves of one trial, and what the record says of them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchsuite.components import Task
from benchsuite.data import PARTS


class Curves:
    """One value for each evaluated epoch, epoch 0 (before training) first, and the time it took.

    Args:
        measures: What is measured on each part, ``loss`` first.
    """

    def __init__(self, measures: tuple[str, ...]) -> None:
        self.measures = measures
        names = [f"{part}_{measure}" for part in PARTS for measure in measures]
        self.values: dict[str, list[float | int | None]] = {
            name: [] for name in ("epoch", "step", "running_loss", *names)
        }
        self._train = self._evaluate = self._processor = 0.0
        self._steps_timed = 0
        self._train_at: list[float] = []

    def __len__(self) -> int:
        return len(self.values["epoch"])

    def add(self, epoch: int, step: int, running_loss: float | None, measured: dict[str, float]) -> None:
        """Add one evaluated epoch; numbers that are not finite are kept as ``None``."""
        row: dict[str, float | int | None] = {"epoch": epoch, "step": step, "running_loss": running_loss, **measured}
        for name, value in row.items():
            self.values[name].append(value if value is not None and math.isfinite(value) else None)
        self._train_at.append(self._train)
        self._steps_timed = step

    @contextmanager
    def training(self) -> Iterator[None]:
        """Count the time inside as training."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self._train += time.perf_counter() - wall
        self._processor += time.process_time() - processor

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Count the time inside as evaluation."""
        wall = time.perf_counter()
        yield
        self._evaluate += time.perf_counter() - wall

    def costs(self) -> dict[str, Any]:
        """Return the record's timings."""
        return {
            "train_seconds": self._train,
            "evaluate_seconds": self._evaluate,
            "train_seconds_at": self._train_at,
            "step_milliseconds": 1000 * self._train / self._steps_timed if self._steps_timed else None,
            "cpu_share": self._processor / self._train if self._train else None,
        }

    def row(self, index: int) -> dict[str, Any]:
        """Return all values of one evaluated epoch."""
        return {name: values[index] for name, values in self.values.items() if name != "running_loss"}

    def best_validation_loss(self) -> int:
        """Return the index of the trained epoch with the lowest validation loss, the earliest of equals."""
        return _best(self.values["validation_loss"], "min")


def summarize(task: Task, curves: Curves, kept: int | None) -> dict[str, Any]:
    """Return the record's ``results``, without what it takes from the task.

    Args:
        task: The task.
        curves: All evaluated epochs.
        kept: Index of the epoch whose weights were put back, if any; it is the final one then.
    """
    primary = curves.values[f"validation_{task.primary}"]
    reached: dict[str, Any] = {}
    for target in task.targets:
        hits = [i for i, value in enumerate(primary) if value is not None and _reaches(value, target, task.direction)]
        reached[repr(float(target))] = (
            {"epoch": curves.values["epoch"][hits[0]], "step": curves.values["step"][hits[0]]} if hits else None
        )
    return {
        "final": curves.row(len(curves) - 1 if kept is None else kept),
        "best": curves.row(_best(primary, task.direction)),
        "targets": reached,
    }


def _reaches(value: float, target: float, direction: str) -> bool:
    return value >= target if direction == "max" else value <= target


def _best(values: list[float | int | None], direction: str) -> int:
    """Return the index of the best trained epoch; epoch 0 only counts when nothing was trained."""
    sign = 1 if direction == "max" else -1
    candidates = range(1, len(values)) if len(values) > 1 else range(1)
    return max(candidates, key=lambda i: -math.inf if values[i] is None else sign * float(values[i]))  # type: ignore[arg-type]

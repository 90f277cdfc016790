"""Whether the parts of a record agree with each other, as docs/reference/record-format.md says.

Each part alone is checked by its type. What is checked here is cheap: a folder may hold a hundred thousand records.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from benchsuite.curves import PARTS
from benchsuite.instance_names import LONGEST, well_formed
from benchsuite.outcomes import Outcome
from benchsuite.record import Record, Results, TaskFacts

Row = list[Any]


class Disagreement(Exception):
    """Raised for a record whose parts contradict each other; its text says where, and how."""


def check_agreement(record: Record, curves: Mapping[str, Row]) -> None:
    """Refuse a record that contradicts itself.

    Args:
        record: The record.
        curves: Its curves as its file holds them: lists are quicker to compare than arrays.

    Raises:
        Disagreement: If it does.
    """
    trial, results, outcome = record.trial, record.results, record.outcome
    if not well_formed(trial.task):
        raise Disagreement(f"spec.task.name: {trial.task[:LONGEST]!r} is no name of an instance")
    if trial.fold and trial.fold[0] >= trial.fold[1]:
        raise Disagreement(f"spec.fold: there is no fold {trial.fold[0]} of {trial.fold[1]}")
    if trial.inner and trial.inner[0] >= trial.inner[1]:
        raise Disagreement(f"spec.inner: there is no fold {trial.inner[0]} of {trial.inner[1]}")
    if trial.inner and trial.refit:
        raise Disagreement("spec.refit: what trains on all that does not test has no fold that validates")
    if trial.stop is not None and trial.stop >= trial.epochs:
        raise Disagreement(f"spec.stop: must be before the last of {trial.epochs} epochs")
    if record.task.primary not in record.task.metrics or "loss" not in record.task.metrics:
        raise Disagreement("task.metrics: must hold 'loss' and the primary measure")
    if curves:
        _check_curves(record, curves)
    elif record.costs.train_seconds_at:
        raise Disagreement("costs.train_seconds_at: there are no curves")
    if outcome is Outcome.COMPLETED:
        if results.failure is not None:
            raise Disagreement("results.failure: the trial completed")
        if not curves or not curves["epoch"]:
            raise Disagreement("curves: the trial completed, and there are none")
        _check_results(results, record.task, curves)
        return
    if not record.reason.strip():
        raise Disagreement("reason: must say what happened, since the trial did not complete")
    if results.final is not None or results.best is not None or results.targets:
        raise Disagreement("results: must have no final, best and targets, since the trial did not complete")
    if outcome.failed is not (results.failure is not None):
        has = "must say where" if outcome.failed else "the trial did not fail"
        raise Disagreement(f"results.failure: {has}")


def _check_curves(record: Record, curves: Mapping[str, Row]) -> None:
    """Refuse curves that are not those of the task, the budget and the steps."""
    names = _names_of(tuple(record.task.metrics))
    if curves.keys() != names:
        other = sorted(curves.keys() ^ names)
        found = "is no measure of the task" if other[0] in curves else "is missing"
        raise Disagreement(f"curves: {other[0]!r} {found}")
    epochs, steps = curves["epoch"], curves["step"]
    count = len(epochs)
    if epochs != list(range(count)):
        raise Disagreement("curves.epoch: must be 0, 1, 2 …")
    if count > record.trial.epochs + 1:
        raise Disagreement(f"curves.epoch: reaches {count - 1}, beyond the budget of {record.trial.epochs}")
    stop = record.trial.stop
    if stop is not None and (count > stop + 1 or (record.outcome is Outcome.PRUNED and count != stop + 1)):
        raise Disagreement(f"curves.epoch: must end with {stop}, where the trial was stopped")
    each = record.results.steps_per_epoch or 0
    if count and (not each or steps != list(range(0, each * count, each))):
        raise Disagreement("curves.step: must be results.steps_per_epoch for each epoch")
    seconds = record.costs.train_seconds_at
    if seconds and (len(seconds) != count or seconds != tuple(sorted(seconds))):
        raise Disagreement("costs.train_seconds_at: must have one number for each epoch of the curves, and grow")


def _check_results(results: Results, task: TaskFacts, curves: Mapping[str, Row]) -> None:
    """Refuse results of a completed trial that are not those of its curves."""
    best = _place("best", results.best, curves)
    _place("final", results.final, curves)
    name = f"validation_{task.primary}"
    furthest, never = (max, -math.inf) if task.direction == "max" else (min, math.inf)
    values = [never if value is None else value for value in curves[name]]
    if values[best] != furthest(values[1:] or values):
        raise Disagreement(f"results.best: another epoch has a better {name}")
    if results.targets.keys() != _targets_of(tuple(task.targets)):
        raise Disagreement("results.targets: must be those of task.targets")
    for text, reached in results.targets.items():
        target, place = float(text), len(values)
        if reached is not None:
            place = reached.epoch
            if (
                place >= len(values)
                or curves["step"][place] != reached.step
                or not _reaches(values[place], target, task)
            ):
                raise Disagreement(f"results.targets.{text}: the curves say otherwise")
        if place and _reaches(furthest(values[:place]), target, task):
            raise Disagreement(f"results.targets.{text}: the curves reached it before")


def _reaches(value: float, target: float, task: TaskFacts) -> bool:
    return value >= target if task.direction == "max" else value <= target


def _place(name: str, row: Mapping[str, Any] | None, curves: Mapping[str, Row]) -> int:
    """Return which epoch of the curves a row of results is."""
    if row is None:
        raise Disagreement(f"results.{name}: the trial completed, and it is missing")
    place = row.get("epoch")
    if type(place) is not int or not 0 <= place < len(curves["epoch"]):
        raise Disagreement(f"results.{name}: must be an epoch of the curves")
    told = {key: values[place] for key, values in curves.items() if key != "running_loss"}
    if told != row:
        other = next(key for key in sorted({*told, *row}) if told.get(key, row) != row.get(key, told))
        raise Disagreement(f"results.{name}.{other}: the curves say otherwise")
    return place


@lru_cache(maxsize=1024)
def _names_of(metrics: tuple[str, ...]) -> frozenset[str]:
    measured = (f"{part}_{measure}" for part in PARTS for measure in metrics)
    return frozenset(("epoch", "step", "running_loss", *measured))


@lru_cache(maxsize=1024)
def _targets_of(targets: tuple[float, ...]) -> frozenset[str]:
    return frozenset(repr(float(target)) for target in targets)

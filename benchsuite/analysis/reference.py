"""The stored reference results: what the baselines gave, as the table that is published with benchsuite holds it."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.trial_measure import TrialMeasure

FILE = "baselines.csv"


@dataclass(frozen=True)
class ReferenceRow:
    """One trial of the reference results.

    Args:
        values: Measure (``test``, ``validation``, ``train``, ``train_loss``) → number.
        epochs_to: The first epoch that reached each target that the task declares, in the order of the file; ``None``: never.
        steps_per_epoch: Steps of an epoch.
        completed: Whether training ended well; if not, all of it is empty.
    """

    values: Mapping[str, float]
    epochs_to: tuple[int | None, ...]
    steps_per_epoch: float
    completed: bool = True


Reference = Mapping[tuple[str, int, int], list[ReferenceRow]]
"""(task, its version, epochs) → its trials."""


def read_reference(path: Path) -> Reference:
    """Read a table of reference results; one that is not there, or is no such table, holds nothing.

    Args:
        path: A CSV file as ``docs/reference/make_baselines.py`` writes it.
    """
    found: defaultdict[tuple[str, int, int], list[ReferenceRow]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["task"], int(row["version"]), int(row["epochs"])].append(_row(row))
    except (OSError, KeyError, ValueError, TypeError, csv.Error):
        return {}
    return found


def reference_of(results: Path) -> Reference:
    """Return the reference results: those in the results folder, else those that ship with benchsuite.

    Args:
        results: The results folder.
    """
    root = Path(__file__).parents[2]  # a checkout, or where packages are installed
    places = results / "reference", root / "results" / "reference", root / "benchsuite_reference"
    return next((found for place in places if (found := read_reference(place / FILE))), {})


def reference_values(
    reference: Reference,
    task: tuple[str, int, int],
    measure: TrialMeasure,
    target: float | None,
    targets: tuple[float, ...],
) -> NDArray[np.float64]:
    """Return what the reference results hold of a measure on a task, one number a seed; nothing where they have none.

    Args:
        reference: The table.
        task: Its name, version and budget in epochs.
        measure: The measure; seconds belong to another machine and have no reference.
        target: The target that the measure counts to, if it does.
        targets: What the task declares.
    """
    rows = [row for row in reference.get(task, []) if row.completed]
    if not measure.counts_up:
        return np.array([row.values[measure.word] for row in rows if measure.word in row.values])
    if measure.of == "seconds" or target not in targets:
        return np.array([])
    place = targets.index(target)
    unit = [1.0 if measure.of == "epochs" else row.steps_per_epoch for row in rows]
    reached = [row.epochs_to[place] if place < len(row.epochs_to) else None for row in rows]
    return np.array([math.inf if at is None else at * one for at, one in zip(reached, unit, strict=True)])


def best_known(reference: Reference, measure: str = "test") -> dict[tuple[str, int], float]:
    """Return task and version → the median over seeds in the reference results.

    A failed seed counts as worse than any number. Where the median failed, there is none.

    Args:
        reference: The table.
        measure: ``train``, ``validation``, ``test``: the primary measure of that part; ``train_loss``.
    """
    values: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for (task, version, _), rows in reference.items():
        values[task, version] += [row.values.get(measure, math.nan) for row in rows]
    found = {}
    for key, held in values.items():
        known = [value for value in held if not math.isnan(value)]
        if 2 * len(known) > len(held):  # else the median seed failed, whichever way is better
            found[key] = float(np.median(known))
    return found


def _row(row: Mapping[str, str]) -> ReferenceRow:
    if row["outcome"] != "completed":
        return ReferenceRow({}, (), 0.0, completed=False)
    names = ("train", "validation", "test", "train_loss")
    values = {name: float(row[name]) for name in names if row[name]}
    reached = tuple(None if word == "-" else int(word) for word in row["epochs_to_targets"].split())
    epochs = int(row["epochs"])
    return ReferenceRow(values, reached, int(row["steps"] or 0) / epochs)

"""The stored reference results: what the baselines gave, as the table that is published with benchsuite holds it, and the best rows."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.best_stored import FILE as BEST
from benchsuite.analysis.best_stored import Best, Key, read_best
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


class StoredReference(dict[Key, list[ReferenceRow]]):
    """(task, its version, epochs) → the trials of its baseline.

    Args:
        rows: These.
        best: The best row of each task and measure, where a bundle ships that holds more than baselines.
    """

    def __init__(self, rows: Mapping[Key, list[ReferenceRow]] | None = None, best: Best | None = None) -> None:
        super().__init__(rows or {})
        self.best: Best = best or {}


@dataclass(frozen=True)
class StoredValues:
    """What results are held against.

    Args:
        values: One number a seed; none where nothing is stored.
        of: The row that gave them, such as ``optimizer lion``; empty for the baseline as it is declared.
    """

    values: NDArray[np.float64]
    of: str = ""


def read_reference(path: Path) -> StoredReference:
    """Read a table of reference results, and that of the best rows beside it; one that is no such table holds nothing.

    Args:
        path: A CSV file as ``docs/reference/make_baselines.py`` writes it.
    """
    found: defaultdict[Key, list[ReferenceRow]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["task"], int(row["version"]), int(row["epochs"])].append(_row(row))
    except (OSError, KeyError, ValueError, TypeError, csv.Error):
        return StoredReference()
    return StoredReference(found, read_best(path.with_name(BEST)))


def reference_of(results: Path) -> StoredReference:
    """Return the reference results: those in the results folder, else those that ship with benchsuite.

    Args:
        results: The results folder.
    """
    root = Path(__file__).parents[2]  # a checkout, or where packages are installed
    places = results / "reference", root / "results" / "reference", root / "benchsuite_reference"
    return next((found for place in places if (found := read_reference(place / FILE))), StoredReference())


def reference_values(
    reference: StoredReference,
    task: Key,
    measure: TrialMeasure,
    target: float | None,
    targets: tuple[float, ...],
) -> StoredValues:
    """Return the best that the reference results hold of a measure on a task: of its best row, else of its baseline.

    Args:
        reference: The table.
        task: Its name, version and budget in epochs.
        measure: The measure; seconds belong to another machine and have no reference.
        target: The target that the measure counts to, if it does.
        targets: What the task declares.
    """
    if measure.counts_up and (measure.of == "seconds" or target is None or target not in targets):
        return StoredValues(np.array([]))
    word = f"{measure.of}:{target:g}" if measure.counts_up else measure.word
    if best := reference.best.get((task, word)):
        return StoredValues(np.array(best.values), best.name)
    rows = [row for row in reference.get(task, []) if row.completed]
    if not measure.counts_up or target is None:
        return StoredValues(np.array([row.values[word] for row in rows if word in row.values]))
    place = targets.index(target)
    unit = [1.0 if measure.of == "epochs" else row.steps_per_epoch for row in rows]
    reached = [row.epochs_to[place] if place < len(row.epochs_to) else None for row in rows]
    return StoredValues(np.array([math.inf if at is None else at * one for at, one in zip(reached, unit, strict=True)]))


def best_known(reference: StoredReference, measure: str = "test") -> dict[tuple[str, int], float]:
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

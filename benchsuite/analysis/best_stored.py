"""The best row of stored results on each task, by each measure: what a result must beat before it is called too good.

On a task that tells methods apart many methods are better than the baseline as it is declared. A table beside that of the baselines
holds, for each task and measure of a bundle, the seeds of its best row, whatever the kind in which it leaves the baseline and
however its hyperparameters were chosen.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchsuite.analysis.intervals import median
from benchsuite.analysis.sample import Sample
from benchsuite.analysis.settings import deviations, joined_name
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record

FILE = "best.csv"
COLUMNS = ("task", "version", "epochs", "measure", "row", "values")
PARTS = ("test", "validation", "train", "train_loss")
COUNTED = ("steps", "epochs")
"""Counted to each target of a task. Seconds belong to the machine that took them."""
FEWEST = 5
"""Seeds of a row: the best of many rows of few seeds is the luckiest."""

Key = tuple[str, int, int]
"""Task, its version, epochs."""


@dataclass(frozen=True, slots=True)
class BestRow:
    """The best row of stored results, by one measure on one task.

    Args:
        name: What it has in place of the baseline, such as ``optimizer lion``; ``baseline`` for that itself.
        values: One number a seed; infinite where it failed or missed the target.
    """

    name: str
    values: tuple[float, ...]


Best = Mapping[tuple[Key, str], BestRow]
"""(task, version, epochs), word of a measure → the best row."""


def best_rows(records: Iterable[Record]) -> dict[tuple[Key, str], BestRow]:
    """Return the best row by median of each task and measure, of rows with five seeds or more.

    Left out are tuning trials, changed baselines, cross-validations and other precisions; other losses, where the measure is a
    loss; and rows whose median seed failed.

    Args:
        records: Of a bundle.
    """
    rows: defaultdict[Key, list[tuple[tuple[str, ...], list[Record]]]] = defaultdict(list)
    for (column, kinds), held in Sample(records).by_kinds.items():
        if column.change or column.folds or column.precision != "float32":
            continue
        by_recipe: defaultdict[str, list[Record]] = defaultdict(list)
        for record in held:
            by_recipe[record.trial.recipe.text].append(record)
        rows[column.task, column.task_version, column.epochs] += [(kinds, row) for row in by_recipe.values()]
    found = {}
    for key, there in sorted(rows.items()):
        task = there[0][1][0].task
        counted = [f"{what}:{float(target):g}" for what in COUNTED for target in task.targets]
        for word in (*PARTS, *counted):
            measure = TrialMeasure.named(word)
            same_loss = measure.loss or task.primary == "loss"
            rivals = [row for kinds, row in there if not (same_loss and "loss" in kinds)]
            if best := _best(rivals, measure, measure.direction(task.direction)):
                found[key, word] = best
    return found


def _best(rows: Iterable[Sequence[Record]], measure: TrialMeasure, direction: str) -> BestRow | None:
    found: list[tuple[float, str, BestRow]] = []
    for row in rows:
        values = tuple(measure.of_seed([record]) for record in sorted(row, key=lambda one: one.trial.seed))
        middle = median(values) if len(values) >= FEWEST and not any(map(math.isnan, values)) else math.inf
        if math.isfinite(middle):
            name = _name(row[0])
            found.append((-middle if direction == "max" else middle, name, BestRow(name, values)))
    return min(found, key=lambda one: one[:2])[2] if found else None


def _name(record: Record) -> str:
    recipe, baseline = record.trial.recipe, record.task.baseline
    differing = deviations(recipe, baseline)
    kinds = [kind for kind in differing if joined_name(recipe.get(kind)) != joined_name(baseline.get(kind))]
    named = [f"{kind.replace('_', ' ')} {joined_name(recipe.get(kind))}" for kind in kinds or differing]
    return ", ".join(named) or "baseline"


def best_lines(best: Best) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table, numbers with seven digits that count."""
    for ((task, version, epochs), word), row in best.items():
        yield task, str(version), str(epochs), word, row.name, " ".join(f"{value:.7g}" for value in row.values)


def read_best(path: Path) -> dict[tuple[Key, str], BestRow]:
    """Read such a table; one that is not there, or is no such table, holds nothing."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {
                ((row["task"], int(row["version"]), int(row["epochs"])), row["measure"]): BestRow(
                    row["row"], tuple(map(float, row["values"].split()))
                )
                for row in csv.DictReader(file)
            }
    except (OSError, KeyError, ValueError, TypeError, AttributeError, csv.Error):
        return {}

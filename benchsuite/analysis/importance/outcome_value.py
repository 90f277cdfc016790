"""The one number that importance, effects, sweeps and splits of variance take from a trial."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.folds import fold_count
from benchsuite.analysis.intervals import Direction
from benchsuite.errors import BenchsuiteError
from benchsuite.outcomes import Outcome
from benchsuite.record import Record

MEASURES = ("validation", "test", "train_loss")
"""Of the last epoch: the task's primary measure on the validation part, on the test part, and the training loss."""
LEFT_OUT = (Outcome.PRUNED, Outcome.UNSUPPORTED)
"""Neither a number nor a failure: a tuner stopped it, or it could never be applied."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at in each trial.

    Args:
        key: Its name among a record's final values, such as ``validation_accuracy``.
        direction: Whether larger or smaller is better.
    """

    key: str
    direction: Direction

    @property
    def words(self) -> str:
        """The name as a reader knows it, such as ``validation accuracy``."""
        return self.key.replace("_", " ", 1)


def check_measure(measure: str) -> None:
    """Refuse a measure that there is not.

    Raises:
        BenchsuiteError: If there is no such measure.
    """
    if measure not in MEASURES:
        raise BenchsuiteError(f"--measure must be one of {', '.join(MEASURES)}. Received: {measure!r}.")


def looked_at(record: Record, measure: str) -> Looked:
    """Return what a measure means on the task of a record.

    Raises:
        BenchsuiteError: If there is no such measure.
    """
    check_measure(measure)
    if measure == "train_loss":
        return Looked("train_loss", "min")
    direction: Direction = "max" if record.task.direction == "max" else "min"
    return Looked(f"{measure}_{record.task.primary}", direction)


def value_of(record: Record, key: str) -> float | None:
    """Return a final value: NaN for a failure of the recipe, ``None`` for what counts neither way.

    A trial that completed with a number that is not finite failed as well.
    """
    if record.outcome in LEFT_OUT:
        return None
    value = (record.results.final or {}).get(key) if record.outcome.finished else None
    return float(value) if value is not None and math.isfinite(value) else math.nan


def seed_values(records: Iterable[Record], key: str) -> dict[int, float]:
    """Return seed → final value of the trials of one recipe: of a cross-validation the mean over its folds.

    NaN where a trial, or that of some fold, failed. Not there are seeds that lack a fold, inner ones among them, and those of
    which a trial was stopped by a tuner.
    """
    held: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        held[record.trial.seed].append(record)
    found = {}
    for seed, trials in sorted(held.items()):
        values = [value_of(record, key) for record in trials]
        known = [value for value in values if value is not None]
        if len(known) == len(values) == (fold_count(trials[0]) or 1) * (trials[0].trial.inner or (0, 1))[1]:
            found[seed] = math.nan if any(map(math.isnan, known)) else math.fsum(known) / len(known)
    return found


def with_floor(values: Sequence[float] | NDArray[np.float64], direction: Direction) -> NDArray[np.float64]:
    """Return values in which a failure is the worst number that there is.

    A failure is worse than any number, and a variance needs one. Any that is made up would decide the answer: the worst
    that completed is the nearest that is none of ours, so a failure counts for no more than what was seen.

    Args:
        values: NaN for failures; any shape.
        direction: Whether larger or smaller is better.
    """
    array = np.array(values, dtype=np.float64)
    finite = array[np.isfinite(array)]
    if len(finite):
        array[np.isnan(array)] = finite.min() if direction == "max" else finite.max()
    return array

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
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is looked at in each trial.

    Args:
        key: Its name, such as ``validation_accuracy`` or ``steps:0.95``.
        direction: Whether larger or smaller is better.
        measure: What it is of a trial.
    """

    key: str
    direction: Direction
    measure: TrialMeasure

    @property
    def words(self) -> str:
        """The name as a reader knows it, such as ``validation accuracy``."""
        return self.key.replace("_", " ", 1).replace(":", " to ")

    @property
    def quantity(self) -> str:
        """The measure without the part that it is measured on, such as ``accuracy``."""
        return self.key.partition("_")[2] or self.key


def looked_at(record: Record, measure: str) -> Quantity:
    """Return what a measure means on the task of a record.

    Args:
        record: The record.
        measure: A word that :meth:`TrialMeasure.named` reads.

    Raises:
        BenchsuiteError: If it means nothing.
    """
    known = TrialMeasure.named(measure)
    name = "loss" if known.loss else record.task.primary
    return Quantity(
        known.word if known.counts_up else f"{known.of}_{name}", known.direction(record.task.direction), known
    )


def value_of(trials: Sequence[Record], looked: Quantity) -> float | None:
    """Return the number of one seed, of its trial or all its folds: NaN for a failure, ``None`` for what counts neither way.

    A trial that a tuner stopped, and one whose recipe could never be applied, are no failures; a target that was missed is one.
    """
    value = looked.measure.of_seed(trials)
    return None if math.isnan(value) else value if math.isfinite(value) else math.nan


def seed_values(records: Iterable[Record], looked: Quantity) -> dict[int, float]:
    """Return seed → final value of the trials of one recipe: of a cross-validation the mean over its folds.

    NaN where a trial, or that of some fold, failed. Not there are seeds that lack a fold, inner ones among them, and those of
    which a trial was stopped by a tuner.
    """
    held: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        held[record.trial.seed].append(record)
    found: dict[int, float] = {}
    for seed, trials in sorted(held.items()):
        if len(trials) == (fold_count(trials[0]) or 1) * (trials[0].trial.inner or (0, 1))[1]:
            value = value_of(trials, looked)
            found |= {seed: value} if value is not None else {}
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

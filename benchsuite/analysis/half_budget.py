"""What trials had reached at half of their epochs: another budget, for which nothing has to be run again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.arrays import TrialTable
from benchsuite.analysis.intervals import worst
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray


def at_half(table: TrialTable, measure: TrialMeasure) -> NDArray[np.float64] | None:
    """Return the scores at the last evaluation within half of the epochs, ``[rows, columns, runs]``, larger is better.

    A schedule would have run faster within half of the budget; this is the whole one, looked at early. A trial that failed
    later on had not yet failed then, but nobody would have seen a result of it: it is failed here as well.

    Args:
        table: Whose trials are looked at.
        measure: What is measured.

    Returns:
        ``None`` where nothing is known: what is counted until a target is not, nor are trials of a single epoch.
    """
    if measure.counts_up:
        return None
    most = max((len(cell) for cells in table.cells for cell in cells), default=0)
    values = np.full((len(table.rows), len(table.columns), most), math.nan)
    for row, cells in enumerate(table.cells):
        for column, cell in enumerate(cells):
            values[row, column, : len(cell)] = [_of_seed(trials, measure) for trials in cell]
    return values if np.isfinite(values).any() else None


def _of_seed(trials: Sequence[Record], measure: TrialMeasure) -> float:
    bad = worst("max")
    if any(record.outcome.failed for record in trials):
        return bad
    if not all(record.outcome.finished for record in trials):
        return math.nan
    values = [_value(record, measure) for record in trials]
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.nan


def _value(record: Record, measure: TrialMeasure) -> float:
    name = f"{measure.of}_{'loss' if measure.loss else record.task.primary}"
    curve, epochs = record.curves.get(name), record.curves.get("epoch")
    if curve is None or epochs is None:
        return math.nan
    place = int(np.searchsorted(epochs, record.trial.epochs / 2, side="right")) - 1
    # Before training nobody has reached anything.
    if place < 0 or epochs[place] <= 0:
        return math.nan
    sign = 1.0 if measure.direction(record.task.direction) == "max" else -1.0
    return sign * float(curve[place])

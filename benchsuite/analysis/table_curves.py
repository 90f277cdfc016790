"""The curves of a table as arrays: of each row and task the best so far, and what was done at each evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.arrays import TrialTable
from benchsuite.analysis.numbers.aggregates import median
from benchsuite.analysis.numbers.speed_up import SpeedUp, speed_up
from benchsuite.analysis.numbers.targets import targets_between, times_to_targets
from benchsuite.analysis.scales import ScoreScale
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ColumnCurves:
    """All curves of one task.

    Args:
        epochs: ``[evaluations]``: the epochs at which some trial was evaluated.
        values: ``[rows, seeds, evaluations]``: the best validation value so far, larger is better. A trial that was
            evaluated at other epochs, or stopped early, keeps its last; a failed one is −∞ from where it failed; NaN where
            a row lacks a seed, or was pruned.
    """

    epochs: NDArray[np.float64]
    values: NDArray[np.float64]

    def medians(self) -> NDArray[np.float64]:
        """Return the median over seeds, ``[rows, evaluations]``."""
        return median(np.swapaxes(self.values, 1, 2))


def column_curves(table: TrialTable, column: int) -> ColumnCurves:
    """Return the curves of one column; of a seed with folds the mean over them.

    Args:
        table: Which trials stand where.
        column: Its place.
    """
    cells = [row[column] for row in table.cells]
    trials = [record for cell in cells for seed in cell for record in seed]
    lengths = {tuple(record.curves["epoch"].tolist()) for record in trials if "epoch" in record.curves}
    epochs = np.array(sorted({epoch for held in lengths for epoch in held}), dtype=np.float64)
    seeds = max((len(cell) for cell in cells), default=0)
    values = np.full((len(cells), seeds, len(epochs)), np.nan)
    for row, cell in enumerate(cells):
        for place, held in enumerate(cell):
            if all(record.outcome.finished or record.outcome.failed for record in held):
                values[row, place] = np.mean([_best_so_far(record, epochs) for record in held], axis=0)
    return ColumnCurves(epochs, values)


def shares_to_targets(table: TrialTable, held: tuple[ScoreScale, ...], count: int = 20) -> NDArray[np.float64]:
    """Return which part of the budget each run took to each of many targets, ``[rows, columns, seeds, targets]``.

    The targets lie on the way from the floor to the reference of each task, equally far apart; +∞ where one was not
    reached; NaN where nothing is there.

    Args:
        table: Which trials stand where.
        held: The scale of the validation measure on each column.
        count: How many targets.
    """
    curves = [column_curves(table, column) for column in range(len(table.columns))]
    seeds = max((one.values.shape[1] for one in curves), default=0)
    found = np.full((len(table.rows), len(curves), seeds, count), np.nan)
    for column, (one, scale) in enumerate(zip(curves, held, strict=True)):
        sign = _sign(table, column)
        low, high = sign * scale.floor, sign * scale.reference
        if high > low and len(one.epochs):
            targets = targets_between(low, high, count, logarithmic=scale.logarithmic)
            budget = max(one.epochs[-1], 1.0)
            times = times_to_targets(one.values, one.epochs / budget, targets)
            found[:, column, : times.shape[1]] = times
    return found


def speed_ups(table: TrialTable, reference: int | Sequence[int | None], *, levels: int = 20) -> list[list[SpeedUp]]:
    """Return the speed-up of the median curve of each row against that of one of them, in epochs: ``[row][column]``.

    Args:
        table: Which trials stand where.
        reference: The row that all are held against; or that of each column, ``None`` where there is none.
        levels: How many levels of its way.
    """
    columns = []
    of_column = [reference] * len(table.columns) if isinstance(reference, int) else reference
    for column, held in enumerate(of_column):
        curves = column_curves(table, column)
        medians = np.where(np.isneginf(curves.medians()), np.nan, curves.medians())  # failed: there is no number
        columns.append(
            [
                speed_up(
                    one, curves.epochs, np.empty(0) if held is None else medians[held], curves.epochs, levels=levels
                )
                for one in medians
            ]
        )
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in table.rows]


def _best_so_far(record: Record, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
    name = f"validation_{record.task.primary}"
    if name not in record.curves:
        return np.full(len(epochs), -np.inf)
    sign = 1.0 if record.task.direction == "max" else -1.0
    best = np.fmax.accumulate(sign * record.curves[name])
    own = record.curves["epoch"]
    found = best[np.searchsorted(own, epochs, side="right") - 1]
    if record.outcome.failed:
        found = np.where(epochs > own[-1], -np.inf, found)
    return np.asarray(found)


def _sign(table: TrialTable, column: int) -> float:
    head = table.head(column)
    return 1.0 if head is None or head.task.direction == "max" else -1.0

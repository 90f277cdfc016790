"""The scale of each task: from what an untrained network has to the best that is known, and which that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.arrays import Scores, TrialTable
from benchsuite.analysis.numbers.aggregates import median
from benchsuite.analysis.numbers.normalized import normalized
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

POWERS = 100.0
"""A loss that falls by more than this factor from floor to reference is put on a logarithmic scale."""


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """Two points of one measure on one task, as the task has them (a loss is a loss).

    Args:
        floor: The median of the networks before training; NaN where no record holds it.
        reference: The best that is known.
        source: Whose that is: the row of the table, or ``reference results``.
        logarithmic: Whether the way between them is taken in the logarithm.
    """

    floor: float
    reference: float
    source: str
    logarithmic: bool


def scales(
    table: TrialTable, scores: Scores, published: Mapping[tuple[str, int], float] | None = None
) -> tuple[ScoreScale, ...]:
    """Return the scale of each column: its floor from the records, its reference the better of the records and what is published.

    Args:
        table: Which trials stand where.
        scores: What was measured of them, no count until a target.
        published: Task and version → the best known value, see :func:`~benchsuite.analysis.reference.best_known`.
    """
    asked = TrialMeasure.named(scores.measure)
    if asked.counts_up:
        raise BenchsuiteError(
            f"a score has a floor and a reference, a time has none. Received: {scores.measure!r}. "
            "Take a measure of a part, or a performance profile."
        )
    oriented = median(scores.oriented())
    found = []
    for column, direction in enumerate(scores.directions):
        records = [trials[0] for row in table.cells for trials in row[column]]
        sign = 1.0 if direction == "max" else -1.0
        row = int(np.argmax(np.nan_to_num(oriented[:, column], nan=-np.inf))) if len(oriented) else 0
        best, source = (oriented[row, column], table.rows[row]) if len(oriented) else (np.nan, "")
        key = (records[0].trial.task, records[0].trial.task_version) if records else ("", 0)
        if published and key in published and not sign * published[key] <= best:
            best, source = sign * published[key], "reference results"
        floor = _floor(records, asked)
        reference = float(sign * best)
        falls = direction == "min" and floor > 0 and reference > 0 and floor / reference > POWERS
        found.append(ScoreScale(floor, reference, source, bool(falls)))
    return tuple(found)


def normalized_scores(scores: Scores, held: tuple[ScoreScale, ...]) -> NDArray[np.float64]:
    """Return the scores with 0 at the floor and 1 at the reference of their task, ``[rows, columns, seeds]``.

    Args:
        scores: The scores.
        held: The scale of each column.
    """
    found = np.full(scores.values.shape, np.nan)
    oriented = scores.oriented()
    for column, (scale, direction) in enumerate(zip(held, scores.directions, strict=True)):
        sign = 1.0 if direction == "max" else -1.0
        found[:, [column]] = normalized(
            oriented[:, [column]], [sign * scale.floor], [sign * scale.reference], logarithmic=scale.logarithmic
        )
    return found


def _floor(records: list[Record], asked: TrialMeasure) -> float:
    """Return the median of epoch 0 over all records that were measured then."""
    name = None
    values = []
    for record in records:
        name = f"{asked.of}_{'loss' if asked.loss else record.task.primary}"
        epochs, curve = record.curves.get("epoch"), record.curves.get(name)
        if epochs is not None and curve is not None and len(epochs) and epochs[0] == 0 and math.isfinite(curve[0]):
            values.append(float(curve[0]))
    return float(np.median(values)) if values else math.nan

"""The numbers of every row of a table over all its tasks, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.arrays import TrialTable
from benchsuite.analysis.numbers.aggregates import interquartile_mean, mean, median, optimality_gap
from benchsuite.analysis.numbers.profiles import area
from benchsuite.analysis.numbers.targets import area_reached
from benchsuite.analysis.numbers.trade_off import pareto_front
from benchsuite.analysis.scales import ScoreScale, normalized_scores, scales
from benchsuite.analysis.table_curves import shares_to_targets
from benchsuite.analysis.trial_measure import timing_counts
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_PART = 1 / 64
"""Of a budget, where the area below the share of targets reached begins."""


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """The numbers of one row; NaN where there is nothing to say.

    Args:
        row: Its label.
        runs: Runs that count, of all tasks.
        failed: How many of them failed.
        interquartile_mean: Of the normalized test scores: 0 is an untrained network, 1 the best that is known.
        median: Of the medians of the tasks.
        mean: Of the means of the tasks; −∞ if any run failed.
        optimality_gap: What is missing to 1 on average; a failed run counts as an untrained network.
        profile_area: Of the performance profile of the median steps to the middle target, up to four times the fastest.
        targets_area: Mean share of many targets reached, over the logarithm of the budget.
        generalization_gap: Train minus test measure, in parts of the way from floor to reference: median over tasks.
        step_ratio: Time of a step divided by that of the reference row: geometric mean over tasks.
        state_ratio: Bytes of the optimizer's state for each byte of parameters: median over tasks.
        on_front: Whether no other row is better in interquartile mean, step time and state at once.
    """

    row: str
    runs: int
    failed: int
    interquartile_mean: float
    median: float
    mean: float
    optimality_gap: float
    profile_area: float
    targets_area: float
    generalization_gap: float
    step_ratio: float
    state_ratio: float
    on_front: bool


def row_numbers(
    table: TrialTable, *, reference: int = 0, published: Mapping[str, Mapping[tuple[str, int], float]] | None = None
) -> tuple[RowNumbers, ...]:
    """Return the numbers of every row.

    Args:
        table: Which trials stand where.
        reference: The row whose step time is 1.
        published: Measure → task and version → the best known value, see
            :func:`~benchsuite.analysis.scales.published_values`.
    """
    if not table.rows or not table.columns:
        return ()
    known = published or {}
    test, validation, train = (table.scores(measure) for measure in ("test", "validation", "train"))
    of_test = scales(table, test, known.get("test"))
    of_validation = scales(table, validation, known.get("validation"))
    values = normalized_scores(test, of_test)
    times = median(table.scores("steps:middle").values)
    reached = shares_to_targets(table, of_validation)
    gaps = _in_parts(train.oriented() - _finite(test.oriented()), of_test)
    step = _costs(table, lambda record: record.costs.step_milliseconds if timing_counts(record) else None)
    state = _costs(table, _state_ratio)
    iqm, ratio, bytes_of = interquartile_mean(values), _geometric(step / step[reference]), median(state)
    oriented = test.oriented()
    columns: dict[str, NDArray[np.generic]] = {
        "runs": (~np.isnan(oriented)).sum(axis=(1, 2)),
        "failed": np.isneginf(oriented).sum(axis=(1, 2)),
        "interquartile_mean": iqm,
        "median": median(median(values)),
        "mean": mean(mean(values)),
        "optimality_gap": optimality_gap(values, floor=0.0),
        "profile_area": area(times),
        "targets_area": area_reached(reached, FIRST_PART, 1.0),
        "generalization_gap": median(median(gaps)),
        "step_ratio": ratio,
        "state_ratio": bytes_of,
        "on_front": pareto_front(np.stack([iqm, -np.nan_to_num(ratio, nan=1.0), -np.nan_to_num(bytes_of)], axis=1)),
    }
    return tuple(
        RowNumbers(row, **{name: values[place].item() for name, values in columns.items()})
        for place, row in enumerate(table.rows)
    )


def _state_ratio(record: Record) -> float | None:
    parameters, state = record.costs.parameters, record.costs.state_bytes
    return state / (4 * parameters) if parameters and state is not None else None


def _costs(table: TrialTable, cost: Callable[[Record], float | None]) -> NDArray[np.float64]:
    """Return the median over the trials of each cell, ``[rows, columns]``."""
    return np.array([[_median_of(cell, cost) for cell in row] for row in table.cells], dtype=np.float64)


def _median_of(cell: Sequence[Sequence[Record]], cost: Callable[[Record], float | None]) -> float:
    known = [value for trials in cell for record in trials if (value := cost(record)) is not None]
    return float(np.median(known)) if known else math.nan


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, np.nan)


def _in_parts(gaps: NDArray[np.float64], held: Sequence[ScoreScale]) -> NDArray[np.float64]:
    ways = np.array([abs(scale.reference - scale.floor) for scale in held])
    with np.errstate(invalid="ignore", divide="ignore"):
        return _finite(gaps / ways[:, None])


def _geometric(ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.exp(mean(np.log(ratios))))

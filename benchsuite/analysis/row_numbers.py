"""The numbers of every row of a table over all its tasks, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.arrays import TrialTable
from benchsuite.analysis.inference.bootstrap import stratified_rows
from benchsuite.analysis.numbers.aggregates import interquartile_mean, mean, median, optimality_gap
from benchsuite.analysis.numbers.censored import kaplan_meier
from benchsuite.analysis.numbers.failures import failure_interval
from benchsuite.analysis.numbers.profiles import ALGOPERF, area
from benchsuite.analysis.numbers.targets import area_reached, share_reached
from benchsuite.analysis.numbers.trade_off import pareto_front
from benchsuite.analysis.scales import ScoreScale, normalized_scores, scales
from benchsuite.analysis.table_curves import shares_to_targets, speed_ups
from benchsuite.analysis.trial_measure import timing_counts
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANCE = 20_061
"""Where the chance of every bootstrap begins: equal records give equal numbers."""
FIRST_PART = 1 / 64
"""Of a budget, where the area below the share of targets reached begins."""


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """The numbers of one row; NaN where there is nothing to say.

    Args:
        row: Its label.
        runs: Runs that count, of all tasks.
        failed: How many of them failed.
        failure_low: Lower end of the exact interval of the share that fails.
        failure_high: Its upper end.
        interquartile_mean: Of the normalized test scores: 0 is an untrained network, 1 the best that is known.
        interquartile_low: Lower end of its interval: other seeds on these tasks.
        interquartile_high: Its upper end.
        median: Of the medians of the tasks.
        mean: Of the means of the tasks; −∞ if any run failed.
        optimality_gap: What is missing to 1 on average; a failed run counts as an untrained network.
        profile_area: Of the performance profile of the median steps to the middle target, up to four times the fastest.
        profile_algoperf: The same by AlgoPerf's rules: a task that a row lacks was not reached.
        targets_reached: Share of many targets that were reached within the budget.
        targets_area: Mean share of many targets reached, over the logarithm of the budget.
        steps: Restricted mean of the steps to the middle target, as a part of the budget: mean over tasks.
        steps_error: Its standard error.
        speed_up: Against the reference row, in epochs: the median over levels of its way, and over tasks.
        generalization_gap: Train minus test measure, in parts of the way from floor to reference: median over tasks.
        step_ratio: Time of a step divided by that of the reference row: geometric mean over tasks.
        state_ratio: Bytes of the optimizer's state for each byte of parameters: median over tasks.
        on_front: Whether no other row is better in interquartile mean, step time and state at once.
    """

    row: str
    runs: int
    failed: int
    failure_low: float
    failure_high: float
    interquartile_mean: float
    interquartile_low: float
    interquartile_high: float
    median: float
    mean: float
    optimality_gap: float
    profile_area: float
    profile_algoperf: float
    targets_reached: float
    targets_area: float
    steps: float
    steps_error: float
    speed_up: float
    generalization_gap: float
    step_ratio: float
    state_ratio: float
    on_front: bool


def row_numbers(
    table: TrialTable,
    *,
    reference: int | Sequence[int | None] = 0,
    published: Mapping[str, Mapping[tuple[str, int], float]] | None = None,
    step_ratio: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> tuple[RowNumbers, ...]:
    """Return the numbers of every row.

    Args:
        table: Which trials stand where.
        reference: The row whose step time and speed are 1; or that of each column, ``None`` where there is none.
        published: Measure → task and version → the best known value, see
            :func:`~benchsuite.analysis.reference.best_known`.
        step_ratio: Of each row, where it was measured better than trainings can; NaN is not known.
        confidence: Of intervals.
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
    of_column = [reference] * len(table.columns) if isinstance(reference, int) else reference
    own = np.array([math.nan if row is None else step[row, column] for column, row in enumerate(of_column)])
    ratio = _geometric(step / own) if step_ratio is None else np.array(step_ratio, dtype=np.float64)
    iqm, bytes_of = interquartile_mean(values), median(state)
    oriented = test.oriented()
    around = stratified_rows(values, interquartile_mean, np.random.default_rng(CHANCE), confidence)
    runs, failed = (~np.isnan(oriented)).sum(axis=(1, 2)), np.isneginf(oriented).sum(axis=(1, 2))
    rates = np.array([failure_interval(*pair, confidence) for pair in zip(failed.tolist(), runs.tolist(), strict=True)])
    steps, steps_error = _restricted(table)
    faster = np.array([[one.median for one in row] for row in speed_ups(table, of_column)])
    columns: dict[str, NDArray[np.generic]] = {
        "runs": runs,
        "failed": failed,
        "failure_low": rates[:, 0],
        "failure_high": rates[:, 1],
        "interquartile_mean": iqm,
        "interquartile_low": around[:, 0],
        "interquartile_high": around[:, 1],
        "median": median(median(values)),
        "mean": mean(mean(values)),
        "optimality_gap": optimality_gap(values, floor=0.0),
        "profile_area": area(times),
        "profile_algoperf": area(times, ALGOPERF),
        "targets_reached": share_reached(reached, [1.0])[:, 0],
        "targets_area": area_reached(reached, FIRST_PART, 1.0),
        "steps": steps,
        "steps_error": steps_error,
        "speed_up": median(faster),
        "generalization_gap": median(median(gaps)),
        "step_ratio": ratio,
        "state_ratio": bytes_of,
        "on_front": pareto_front(np.stack([iqm, -np.nan_to_num(ratio, nan=1.0), -np.nan_to_num(bytes_of)], axis=1)),
    }
    return tuple(
        RowNumbers(row, **{name: values[place].item() for name, values in columns.items()})
        for place, row in enumerate(table.rows)
    )


def _restricted(table: TrialTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the restricted mean of the steps to the middle target as a part of the budget, and its error: of each row."""
    times = table.times("steps:middle")
    found = np.full((2, len(table.rows), len(table.columns)), math.nan)
    for column in range(len(table.columns)):
        watched = np.where(times.reached[:, column], math.nan, times.values[:, column])
        budget = max(
            (_steps(record) for row in table.cells for trials in row[column] for record in trials), default=0.0
        )
        budget = max(budget, float(np.max(watched, initial=0.0, where=np.isfinite(watched))))
        for row in range(len(table.rows)):
            cell = times.values[row, column]
            if budget and not np.isnan(cell).all():
                survival = kaplan_meier(cell, times.reached[row, column])
                found[:, row, column] = np.array(survival.restricted_mean(budget)) / budget
    known = (~np.isnan(found[0])).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean(found[0]), np.sqrt(np.nansum(found[1] ** 2, axis=1)) / np.where(known, known, math.nan)


def _steps(record: Record) -> float:
    steps = record.curves.get("step")
    return float(steps[-1]) if record.outcome.finished and steps is not None and len(steps) else 0.0


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

"""What one column of a leaderboard can tell with its seeds: pairs told apart, the smallest difference found, the step of its test part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from benchsuite.analysis.inference.test_set import least_examples_error
from benchsuite.analysis.intervals import median
from benchsuite.analysis.leaderboard import Leaderboard
from benchsuite.analysis.verdict import TaskVerdict


@dataclass(frozen=True, slots=True)
class ColumnResolution:
    """How fine one column of a leaderboard is.

    Args:
        pairs: Pairs of rows that were tested on the task alone.
        told: How many of them are told apart.
        decides: Whether so few seeds could tell any pair apart.
        seeds: The fewest seeds, the same of all rows, that could.
        smallest: Median over the rows of the smallest difference from the baseline that their seeds find four times in
            five; infinite where they find none, ``None`` where there is nothing to compare.
        finds: How many of the rows can find any difference at all, and of how many.
        examples: In the part that it is measured on; 0 where nobody knows, or where the measure is no share of examples.
        floor: The smallest difference that so many examples can show for the population, see :func:`examples_floor`.
        saturated: Targets that every trial reached at its first evaluation.
        failed: Share of the seeds that failed.
    """

    pairs: int
    told: int
    decides: bool
    seeds: int
    smallest: float | None
    finds: tuple[int, int]
    examples: int
    floor: float | None
    saturated: tuple[float, ...]
    failed: float


def resolution_of(
    board: Leaderboard, position: int, verdicts: Sequence[TaskVerdict], examples: int = 0
) -> ColumnResolution:
    """Return how fine a column is.

    Args:
        board: The leaderboard.
        position: Of the column.
        verdicts: On this task, of each row against the baseline.
        examples: In the part that it is measured on; 0 where nobody knows.
    """
    head, ranking = board.columns[position], board.task_rankings[position] if board.task_rankings else None
    entries = [entry for row in board.rows if (entry := row.entries[position]) is not None]
    counted = sum(entry.counted for entry in entries)
    reaches = [verdict.smallest_difference for verdict in verdicts if verdict.seeds]
    shares = head.quantity == "accuracy" and examples > 0
    return ColumnResolution(
        pairs=ranking.tests if ranking else 0,
        told=ranking.told if ranking else 0,
        decides=bool(ranking and ranking.decides),
        seeds=ranking.enough if ranking and ranking.tests else 0,
        smallest=median(reaches) if reaches else None,
        finds=(sum(map(math.isfinite, reaches)), len(reaches)),
        examples=examples if shares else 0,
        floor=examples_floor(examples, 1 - board.confidence) if shares else None,
        saturated=tuple(sorted(head.saturated)),
        failed=sum(entry.failed for entry in entries) / counted if counted else 0.0,
    )


def examples_floor(examples: int, level: float = 0.05) -> float:
    """Return the smallest difference of two accuracies that so many test examples can show, however many seeds there are.

    It is the smallest share k ÷ N that is at least z standard errors wide, of the least error that such a difference can
    have (:func:`~benchsuite.analysis.inference.test_set.least_examples_error`): all k examples speak for the same side.
    1 where not even all of them would do.

    Args:
        examples: Test examples (N), at least one.
        level: Of the two-sided test, above 0 and below 1.
    """
    z = NormalDist().inv_cdf(1 - level / 2)
    low, high = 0, examples
    # The share over its error grows with k.
    while high - low > 1:
        k = (low + high) // 2
        share = k / examples
        low, high = (low, k) if share >= z * least_examples_error(share, examples) else (k, high)
    return high / examples

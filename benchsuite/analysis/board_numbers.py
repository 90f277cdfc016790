"""The numbers of a leaderboard: of every row over all tasks and on each, and what the best of k tuning trials is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.arrays import TrialTable, table_of_board
from benchsuite.analysis.budget_curves import expected_best, futures_of_best
from benchsuite.analysis.leaderboard import Leaderboard
from benchsuite.analysis.numbers.normalized import normalized
from benchsuite.analysis.reference import StoredReference, best_known
from benchsuite.analysis.row_numbers import CHANCE, RowNumbers, row_numbers
from benchsuite.analysis.sample import Sample
from benchsuite.analysis.scales import ScoreScale, scales
from benchsuite.analysis.settings import joined_name
from benchsuite.analysis.tuned_boards import searches_of_board
from benchsuite.record import Record
from benchsuite.searches import Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 2000
"""Histories of a tuning that are drawn for the interval of a mean over tasks."""


@dataclass(frozen=True, slots=True)
class BestAt:
    """What the best of some tuning trials is worth by validation, as a score between floor and reference: mean over tasks.

    Args:
        trials: How many of them on a task; of several the fewest.
        expected: The expected best; failed trials count as an untrained network.
        low: A tenth of the histories that could have been lies below.
        high: A tenth lies above.
    """

    trials: int
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TaskScale:
    """Between which points the scores of a task lie.

    Args:
        task: The label of its column.
        test: Of the test measure.
        baseline: The row that is the task's baseline; empty where none is.
    """

    task: str
    test: ScoreScale
    baseline: str


@dataclass(frozen=True, slots=True)
class BoardNumbers:
    """The numbers of a leaderboard.

    Args:
        board: The leaderboard; rows are in its order.
        rows: The numbers of each over all tasks; ``None`` where its numbers cannot be those of its recipe.
        tasks: Of each column the same, of the rows that it has.
        scales: Between which points scores lie.
        best: Of each row of a tuned board what the best of one (the default), of half and of all trials is worth; else empty.
    """

    board: Leaderboard
    rows: tuple[RowNumbers | None, ...]
    tasks: tuple[tuple[RowNumbers | None, ...], ...]
    scales: tuple[TaskScale, ...]
    best: tuple[tuple[BestAt, ...], ...]


def board_numbers(
    board: Leaderboard,
    records: Sample | Iterable[Record],
    *,
    searches: Iterable[Search] = (),
    reference: StoredReference | None = None,
) -> BoardNumbers:
    """Return the numbers of a leaderboard.

    Args:
        board: The leaderboard.
        records: The records that it was made of.
        searches: Those by which its settings were chosen may be among them.
        reference: The stored reference results; scores may be held against them.
    """
    sample = Sample.of(records)
    whole = table_of_board(board, sample)
    good = [at for at, row in enumerate(board.rows) if not row.broken]
    table = TrialTable(
        tuple(whole.rows[at] for at in good), whole.columns, [whole.cells[at] for at in good], whole.seeds
    )
    baseline = [_baseline(board, table, good, column) for column in range(len(board.columns))]
    known = {part: best_known(reference or StoredReference(), part) for part in ("test", "validation")}
    ratios = [math.nan if (one := board.rows[at].step_ratio) is None else one for at in good]
    found = row_numbers(table, reference=baseline, published=known, step_ratio=ratios, confidence=board.confidence)
    of_test = scales(table, table.scores("test"), known["test"])
    validation = scales(table, table.scores("validation"), known["validation"])
    return BoardNumbers(
        board=board,
        rows=_in_place(board, good, found),
        tasks=tuple(
            _in_place(board, good, _of_task(table, column, baseline[column], known, board))
            for column in range(len(board.columns))
        ),
        scales=tuple(
            TaskScale(head.label, scale, "" if at is None else table.rows[at])
            for head, scale, at in zip(board.columns, of_test, baseline, strict=True)
        ),
        best=_best(board, searches, {record.id: record for record in sample.records}, validation),
    )


def _of_task(
    table: TrialTable,
    column: int,
    baseline: int | None,
    known: Mapping[str, Mapping[tuple[str, int], float]],
    board: Leaderboard,
) -> tuple[RowNumbers, ...]:
    alone = TrialTable.of(table.rows, [table.columns[column]], [[row[column]] for row in table.cells])
    return row_numbers(alone, reference=[baseline], published=known, confidence=board.confidence)


def _in_place(board: Leaderboard, good: Sequence[int], found: Sequence[RowNumbers]) -> tuple[RowNumbers | None, ...]:
    """Return numbers in the order of the board; ``None`` for rows that are broken, or have no run there."""
    of = {at: numbers for at, numbers in zip(good, found, strict=True) if numbers.runs} if found else {}
    return tuple(of.get(at) for at in range(len(board.rows)))


def _baseline(board: Leaderboard, table: TrialTable, good: Sequence[int], column: int) -> int | None:
    """Return the row that is the baseline of a task: as it is, or tuned."""
    head = table.head(column)
    name = joined_name(head.task.baseline.get(board.kind)) if head else ""
    held = [(place, entry) for place, at in enumerate(good) if (entry := board.rows[at].entries[column]) is not None]
    exact = [place for place, entry in held if entry.is_baseline]
    named = [place for place, _ in held if board.rows[good[place]].name == name]
    return next(iter(exact or named), None)


def _best(
    board: Leaderboard,
    searches: Iterable[Search],
    records: Mapping[str, Record],
    held: Sequence[ScoreScale],
) -> tuple[tuple[BestAt, ...], ...]:
    """Return what the best of one, of half and of all trials is worth, row by row."""
    if board.protocol.budget < 2:
        return ()
    by_row = searches_of_board(board, searches, records)
    columns = [head.column for head in board.columns]
    # Scores of a search are larger where they are better.
    signs = [1.0 if head.direction == "max" else -1.0 for head in board.columns]
    found = []
    for row in board.rows:
        each = [
            (scored_search(search, scale, sign))
            for column, scale, sign in zip(columns, held, signs, strict=True)
            if (search := by_row.get((row.label, column))) is not None
        ]
        found.append(_over_tasks([search for search in each if search is not None]))
    return tuple(found)


def scored_search(search: Search, scale: ScoreScale, sign: float) -> Search | None:
    """Return a search whose scores lie between floor and reference; ``None`` where there is no such scale.

    Args:
        search: The search.
        scale: Of the validation measure on its task.
        sign: 1 where larger is better, −1 where smaller is.
    """
    scores = np.array([-math.inf if one.score is None else one.score for one in search.tried])
    low, high = [sign * scale.floor], [sign * scale.reference]
    on_scale: NDArray[np.float64] = normalized(scores[None], low, high, logarithmic=scale.logarithmic)[0]
    if np.isnan(on_scale).any():
        return None
    tried = (replace(one, score=max(score, 0.0)) for one, score in zip(search.tried, on_scale.tolist(), strict=True))
    return replace(search, tried=tuple(tried))


def _over_tasks(searches: Sequence[Search]) -> tuple[BestAt, ...]:
    known = [(search, best) for search in searches if len((best := expected_best(search)).k)]
    if not known:
        return ()
    generator = np.random.default_rng(CHANCE)
    found = []
    for part in (0.0, 0.5, 1.0):
        trials = [max(1, round(part * len(best.k))) for _, best in known]
        expected = float(np.mean([best.expected[k - 1] for (_, best), k in zip(known, trials, strict=True)]))
        drawn = np.mean(
            [futures_of_best(search, k, generator, DRAWS) for (search, _), k in zip(known, trials, strict=True)], axis=0
        )
        low, high = np.quantile(drawn, [0.1, 0.9], method="inverted_cdf")
        found.append(BestAt(min(trials), expected, float(low), float(high)))
    return tuple(found)

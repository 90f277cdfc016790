"""What every row of a leaderboard is worth on every task, on one scale: 0 is an untrained network, 1 the best that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.arrays import TrialTable, table_of_board
from benchsuite.analysis.leaderboard import Leaderboard
from benchsuite.analysis.numbers.aggregates import interquartile_mean, median
from benchsuite.analysis.reference import StoredReference, best_known
from benchsuite.analysis.sample import Sample
from benchsuite.analysis.scales import normalized_scores, scales
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ScoreMap:
    """Scores of all rows on all tasks.

    Args:
        rows: Labels, in the order of the leaderboard.
        names: The component of each row.
        columns: Labels of the tasks.
        values: ``[rows, columns]``: the median over seeds of the test score; −∞ where the median seed failed, NaN where
            nothing is there, or the task has no floor.
        overall: ``[rows]``: the interquartile mean over all seeds of all tasks.
    """

    rows: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    overall: NDArray[np.float64]


def score_map(
    board: Leaderboard, records: Sample | Iterable[Record], reference: StoredReference | None = None
) -> ScoreMap:
    """Return the scores of a leaderboard's rows; rows that are broken are left out.

    Args:
        board: The leaderboard.
        records: The records that it was made of.
        reference: The stored reference results, whose best may be the 1 of a task.
    """
    table = sound_table(board, records)
    test = table.scores("test")
    values = normalized_scores(test, scales(table, test, best_known(reference or StoredReference(), "test")))
    overall = interquartile_mean(values) if values.size else np.full(len(table.rows), np.nan)
    return ScoreMap(table.rows, sound_names(board), table.columns, np.asarray(median(values)), np.asarray(overall))


def sound_table(board: Leaderboard, records: Sample | Iterable[Record]) -> TrialTable:
    """Return the trials of those rows of a leaderboard whose numbers are those of their recipe."""
    whole = table_of_board(board, Sample.of(records))
    good = [at for at, row in enumerate(board.rows) if not row.broken]
    rows = tuple(whole.rows[at] for at in good)
    return TrialTable(rows, whole.columns, [whole.cells[at] for at in good], whole.seeds)


def sound_names(board: Leaderboard) -> tuple[str, ...]:
    """Return the component of each row of :func:`sound_table`."""
    return tuple(row.name for row in board.rows if not row.broken)


def by_row(found: ScoreMap) -> Mapping[str, NDArray[np.float64]]:
    """Return row → its scores."""
    return dict(zip(found.rows, found.values, strict=True))

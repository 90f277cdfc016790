"""Shares over a number, a curve for each row of a leaderboard: performance profile, and targets reached by part of the budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.leaderboard import Leaderboard
from benchsuite.analysis.numbers.aggregates import median
from benchsuite.analysis.numbers.profiles import area, profile, ratios
from benchsuite.analysis.numbers.targets import area_reached, share_reached
from benchsuite.analysis.reference import StoredReference, best_known
from benchsuite.analysis.row_numbers import FIRST_PART
from benchsuite.analysis.sample import Sample
from benchsuite.analysis.scales import scales
from benchsuite.analysis.score_map import sound_names, sound_table
from benchsuite.analysis.table_curves import shares_to_targets
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

FARTHEST = 16.0
"""The largest factor of a profile."""
MOST_STEPS = 200
"""Places at which a curve of targets may rise."""


@dataclass(frozen=True, eq=False)
class ShareCurves:
    """A share for each row, growing over a number.

    Args:
        rows: Labels, the largest area first.
        names: The component of each row.
        at: ``[places]``, growing from the first that is shown to the last.
        shares: ``[rows, places]``: the share reached at that place; it stays so until the next. NaN where a row has nothing.
        areas: ``[rows]``: what the rows are ordered by.
        tasks: Over how many tasks.
        what: What is counted until: ``steps to the middle target``.
    """

    rows: tuple[str, ...]
    names: tuple[str, ...]
    at: NDArray[np.float64]
    shares: NDArray[np.float64]
    areas: NDArray[np.float64]
    tasks: int
    what: str


def performance_profile(
    board: Leaderboard, records: Sample | Iterable[Record], measure: str = "steps:middle"
) -> ShareCurves:
    """Return on what share of the tasks each row is within a factor of the fastest row, over that factor from 1 to 16.

    Args:
        board: The leaderboard.
        records: The records that it was made of.
        measure: What is counted until which target: ``steps:middle``, ``epochs:0.95`` …; medians over seeds.
    """
    table = sound_table(board, records)
    times = np.asarray(median(table.scores(measure).values))
    found = ratios(times)
    known = found[np.isfinite(found) & (found <= FARTHEST)]
    at = np.unique(np.concatenate([[1.0], known, [FARTHEST]]))
    what, _, target = measure.partition(":")
    words = f"{what} to {target if target[:1].isdigit() else f'the {target} target'}"
    some = (~np.isnan(times)).any(axis=0)
    return _ordered(table.rows, sound_names(board), at, profile(times, at), area(times), int(some.sum()), words)


def targets_reached(
    board: Leaderboard, records: Sample | Iterable[Record], reference: StoredReference | None = None
) -> ShareCurves:
    """Return the share of all (run, target) pairs that each row reached within a part of the budget, over that part.

    The twenty targets of a task lie between an untrained network and the best that is known. Runs are not restarted.

    Args:
        board: The leaderboard.
        records: The records that it was made of.
        reference: The stored reference results, whose best may be the last target.
    """
    table = sound_table(board, records)
    validation = scales(table, table.scores("validation"), best_known(reference or StoredReference(), "validation"))
    parts = shares_to_targets(table, validation)
    known = np.unique(parts[np.isfinite(parts) & (parts > 0)])
    if len(known) > MOST_STEPS:  # of very many places those that are evenly spread over their ranks
        known = known[np.linspace(0, len(known) - 1, MOST_STEPS).round().astype(int)]
    at = np.unique(np.concatenate([[FIRST_PART], known[known >= FIRST_PART], [1.0]]))
    tasks = int((~np.isnan(parts)).any(axis=(0, 2, 3)).sum())
    areas = area_reached(parts, FIRST_PART, 1.0)
    return _ordered(table.rows, sound_names(board), at, share_reached(parts, at), areas, tasks, "part of the budget")


def _ordered(
    rows: tuple[str, ...],
    names: tuple[str, ...],
    at: NDArray[np.float64],
    shares: NDArray[np.float64],
    areas: NDArray[np.float64],
    tasks: int,
    what: str,
) -> ShareCurves:
    """Return curves with the largest area first; rows without one are left out."""
    order = [
        row for row in sorted(range(len(rows)), key=lambda row: (-areas[row], rows[row])) if areas[row] == areas[row]
    ]
    return ShareCurves(
        tuple(rows[row] for row in order),
        tuple(names[row] for row in order),
        at,
        shares[order],
        areas[order],
        tasks,
        what,
    )

"""The time of a step relative to the baseline's, where `benchsuite cost` measured it: better than timings of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.settings import joined_name
from benchsuite.cost_files import CostTable


def with_costs(board: Leaderboard, costs: Sequence[CostTable]) -> Leaderboard:
    """Return a leaderboard with the ratios that a contest of its kind measured; rows that none has keep that of their timings.

    Args:
        board: The leaderboard.
        costs: All contests; that on the standard network comes first, and none counts whose core was shared.
    """
    reference = _reference(board)
    known = sorted(
        (one for one in costs if one.kind == board.kind and not one.shared),
        key=lambda one: (one.task is not None, one.place),
    )
    for contest in known:
        ratios = _by_name(contest)
        if reference in ratios and ratios[reference] > 0:
            rows = [replace(row, step_ratio=_ratio(row, ratios, reference)) for row in board.rows]
            return replace(board, rows=tuple(rows))
    return board


def _by_name(contest: CostTable) -> dict[str, float]:
    """Return component → its ratio, the first of several settings: what a step does seldom depends on numbers."""
    found: dict[str, float] = {}
    for row in contest.rows:
        found.setdefault(" + ".join(row.hyperparameters), row.ratio)
    return found


def _reference(board: Leaderboard) -> str:
    """Return the name of the component that is the baseline of the first task."""
    held = [row.name for row in board.rows if any(entry.is_baseline for entry in row.entries if entry)]
    return held[0] if held else ""


def _ratio(row: Row, ratios: Mapping[str, float], reference: str) -> float | None:
    name = joined_name(row.settings)
    return ratios[name] / ratios[reference] if name in ratios else row.step_ratio

"""Figures of whole leaderboards: all tasks together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.score_map import ScoreMap, score_map
from benchsuite.analysis.share_curves import ShareCurves, performance_profile, targets_reached
from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.critical_difference import board_ranks_picture
from benchsuite.report.drawings.heat_map import heat_map_picture
from benchsuite.report.drawings.marks import component_of
from benchsuite.report.drawings.picture import Picture
from benchsuite.report.drawings.ranking import ranking_picture
from benchsuite.report.drawings.robustness import robustness_picture
from benchsuite.report.drawings.share_lines import ecdf_picture, profile_picture
from benchsuite.report.drawings.trade_off import Traded, known_of, trade_off_picture
from benchsuite.report.figures.asked import FigureChoice, FigureSource, chosen_names


def heat_maps(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return components × tasks of each leaderboard, the best row first."""
    found = []
    for board in source.boards(asked):
        scores = score_map(board, source.contents.sample, source.contents.reference)
        order = np.argsort(-np.nan_to_num(scores.overall, nan=-np.inf), kind="stable")
        wanted = chosen_names(asked, board)
        kept = [int(row) for row in order if scores.rows[row] in wanted]
        shown = ScoreMap(
            tuple(scores.rows[row] for row in kept), tuple(scores.names[row] for row in kept), scores.columns,
            scores.values[kept], scores.overall[kept],
        )  # fmt: skip
        found.append(heat_map_picture(shown, board.kind, f"heat-map {board.key}", f"{board.title}: scores by task"))
    return found


def profiles(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return the performance profile of each leaderboard."""
    found = []
    for board in source.boards(asked):
        curves = _only(
            performance_profile(board, source.contents.sample, asked.measure or "steps:middle"), asked, board
        )
        title = f"{board.title}: performance profile"
        found.append(profile_picture(curves, board.kind, source.styles, f"performance-profile {board.key}", title))
    return found


def ecdfs(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return the share of targets that each row of a leaderboard reached, over the budget."""
    found = []
    for board in source.boards(asked):
        curves = _only(targets_reached(board, source.contents.sample, source.contents.reference), asked, board)
        title = f"{board.title}: targets reached by part of the budget"
        found.append(ecdf_picture(curves, board.kind, source.styles, f"ecdf {board.key}", title))
    return found


def _only(curves: ShareCurves, asked: FigureChoice, board: Leaderboard) -> ShareCurves:
    """Return the curves of those rows that are asked for; what they are held against stays."""
    wanted = chosen_names(asked, board)
    kept = [row for row, label in enumerate(curves.rows) if label in wanted]
    return replace(
        curves, rows=tuple(curves.rows[row] for row in kept), names=tuple(curves.names[row] for row in kept),
        shares=curves.shares[kept], areas=curves.areas[kept],
    )  # fmt: skip


def trade_offs(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return quality against step time of each leaderboard."""
    boards = source.boards(asked)
    found = []
    for board in boards:
        scores = score_map(board, source.contents.sample, source.contents.reference)
        overall = dict(zip(scores.rows, scores.overall.tolist(), strict=True))
        wanted = chosen_names(asked, board)
        rows = [
            Traded(
                row.label, component_of(board.kind, row.name), source.styles[board.kind, row.name],
                overall.get(row.label, float("nan")), float("nan") if row.step_ratio is None else row.step_ratio,
            )
            for row in board.rows
            # A score over fewer tasks is another quantity: as in the ranking, such rows are left out.
            if row.label in wanted and (row.place is not None or board.ranking is None or not board.ranking.ranked)
        ]  # fmt: skip
        picture = trade_off_picture(rows, f"pareto {board.key}", f"{board.title}: quality against step time")
        found.append(picture if known_of(rows) else None)
    return _some(found, boards, "no row has both a score and a step time, which `benchsuite cost` measures")


def critical_differences(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return the critical-difference diagram of each leaderboard that has one."""
    boards = source.boards(asked)
    found = [
        board_ranks_picture(board, source.styles, f"critical-difference {board.key}", f"{board.title}: average ranks")
        for board in boards
    ]
    return _some(found, boards, "a critical-difference diagram needs three rows that have all of two tasks")


def rank_ranges(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return score and open ranks of each leaderboard that has a ranking."""
    boards = source.boards(asked)
    found = [
        ranking_picture(board, source.styles, f"rank-ranges {board.key}", f"{board.title}: ranking") for board in boards
    ]
    return _some(found, boards, "a ranking needs two rows that are on the same tasks")


def robustnesses(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return what becomes of the first row of each leaderboard that has a ranking."""
    boards = source.boards(asked)
    found = [
        robustness_picture(board, f"rank-robustness {board.key}", f"{board.title}: is the first still first?")
        for board in boards
    ]
    return _some(found, boards, "nothing can be left out of a ranking of fewer than two rows, or of one task and seed")


def _some(found: Sequence[Picture | None], boards: Sequence[Leaderboard], needs: str) -> list[Picture]:
    """Return the pictures that there are.

    Raises:
        BenchsuiteError: If there are none; it says what is lacking.
    """
    known = [picture for picture in found if picture is not None]
    if not known:
        titles = ", ".join(board.title for board in boards)
        raise BenchsuiteError(f"there is nothing to draw of {titles}: {needs}. Run more seeds, tasks or components.")
    return known

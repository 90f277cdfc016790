"""Figures of what was tuned: what the best of k settings is worth."""

from __future__ import annotations

import math

import numpy as np

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.board_numbers import scored_search
from benchsuite.analysis.budget_curves import expected_best
from benchsuite.analysis.numbers.best_of_k import BestOf
from benchsuite.analysis.reference import best_known
from benchsuite.analysis.scales import scales
from benchsuite.analysis.score_map import sound_table
from benchsuite.analysis.tuned_boards import searches_of_board
from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.budget_lines import BudgetLine, budget_picture
from benchsuite.report.drawings.marks import component_of
from benchsuite.report.drawings.picture import Picture
from benchsuite.report.figures.asked import FigureChoice, FigureSource, chosen_names, one_task


def budget_curves(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return what the best of k settings is worth on a task, or on all of them where none is named.

    Raises:
        BenchsuiteError: If nothing was searched.
    """
    boards = [board for board in source.boards(_tuned(source, asked)) if board.protocol.budget > 1]
    if not boards:
        raise BenchsuiteError(
            f"no search tried settings of kind {asked.kind.replace('_', ' ')}, so there is no best of several. "
            "`benchsuite run --track tuned` searches."
        )
    return [_of_task(source, asked, board) if asked.task else _of_all(source, asked, board) for board in boards]


def _tuned(source: FigureSource, asked: FigureChoice) -> FigureChoice:
    """Return what is asked, of the tuned track unless another is named."""
    from dataclasses import replace

    there = {board.protocol.track for board in source.contents.by_test if board.kind == asked.kind}
    return replace(asked, track="tuned") if not asked.track and "tuned" in there else asked


def _of_task(source: FigureSource, asked: FigureChoice, board: Leaderboard) -> Picture:
    labels = {head.label: at for at, head in enumerate(board.columns)}
    task = one_task(asked.task, labels, f"task on which {board.kind.replace('_', ' ')}s were tuned:")
    head = board.columns[labels[task]]
    sign = 1.0 if head.direction == "max" else -1.0
    searches = searches_of_board(board, source.contents.searches, source.records)
    wanted = chosen_names(asked, board)
    lines = [
        _line(source, board, row.label, row.name, expected_best(search), sign)
        for row in board.rows
        if row.label in wanted and (search := searches.get((row.label, head.column))) is not None
    ]
    title = f"{board.title} on {task}: the best of k settings"
    return budget_picture(
        _best_first(lines, sign), head.primary, head.direction, f"budget-curves {board.key} {task}", title
    )


def _of_all(source: FigureSource, asked: FigureChoice, board: Leaderboard) -> Picture:
    """Return the mean over tasks of scores between an untrained network and the best that is known."""
    table = sound_table(board, source.contents.sample)
    known = best_known(source.contents.reference, "validation")
    held = dict(zip(table.columns, scales(table, table.scores("validation"), known), strict=True))
    searches = searches_of_board(board, source.contents.searches, source.records)
    wanted = chosen_names(asked, board)
    known_of: dict[Row, list[BestOf]] = {}
    for row in board.rows:
        if row.label not in wanted or row.broken:
            continue
        each = []
        for head in board.columns:
            search, scale = searches.get((row.label, head.column)), held.get(head.label)
            if search is not None and scale is not None:
                scored = scored_search(search, scale, 1.0 if head.direction == "max" else -1.0)
                each += [expected_best(scored)] if scored is not None else []
        known_of[row] = [one for one in each if len(one.k)]
    most = max(map(len, known_of.values()), default=0)
    lines = []
    for row, each in known_of.items():
        if each and len(each) == most:  # a mean over fewer tasks is another quantity
            count = min(len(one.k) for one in each)
            expected, low, high = (
                np.mean([getattr(one, part)[:count] for one in each], axis=0) for part in ("expected", "low", "high")
            )
            best = BestOf(each[0].k[:count], expected, low, high, expected, expected)
            lines.append(_line(source, board, row.label, row.name, best, 1.0))
    title = f"{board.title}: the best of k settings, mean over {most} tasks"
    return budget_picture(_best_first(lines, 1.0), "score", "max", f"budget-curves {board.key}", title)


def _line(source: FigureSource, board: Leaderboard, label: str, name: str, best: BestOf, sign: float) -> BudgetLine:
    expected, low, high = (
        tuple(sign * value if math.isfinite(value) else math.nan for value in part.tolist())
        for part in (best.expected, best.low, best.high)
    )
    style = source.styles[board.kind, name]
    return BudgetLine(label, component_of(board.kind, name), style, tuple(best.k.tolist()), expected, low, high)


def _best_first(lines: list[BudgetLine], sign: float) -> list[BudgetLine]:
    held = [one for one in lines if one.trials]
    return sorted(held, key=lambda one: (math.isnan(one.expected[-1]), -sign * one.expected[-1], one.label))

"""The numbers of a leaderboard as tables of texts, cell by cell: what terminal, Markdown and LaTeX write each in its own way."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchsuite.analysis.board_numbers import BestAt, BoardNumbers
from benchsuite.analysis.row_numbers import RowNumbers
from benchsuite.report.tables.numbers import percent
from benchsuite.report.tables.ranking_cells import NAME, Cells

NOTHING = "–"


def number_cells(numbers: BoardNumbers, rows: Sequence[int] | None = None) -> list[Cells]:
    """Return the tables of one leaderboard: scores, targets, and for what was tuned the best of k.

    Args:
        numbers: Of the leaderboard.
        rows: Places of those rows that are shown; all unless given.
    """
    board = numbers.board
    shown = [(numbers.rows[at], at) for at in (range(len(board.rows)) if rows is None else rows)]
    tables = [
        Cells(
            f"{board.title}: scores",
            (NAME, "IQM", "interval", "gap to 1", "train – test", "failed", "interval", "front"),
            tuple((_label(numbers, at), *_scores(held)) for held, at in shown),
            (
                "Scores of the test part: 0 is an untrained network, 1 the best that is known "
                f"({_references(numbers)}). IQM: the mean of the middle half of all runs; its interval is for other seeds on "
                "these tasks. Gap: what is missing to 1. Front: no other row is better in IQM, step time and state at once.",
            ),
        ),
        Cells(
            f"{board.title}: steps to targets",
            (NAME, "profile", "by AlgoPerf", "targets reached", "steps ÷ budget", "±", "speed-up"),
            tuple((_label(numbers, at), *_targets(held)) for held, at in shown),
            (
                "Profile: area below the share of tasks within a factor of the fastest, to 4 (Dolan–Moré), by the steps to the "
                "middle target. Targets: of 20 from floor to reference. Steps: restricted mean to the middle target "
                f"(Kaplan–Meier), with its standard error. Speed-up: in epochs, against {_baselines(numbers)}.",
            ),
        ),
    ]
    if numbers.best:
        tables.append(
            Cells(
                f"{board.title}: best of k trials",
                (NAME, "default", "half of them", "8 in 10", "all", "trials"),
                tuple((_label(numbers, at), *_best(numbers.best[at])) for _, at in shown),
                (
                    "Validation scores from floor to reference, mean over tasks: of the default, the expected best of half of "
                    "the trials with 8 of 10 histories that could have been, and the best of all. They chose the setting, so "
                    "they are better than it will do again.",
                ),
            )
        )
    return tables


def _label(numbers: BoardNumbers, at: int) -> str:
    """Return a row's label, and whether its numbers are of fewer tasks than those of others: then they are other numbers."""
    row, columns = numbers.board.rows[at], len(numbers.tasks)
    tasks = sum(held[at] is not None for held in numbers.tasks)
    less = "broken" if row.broken else f"{tasks} of {columns} tasks" if tasks < columns else ""
    return f"{row.label} ({less})" if less else row.label


def _scores(held: RowNumbers | None) -> tuple[str, ...]:
    if held is None:
        return (NOTHING,) * 7
    return (
        score(held.interquartile_mean),
        span(held.interquartile_low, held.interquartile_high),
        score(held.optimality_gap),
        score(held.generalization_gap),
        f"{held.failed}/{held.runs}",
        f"{100 * held.failure_low:.0f}–{100 * held.failure_high:.0f} %",
        "yes" if held.on_front else "no",
    )


def _targets(held: RowNumbers | None) -> tuple[str, ...]:
    if held is None:
        return (NOTHING,) * 6
    return (
        score(held.profile_area),
        score(held.profile_algoperf),
        NOTHING if math.isnan(held.targets_reached) else percent(held.targets_reached),
        score(held.steps),
        score(held.steps_error) if not math.isnan(held.steps) else NOTHING,
        NOTHING if math.isnan(held.speed_up) else f"{held.speed_up:.2f}×",
    )


def _best(held: Sequence[BestAt]) -> tuple[str, ...]:
    if not held:
        return (NOTHING,) * 5
    first, half, whole = held
    return (
        score(first.expected),
        score(half.expected),
        span(half.low, half.high),
        score(whole.expected),
        str(whole.trials),
    )


def score(value: float) -> str:
    """Return a score as a reader wants it; one that a failure decides in words."""
    return NOTHING if math.isnan(value) else "failed" if math.isinf(value) else f"{value:.3f}"


def span(low: float, high: float) -> str:
    """Return an interval of scores; nothing where there is none."""
    return NOTHING if math.isnan(low) or math.isnan(high) else f"{score(low)}–{score(high)}"


def _references(numbers: BoardNumbers) -> str:
    whose: dict[str, list[str]] = {}
    for one in numbers.scales:
        if one.test.source:
            whose.setdefault(one.test.source, []).append(one.task)
    return "; ".join(f"{source} on {', '.join(tasks)}" for source, tasks in whose.items()) or "nobody's"


def _baselines(numbers: BoardNumbers) -> str:
    names = list(dict.fromkeys(one.baseline for one in numbers.scales if one.baseline))
    return " and ".join(names) or "no row, since none is the baseline"

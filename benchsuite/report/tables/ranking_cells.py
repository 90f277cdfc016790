"""The tables of a ranking as texts, cell by cell: what Markdown, LaTeX and the page write each in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.analysis import Leaderboard, Row
from benchsuite.report.tables.cost_table import ratio_text
from benchsuite.report.tables.numbers import column_format, count_of, interval_text, outcome_word
from benchsuite.report.tables.ranking_words import (
    cautions,
    first_line,
    measure_words,
    range_text,
    said_of,
    score_interval,
    score_text,
)


@dataclass(frozen=True, slots=True)
class Cells:
    """A table.

    Args:
        title: What it is of.
        heads: One for each column; ``Component`` is a name, all else numbers.
        rows: As many texts each.
        notes: What stands below it, one sentence or more each.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


NAME = "Component"


def overall(board: Leaderboard, rows: Sequence[Row] | None = None) -> Cells:
    """Return the ranking over all tasks.

    Args:
        board: The leaderboard.
        rows: Those of its rows that are shown; all unless given.
    """
    shown = board.rows if rows is None else rows
    tuned = any(row.tuning_cost is not None for row in board.rows)
    robust = any(row.robust_decades is not None for row in board.rows)
    heads = ["Place", NAME, "Ranks", "Score", "Score interval", "Failed", "Step ÷ baseline", "State, B/parameter"]
    heads += ["Tuning, trials/task"] * tuned + ["Rate, decades"] * robust
    lines = []
    for row in shown:
        line = [
            place_text(row, len(board.columns)),
            name_text(row),
            range_text(row.place),
            score_text(row.place),
            score_interval(row.place) or "–",
            failed_text(row),
            "–" if row.step_ratio is None else ratio_text(row.step_ratio),
            "–" if row.state_per_parameter is None else f"{row.state_per_parameter:.1f}",
        ]
        line += ["–" if row.tuning_cost is None else f"{row.tuning_cost:.3g}"] * tuned
        line += ["–" if row.robust_decades is None else f"{row.robust_decades:.1f}"] * robust
        lines.append(tuple(line))
    said = said_of(board)
    notes = [*said.lines, said.rests_on]
    notes += [f"Settings: {board.protocol.rule}"] if board.protocol.rule else []
    title = f"{board.title}: all tasks, by {measure_words(board)}"
    return Cells(title, tuple(heads), tuple(lines), tuple(filter(None, notes)))


def of_task(board: Leaderboard, position: int, rows: Sequence[Row] | None = None) -> Cells:
    """Return the ranking on one task.

    Args:
        board: The leaderboard.
        position: Of the task's column.
        rows: Those of its rows that are shown; all unless given.
    """
    head = board.columns[position]
    held = [(row, entry) for row in (board.rows if rows is None else rows) if (entry := row.entries[position])]
    held.sort(key=lambda pair: (pair[1].place is None, -(pair[1].place.score if pair[1].place else 0.0)))
    form = column_format((entry.final.estimate for _, entry in held if entry.final), head.beyond, counts=head.counts)
    heads = [
        "Place",
        NAME,
        "Ranks",
        "Score",
        f"Median {head.measured}",
        "Interval",
        "Failed",
        "Step, ms",
        "State, bytes",
    ]
    lines = []
    for row, entry in held:
        chosen = row.chosen[position] if row.chosen else ""
        line = [
            "broken" if row.broken else entry.place.text if entry.place else "–",
            name_text(row) + (f" ({chosen})" if chosen else ""),
            range_text(entry.place),
            score_text(entry.place),
            form(entry.final.estimate) if entry.final else outcome_word(entry.without_value),
            interval_text(entry.final, form) if entry.final and entry.final.count > 1 else "–",
            f"{entry.failed}/{entry.counted}",
            "–" if entry.step_milliseconds is None else f"{entry.step_milliseconds:.3g}",
            "–" if entry.state_bytes is None else f"{entry.state_bytes:,}",
        ]
        lines.append(tuple(line))
    ranking = board.task_rankings[position] if board.task_rankings else None
    notes = [first_line(board, ranking), *cautions(ranking)] if ranking else []
    return Cells(f"{board.title}: {head.label}", tuple(heads), tuple(lines), tuple(filter(None, notes)))


def place_text(row: Row, columns: int) -> str:
    """Return a row's place; that its numbers cannot be those of its recipe, or how many tasks it has where it has no place."""
    if row.broken:
        return "broken"
    if row.place is not None:
        return row.place.text
    return f"– ({row.ranked} of {columns})" if row.ranked else "–"


def name_text(row: Row) -> str:
    """Return a row's label, with other names of the same method, and how many of its trials are disputed."""
    beside = "; ".join(filter(None, (row.also, disputed_text(row))))
    return f"{row.label} ({beside})" if beside else row.label


def disputed_text(row: Row) -> str:
    """Return of how many trials of a row somebody else has other numbers; empty if of none."""
    return f"{count_of(row.disputed, 'trial')} disputed" if row.disputed else ""


def failed_text(row: Row) -> str:
    """Return how many seeds failed of how many, over all tasks."""
    return f"{row.failed}/{row.counted}"

"""The tables of a leaderboard as the site shows them: every name leads to its page, every number to its records."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchsuite.analysis import Entry, Leaderboard, Row, Standing
from benchsuite.report.site.drawn_rows import marks
from benchsuite.report.site.links import Links
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.words import row_text
from benchsuite.report.tables.ranking_cells import NAME, Cells, name_text, of_task, overall

HELP = {
    "Place": "1 + how many are told to be better; “=” where several share it, in no order",
    "Ranks": "What bootstraps over the seeds and the tests leave open",
    "Score": "Share of the comparisons with runs of the others that are won",
    "Score interval": "Of the score, for other seeds on these tasks",
    "Failed": "Seeds that failed, of all that count",
    "Step ÷ baseline": "Time of a training step relative to the baseline's",
    "State, B/parameter": "Bytes of optimizer state for each trained number",
    "Tuning, trials/task": "Whole trials that the search took for a task",
    "Rate, decades": "Powers of ten over which the learning rate may vary",
}


def ranking_table(data: SiteData, links: Links, board: Leaderboard, rows: Sequence[Row], csv: str = "") -> DataTable:
    """Return the ranking over all tasks.

    Args:
        data: The site.
        links: Of the page that shows it.
        board: The leaderboard.
        rows: Those that are shown, in its order.
        csv: Name of the CSV.
    """
    cells = replace(overall(board, rows), notes=())
    tie, before = 0, None
    lines = []
    for row, texts in zip(rows, cells.rows, strict=True):
        place = None if row.place is None else row.place.place
        tie += place != before  # rows of one place stand together, on one ground
        before = place
        held = tuple(zip(cells.heads, texts, strict=True))
        orders = {
            "Place": _place(row.place),
            "Ranks": _rank(row.place),
            "Score": -row.place.score if row.place else math.nan,
            "Score interval": -row.place.score_low if row.place else math.nan,
            "Failed": row.failed / row.counted if row.counted else 0.0,
            "Step ÷ baseline": row.step_ratio,
            "State, B/parameter": row.state_per_parameter,
            "Tuning, trials/task": row.tuning_cost,
            "Rate, decades": None if row.robust_decades is None else -row.robust_decades,
        }
        lines.append(_line(data, links, board, row, held, orders, _ids(row), "tied" if tie % 2 else ""))
    return data.table(DataTable(cells.title, _heads(cells), tuple(lines), cells.notes, csv, "ranking"))


def task_ranking_table(data: SiteData, links: Links, board: Leaderboard, position: int, csv: str = "") -> DataTable:
    """Return the ranking on one task.

    Args:
        data: The site.
        links: Of the page that shows it.
        board: The leaderboard.
        position: Of the task's column.
        csv: Name of the CSV.
    """
    cells = of_task(board, position)
    entries = [(row, entry) for row in board.rows if (entry := row.entries[position])]
    entries.sort(key=lambda pair: (pair[1].place is None, -(pair[1].place.score if pair[1].place else 0.0)))
    sign = -1 if board.columns[position].better == "max" else 1
    lines = []
    for (row, entry), texts in zip(entries, cells.rows, strict=True):
        held = tuple(zip(cells.heads, texts, strict=True))
        final = math.nan if entry.final is None else sign * entry.final.estimate
        orders = {
            "Place": _place(entry.place),
            "Ranks": _rank(entry.place),
            "Score": -entry.place.score if entry.place else math.nan,
            next(head for head in cells.heads if head.startswith("Median")): final,
            "Failed": entry.failed / entry.counted if entry.counted else 0.0,
            "Step, ms": entry.step_milliseconds,
            "State, bytes": None if entry.state_bytes is None else float(entry.state_bytes),
        }
        lines.append(_line(data, links, board, row, held, orders, _ids_of(entry), ""))
    return data.table(DataTable(cells.title, _heads(cells), tuple(lines), cells.notes, csv, "ranking"))


def cells_table(
    data: SiteData, links: Links, board: Leaderboard, cells: Cells, rows: Sequence[Row], csv: str = ""
) -> DataTable:
    """Return a table of texts whose lines are some rows of a leaderboard.

    Args:
        data: The site.
        links: Of the page that shows it.
        board: The leaderboard.
        cells: The texts.
        rows: As many rows.
        csv: Name of the CSV.
    """
    lines = tuple(
        _line(data, links, board, row, tuple(zip(cells.heads, texts, strict=True)), {}, _ids(row), "")
        for row, texts in zip(rows, cells.rows, strict=True)
    )
    return data.table(DataTable(cells.title, _heads(cells), lines, cells.notes, csv))


def _line(
    data: SiteData,
    links: Links,
    board: Leaderboard,
    row: Row,
    texts: Sequence[tuple[str, str]],  # two columns may have one head
    orders: dict[str, float | None],
    ids: Iterable[str],
    classes: str,
) -> TableLine:
    record = links.records(ids)
    cells = []
    for head, text in texts:
        if head == NAME:
            also, named = (row.also,) if row.also else (), name_text(row)
            label = row.label + text.removeprefix(named) if text.startswith(named) else text
            link, settings = links.component(board.kind, row.name), row_text(row)
            cells.append(TableCell(label, link=link, title=settings, small=also, marks=marks(row, links), value=text))
            continue
        order = orders.get(head)
        missing = math.nan if head in orders and order is None else order
        told = text not in ("–", "")
        cells.append(TableCell(text, missing, record if told else None, "bad" if text == "broken" else ""))
    card = data.card(board.kind, row.name)
    style = data.style(board.kind, row.name)
    return TableLine(tuple(cells), f"{board.kind}/{row.name}", card.family, style, classes)


def _heads(cells: Cells) -> tuple[Head, ...]:
    return tuple(Head(head, head != NAME, HELP.get(head, ""), name=head == NAME) for head in cells.heads)


def _place(place: Standing | None) -> float:
    return math.nan if place is None else place.place


def _rank(place: Standing | None) -> float:
    return math.nan if place is None else (place.low + place.high) / 2


def _ids(row: Row) -> Iterable[str]:
    return (id for entry in row.entries if entry for id in _ids_of(entry))


def _ids_of(entry: Entry) -> Iterable[str]:
    return (id for seed in entry.seeds for id in seed.ids)

"""Rows of a leaderboard as the site names, colours and links them: in tables and in charts alike."""

from __future__ import annotations

from collections.abc import Iterable

from benchsuite.analysis import Entry, Leaderboard, Row
from benchsuite.report.site.curves import DrawnRow
from benchsuite.report.site.links import Links
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import TableCell, TableLine
from benchsuite.report.site.words import row_text
from benchsuite.report.tables.ranking_cells import disputed_text


def drawn(data: SiteData, board: Leaderboard, row: Row, classes: str = "", *, grey: bool = False) -> DrawnRow:
    """Return how a row is drawn.

    Args:
        data: The site.
        board: The leaderboard.
        row: Its row.
        classes: Of the style sheet.
        grey: Whether it stands behind others, without a colour and without its interval.
    """
    style = None if grey else data.style(board.kind, row.name)
    family = data.card(board.kind, row.name).family
    return DrawnRow(row, f"{board.kind}/{row.name}", family, style, f"grey {classes}".strip() if grey else classes)


def row_line(data: SiteData, board: Leaderboard, row: Row, cells: Iterable[TableCell], classes: str = "") -> TableLine:
    """Return a line of a table that is of one row.

    Args:
        data: The site.
        board: The leaderboard.
        row: Its row.
        cells: Of the line.
        classes: Of the style sheet.
    """
    family = data.card(board.kind, row.name).family
    style = data.style(board.kind, row.name)
    return TableLine(tuple(cells), f"{board.kind}/{row.name}", family, style, classes)


def name_cell(links: Links, board: Leaderboard, row: Row) -> TableCell:
    """Return the cell that names a row and leads to its component."""
    small = (row.also,) if row.also else ()
    link, title = links.component(board.kind, row.name), row_text(row)
    return TableCell(row.label, link=link, title=title, small=small, marks=marks(row, links))


def marks(row: Row, links: Links) -> tuple[tuple[str, str | None], ...]:
    """Return what has to stand at a row's name wherever it is shown, each with where it leads: that trials of it are disputed."""
    disputed = disputed_text(row)
    return ((disputed, links.other("disputes")),) if disputed else ()


def ids_of(entry: Entry | None) -> tuple[str, ...]:
    """Return the trials of an entry, in the order of their seeds."""
    return tuple(id for seed in entry.seeds for id in seed.ids) if entry else ()

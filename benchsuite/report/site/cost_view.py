"""What steps cost, as the site shows it: a table for each contest that was held."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from benchsuite.cost_files import CostRow
from benchsuite.report.site.links import Links
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.words import title
from benchsuite.report.tables.cost_table import about_text, failed_lines, in_order, ratio_text, shared_line, spread_text
from benchsuite.report.tables.numbers import milliseconds

MOST_ROWS = 200
"""Settings of a table."""
MOST_TABLES = 50
"""Tables of a page."""


@dataclass(frozen=True, slots=True)
class CostView:
    """One contest, with the sentences that belong below it.

    Args:
        table: The settings, cheapest first.
        about: How it was held, when and where.
        notes: What could not be timed, and how many settings are not shown.
        shared: Whether the core was shared; empty if not.
    """

    table: DataTable
    about: str
    notes: tuple[str, ...]
    shared: str


def cost_views(data: SiteData, links: Links) -> Iterator[CostView]:
    """Yield the views of contests, in their order.

    Args:
        data: The site.
        links: Of the page that shows them.
    """
    for number, contest in enumerate(list(data.costs)[:MOST_TABLES], 1):
        rows = in_order(contest)
        notes = failed_lines(contest)[:MOST_ROWS]
        if (more := len(rows) - MOST_ROWS) > 0:
            notes.append(f"{more} more are in the file.")
        heads = (
            Head("Setting", name=True),
            Head(f"Step cost ÷ {contest.against}", True, "The median over the rounds"),
            Head("Quartiles", True),
            Head("A step", True, "The fastest round"),
            Head("Bytes of state a parameter", True),
            Head("Compiling", True),
        )
        lines = tuple(_line(data, links, contest.kind, row) for row in rows[:MOST_ROWS])
        table = DataTable(f"{title(contest.kind)} on {contest.place}", heads, lines, (), f"costs-{number}")
        about = (
            f"{about_text(contest)} Measured {contest.finished_at[:16].replace('T', ' ')} UTC on {contest.processor}."
        )
        yield CostView(data.table(table), about, tuple(notes), shared_line(contest))


def _line(data: SiteData, links: Links, kind: str, row: CostRow) -> TableLine:
    name = " + ".join(row.hyperparameters)
    compiling = "shared" if row.compile_seconds is None else f"{row.compile_seconds:.1f} s"
    cells = (
        TableCell(row.label, link=links.component(kind, name)),
        TableCell(ratio_text(row.ratio), row.ratio, value=row.ratio),
        TableCell(spread_text(row.low, row.high), row.low),
        TableCell(milliseconds(row.milliseconds), row.milliseconds, value=row.milliseconds),
        TableCell(f"{row.state_bytes:.1f}", row.state_bytes, value=row.state_bytes),
        TableCell(compiling, math.nan if row.compile_seconds is None else row.compile_seconds),
    )
    return TableLine(cells, f"{kind}/{name}", data.card(kind, name).family, data.style(kind, name))

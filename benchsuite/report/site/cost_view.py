"""What steps cost, as the page shows it: a table for each contest that was held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchsuite.cost_files import CostTable
from benchsuite.report.site.words import title
from benchsuite.report.tables.cost_table import about_text, failed_lines, in_order, ratio_text, shared_line, spread_text
from benchsuite.report.tables.numbers import milliseconds

MOST_ROWS = 200
"""Settings of a table."""
MOST_TABLES = 50
"""Tables of a page."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a step of one setting costs, as text."""

    label: str
    ratio: str
    spread: str
    milliseconds: str
    state_bytes: str
    compile_seconds: str


@dataclass(frozen=True, slots=True)
class CostView:
    """One contest, with the sentences that belong below it.

    Args:
        title: Kind and task.
        against: The yardstick.
        lines: Cheapest first.
        about: How it was held, when and where.
        notes: What could not be timed, and how many settings are not shown.
        shared: Whether the core was shared; empty if not.
    """

    title: str
    against: str
    lines: tuple[CostLine, ...]
    about: str
    notes: tuple[str, ...]
    shared: str


def cost_views(tables: Iterable[CostTable]) -> tuple[CostView, ...]:
    """Return the views of contests, in their order."""
    return tuple(_view(table) for table in list(tables)[:MOST_TABLES])


def _view(table: CostTable) -> CostView:
    rows = in_order(table)
    notes = failed_lines(table)[:MOST_ROWS]
    if (more := len(rows) - MOST_ROWS) > 0:
        notes.append(f"{more} more are in the file.")
    return CostView(
        title=f"{title(table.kind)} on {table.place}",
        against=table.against,
        lines=tuple(
            CostLine(
                label=row.label,
                ratio=ratio_text(row.ratio),
                spread=spread_text(row.low, row.high),
                milliseconds=milliseconds(row.milliseconds),
                state_bytes=f"{row.state_bytes:.1f}",
                compile_seconds="shared" if row.compile_seconds is None else f"{row.compile_seconds:.1f} s",
            )
            for row in rows[:MOST_ROWS]
        ),
        about=f"{about_text(table)} Measured {table.finished_at[:16].replace('T', ' ')} UTC on {table.processor}.",
        notes=tuple(notes),
        shared=shared_line(table),
    )

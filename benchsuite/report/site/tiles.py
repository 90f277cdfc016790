"""Small charts of a row, one for each task, with the rows behind them that it is read against."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from benchsuite.analysis import Entry, Leaderboard, Row
from benchsuite.report.site.curves import small_chart
from benchsuite.report.site.drawn_rows import drawn
from benchsuite.report.site.links import Links
from benchsuite.report.site.plain_chart import Chart
from benchsuite.report.site.site import SiteData
from benchsuite.report.tables.numbers import column_format, interval_text, outcome_word, whole

MOST_TILES = 60
"""Tasks whose curves are shown."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A small chart of one task: its label, where that leads, what is said of it."""

    label: str
    link: str | None
    facts: str
    chart: Chart


def tiles_of(data: SiteData, links: Links, board: Leaderboard, row: Row, base: Row | None) -> Iterator[Tile]:
    """Yield the curves of a row task by task, with the baseline and the best of the task behind them.

    Args:
        data: The site.
        links: Of the page that shows them.
        board: The leaderboard.
        row: Its row.
        base: The row that the board is read against.
    """
    for at, head in list(enumerate(board.columns))[:MOST_TILES]:
        entry = row.entries[at]
        curves = data.curves.of(board, at)
        if entry is None or row.label not in curves.rows:
            continue
        best = best_of_column(board, at)
        shown, who = [drawn(data, board, row)], []
        if base is not None and base is not row:
            shown.append(drawn(data, board, base, grey=True))
            who.append(f"grey {base.label}")
        best = best_of_column(board, at)
        if best is not None and best is not row and best is not base:
            shown.append(drawn(data, board, best, "best", grey=True))
            who.append(f"dashed {best.label}, the best there")
        alt = f"Validation {head.primary} of {row.label} on {head.label} by epoch" + "".join(f"; {one}" for one in who)
        yield Tile(
            head.label, links.task(head.label), entry_facts(entry, head.measured), small_chart(curves, shown, alt)
        )


def entry_facts(entry: Entry, measured: str) -> str:
    """Return what a row reached on a task, in a few words."""
    if entry.final is None:
        return outcome_word(entry.without_value)
    form = column_format([entry.final.estimate])
    said = [f"{measured} {form(entry.final.estimate)}"]
    if entry.final.count > 1 and math.isfinite(entry.final.low) and math.isfinite(entry.final.high):
        said[0] += f" ({interval_text(entry.final, form)})"
    if entry.place is not None:
        said.append(f"place {entry.place.text}")
    if entry.failed:
        said.append(f"{whole(entry.failed)} failed")
    return ", ".join(said)


def best_of_column(board: Leaderboard, position: int) -> Row | None:
    """Return the row with the best median on a task; ``None`` where nothing is ranked."""
    held = [
        (row, entry.rank)
        for row in board.rows
        if (entry := row.entries[position]) is not None and entry.rank is not None
    ]
    return min(held, key=lambda pair: (pair[1], pair[0].label))[0] if held else None

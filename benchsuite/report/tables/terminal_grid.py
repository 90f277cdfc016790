"""Interaction grids for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from benchsuite.analysis import Grid
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.tables.grid_words import grid_format, left_out_text
from benchsuite.report.tables.terminal import LABEL_WIDTH, WIDTH, chunks_of, entry_text, folds_note
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table

MOST_SETTINGS = 12
"""Rows of a table, and settings of the other kind."""


def grid_tables(records: Contents | Iterable[Record], *, width: int = WIDTH) -> list[Table]:
    """Return every interaction grid as tables no wider than ``width`` characters, cut into runs of columns."""
    return [table for grid in Contents.of(records).grids for table in _tables(grid, width)]


def _tables(whole_grid: Grid, width: int) -> list[Table]:
    grid = _best(whole_grid)
    from rich import box
    from rich.table import Table
    from rich.text import Text

    form = grid_format(grid)
    texts = [[entry_text(entry, form) for entry in line] for line in grid.entries]
    label_width = max(9, min(LABEL_WIDTH, max(map(len, grid.rows))))
    widths = [
        max(
            len(part) for text in (one_line(label), *(line[index].plain for line in texts)) for part in text.split("\n")
        )
        for index, label in enumerate(grid.columns)
    ]
    one, other = (kind.replace("_", " ") for kind in grid.kinds)
    arrow = "↑" if grid.head.direction == "max" else "↓"
    said = [folds_note([grid.head.column.folds]), left_out_text(grid)]
    tables = []
    for number, chunk in enumerate(found := list(chunks_of(widths, width - label_width)), start=1):
        part = f" ({number} of {len(found)})" if len(found) > 1 else ""
        table = Table(
            box=box.SIMPLE_HEAD,
            title=Text(
                one_line(f"{one} × {other} on {grid.head.label}, test {grid.head.primary} {arrow}{part}"),
                style="bold",
            ),
            title_justify="left",
            caption=Text("\n".join(map(one_line, filter(None, said))), style="dim") or None,
            caption_justify="left",
            pad_edge=False,
            show_edge=False,
        )
        table.add_column(Text(one), width=label_width, overflow="fold", vertical="top")
        for index in chunk:
            table.add_column(Text(one_line(grid.columns[index])), justify="right", overflow="fold")
        for label, line in zip(grid.rows, texts, strict=True):
            table.add_row(Text(one_line(label)), *(line[index] for index in chunk))
        tables.append(table)
    return tables


def _best(grid: Grid) -> Grid:
    """Return the best settings of a grid, as many as a terminal can show."""
    rows, columns = grid.rows[:MOST_SETTINGS], grid.columns[:MOST_SETTINGS]
    return replace(
        grid,
        rows=rows,
        columns=columns,
        entries=tuple(line[: len(columns)] for line in grid.entries[: len(rows)]),
        left_out=(grid.left_out[0] + len(grid.rows) - len(rows), grid.left_out[1] + len(grid.columns) - len(columns)),
    )

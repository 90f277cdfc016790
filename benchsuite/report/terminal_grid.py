"""Interaction grids for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from benchsuite.analysis import Grid, grids
from benchsuite.report.grid_view import grid_format
from benchsuite.report.terminal import LABEL_WIDTH, PADDING, WIDTH, chunks_of, entry_text, folds_note

if TYPE_CHECKING:
    from rich.table import Table


def grid_tables(records: Sequence[Mapping[str, Any]], *, width: int = WIDTH) -> list[Table]:
    """Return every interaction grid as tables no wider than ``width`` characters, cut into runs of columns."""
    return [table for grid in grids(records) for table in _tables(grid, width)]


def _tables(grid: Grid, width: int) -> list[Table]:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    form = grid_format(grid)
    texts = [[entry_text(entry, form) for entry in line] for line in grid.entries]
    label_width = max(9, min(LABEL_WIDTH, max(map(len, grid.rows))))
    widths = [
        max(len(part) for text in (label, *(line[index].plain for line in texts)) for part in text.split("\n"))
        for index, label in enumerate(grid.columns)
    ]
    one, other = (kind.replace("_", " ") for kind in grid.kinds)
    arrow = "↑" if grid.head.direction == "max" else "↓"
    tables = []
    for number, chunk in enumerate(found := list(chunks_of(widths, width - label_width - PADDING)), start=1):
        part = f" ({number} of {len(found)})" if len(found) > 1 else ""
        table = Table(
            box=box.SIMPLE_HEAD,
            title=Text(f"{one} × {other} on {grid.head.label}, test {grid.head.primary} {arrow}{part}", style="bold"),
            title_justify="left",
            caption=Text(folds_note([grid.head.column.folds]), style="dim") or None,
            caption_justify="left",
            pad_edge=False,
            show_edge=False,
        )
        table.add_column(one, width=label_width, overflow="fold", vertical="top")
        for index in chunk:
            table.add_column(grid.columns[index], justify="right", overflow="fold")
        for label, line in zip(grid.rows, texts, strict=True):
            table.add_row(Text(label), *(line[index] for index in chunk))
        tables.append(table)
    return tables

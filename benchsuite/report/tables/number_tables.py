"""The numbers of leaderboards for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.report.contents import Contents
from benchsuite.report.tables.number_cells import number_cells
from benchsuite.report.tables.numbers import whole
from benchsuite.report.tables.ranking_cells import NAME
from benchsuite.report.tables.terminal import WIDTH, terminal_rows
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table

LABEL = 15
"""Letters of a name that fit beside the scores."""


def number_tables(contents: Contents, *, width: int = WIDTH) -> list[Table]:
    """Return the numbers of all leaderboards as tables of at most ``width`` characters; of very many rows the best are shown.

    Args:
        contents: What is shown.
        width: Of the terminal.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = []
    for numbers in contents.numbers:
        board = numbers.board
        kept = {row.label for row in terminal_rows(board)}
        rows = [at for at, row in enumerate(board.rows) if row.label in kept]
        more = len(board.rows) - len(rows)
        for cells in number_cells(numbers, rows):
            notes = [*cells.notes, *([f"{whole(more)} more rows are in numbers.csv."] if more else [])]
            table = Table(
                box=box.SIMPLE_HEAD,
                title=Text(one_line(cells.title), style="bold"),
                title_justify="left",
                caption=Text("\n".join(map(one_line, notes)), style="dim"),
                caption_justify="left",
                pad_edge=False,
                show_edge=False,
                width=width,
            )
            for head in cells.heads:
                name = head == NAME
                table.add_column(
                    Text(head.lower() if name else head.replace(" ", "\n", 1)),
                    justify="left" if name else "right",
                    overflow="fold",
                    no_wrap=not name,
                    ratio=1 if name else None,
                )
            for line in cells.rows:
                label, *texts = map(one_line, line)
                # A line of its own for the hyperparameters, as in the other tables.
                table.add_row(Text(label.replace("[", "\n[", 1) if len(label) > LABEL else label), *map(Text, texts))
            found.append(table)
    return found

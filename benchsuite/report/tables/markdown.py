"""Tables of rankings as Markdown, as it stands in a README or an issue."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchsuite.report.tables.ranking_cells import NAME, Cells
from benchsuite.text import one_line


def markdown(tables: list[Cells]) -> str:
    """Return all tables, each under a heading of its own, its notes below it."""
    return "\n".join(_table(table) for table in tables)


def _table(table: Cells) -> str:
    rule = [":---" if head == NAME else "---:" for head in table.heads]
    lines = [_line(map(escaped, table.heads)), _line(rule)]
    lines += [_line(map(escaped, row)) for row in table.rows]
    notes = "".join(f"\n{escaped(note)}\n" for note in table.notes)
    return f"### {escaped(table.title)}\n\n" + "\n".join(lines) + f"\n{notes}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Return a text that means itself: no name can end a cell, begin markup or hold HTML."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~])", r"\\\1", text)

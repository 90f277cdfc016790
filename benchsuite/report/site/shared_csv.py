"""One CSV for the tables of many pages: hundreds of pages would otherwise bring thousands of little files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping

from benchsuite.report.site.table import Table
from benchsuite.report.tables.csv_table import safe_cell


class SharedCsv:
    """Lines of tables that share a CSV, each with what tells it from those of other pages."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[tuple[str, ...], list[dict[str, object]]]] = {}

    def add(self, table: Table, of: Mapping[str, str]) -> Table:
        """Put the lines of a table under the CSV that it names, once, and return the table.

        Args:
            table: The table.
            of: Head → what all its lines have there, such as which two components it compares.
        """
        held = self._lines.setdefault(table.csv, {})
        if (key := tuple(of.values())) not in held:
            heads = [head.text for head in table.heads]
            held[key] = [
                {
                    **{head: safe_cell(text) for head, text in of.items()},
                    **{head: _value(cell.value, cell.text) for head, cell in zip(heads, line.cells, strict=True)},
                }
                for line in table.rows
            ]
        return table

    def put(self, csv: Callable[[str, str], None]) -> None:
        """Hand name and content of every CSV to what keeps them, whole as they are by now.

        Args:
            csv: Such as ``SiteData.csv``.
        """
        for name, text in self.texts().items():
            csv(name, text)

    def texts(self) -> dict[str, str]:
        """Return name and content of every CSV; a line that lacks a column is empty there."""
        return {name: _csv([line for lines in held.values() for line in lines]) for name, held in self._lines.items()}


def _value(value: object, text: str) -> object:
    return safe_cell(text) if value is None else value


def _csv(lines: list[dict[str, object]]) -> str:
    heads = dict.fromkeys(head for line in lines for head in line)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(heads), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()

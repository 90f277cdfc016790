"""A table of the site as plain data: the macro ``table`` in ``templates/tables.html`` lays it out, and its CSV is made of it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchsuite.report.drawings.palette import Style
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.sort_keys import falling
from benchsuite.report.tables.csv_table import safe_cell

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head.

    Args:
        text: Its name.
        numeric: Whether its cells are numbers, set to the right.
        help: What it means, one sentence, in a tip.
        link: Where it leads, relative to the page.
        small: Lines below the name.
        name: Whether its cells are the heads of their rows: names of components or tasks, set in the typewriter's letters.
        words: Whether these heads are words, set as all others are.
    """

    text: str
    numeric: bool = False
    help: str = ""
    link: str | None = None
    small: tuple[str, ...] = ()
    name: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell.

    Args:
        text: What it says.
        order: What it sorts by; smaller comes first. Infinite is the worst, such as what failed, and NaN what is missing and
            comes last. By its text unless given.
        link: Where it leads, relative to the page: a number leads to its records.
        classes: Of the style sheet: ``bad``, ``quiet``, ``leads``, ``base``.
        title: A tip.
        small: Lines below the text, such as an interval.
        value: What stands in the CSV: the number to the last digit. The text unless given.
        figure: A small SVG below all that, made by :mod:`benchsuite.report.site` itself.
        marks: More lines below a name, each a text and where it leads: they stand in the CSV as well, behind the name.
    """

    text: str
    order: float | None = None
    link: str | None = None
    classes: str = ""
    title: str = ""
    small: tuple[str, ...] = ()
    value: str | float | None = None
    figure: Markup | str = ""
    marks: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row.

    Args:
        cells: One for each column.
        component: ``kind/name`` of the component that it is of, which focus, hiding and families go by; empty for none.
        family: Of that component.
        style: Its colour, shown before its name; none unless given.
        classes: Of the style sheet: ``tied`` where the ground tells groups of rows apart.
        id: What an address of the page leads to it by.
    """

    cells: tuple[TableCell, ...]
    component: str = ""
    family: str = ""
    style: Style | None = None
    classes: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table.

    Args:
        title: Its caption.
        heads: One for each column; cells of the first that is a ``name`` are the heads of their rows.
        rows: As they are read without a script.
        notes: What stands below it, one sentence or more each.
        csv: Name of its CSV in ``data/`` without ending, see ``SiteData.csv``; empty for none.
        classes: Of the style sheet.

    Raises:
        ValueError: If a row has another number of cells than there are columns.
    """

    title: str
    heads: tuple[Head, ...]
    rows: tuple[TableLine, ...]
    notes: tuple[str, ...] = field(default=())
    csv: str = ""
    classes: str = ""

    def __post_init__(self) -> None:
        if wrong := {len(line.cells) for line in self.rows} - {len(self.heads)}:
            raise ValueError(f"{self.title}: {len(self.heads)} columns, and rows of {sorted(wrong)} cells.")

    @property
    def id(self) -> str:
        """What an address of the page leads to it by: tables of one page may share a CSV, but no title."""
        return f"t-{slug(self.title)}"

    @property
    def falls(self) -> tuple[bool | None, ...]:
        """Of each column whether its best numbers are the largest; ``None`` if it sorts by texts."""
        columns = zip(*(((cell.order, cell.text) for cell in line.cells) for line in self.rows), strict=True)
        return tuple(map(falling, columns)) or (None,) * len(self.heads)

    @property
    def named(self) -> int:
        """The column whose cells are the heads of their rows; −1 if there is none."""
        return next((at for at, head in enumerate(self.heads) if head.name), -1)


def table_csv(table: DataTable) -> str:
    """Return a table as CSV: heads, and the exact value of every cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([head.text for head in table.heads])
    for line in table.rows:
        values = [_value(cell) for cell in line.cells]
        writer.writerow([safe_cell(value) if isinstance(value, str) else value for value in values])
    return text.getvalue()


def _value(cell: TableCell) -> str | float:
    value = cell.text if cell.value is None else cell.value
    return f"{value} ({'; '.join(text for text, _ in cell.marks)})" if cell.marks else value

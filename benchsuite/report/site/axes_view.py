"""A task along its axes on the site: its other widths, depths, batches, budgets, and who leads there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchsuite.analysis import Column, Leaderboard
from benchsuite.analysis.axis_columns import along
from benchsuite.instance_names import base_of
from benchsuite.report.site.links import Links
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.numbers import whole
from benchsuite.report.tables.ranking_words import first_line
from benchsuite.report.tables.values import value_text

OWN = "the task's own"
Places = Mapping[Column, Sequence[tuple[Leaderboard, int]]]
"""Column → the leaderboards that have it, and where."""


def axes_table(data: SiteData, links: Links, column: Column, places: Places) -> DataTable | None:
    """Return the values of the axes on which a task lies with others, and who leads there; ``None`` where there are none.

    Args:
        data: The site.
        links: Of the page that shows it.
        column: The task under its budget.
        places: Where the columns stand.
    """
    of_task = [one for one in data.labels if base_of(one.task) == base_of(column.task)]
    lines = [
        TableLine(
            (
                TableCell(axis.replace("_", " ")),
                TableCell(OWN if value is None else value_text(value), math.inf if value is None else value),
                TableCell(data.labels[one], link=None if one == column else links.column(one)),
                TableCell(board.title, link=links.leaderboard(board)),
                TableCell(whole(count := sum(row.entries[at] is not None for row in board.rows)), float(count)),
                TableCell(first_line(board, board.task_rankings[at]) if board.task_rankings else "–"),
            )
        )
        for axis, held in along(of_task, column).items()
        for value, one in held
        for board, at in places.get(one, ())
    ]
    if not lines:
        return None
    heads = (
        Head("Axis", name=True), Head("Value", True), Head("Task", words=True), Head("Leaderboard", words=True),
        Head("Components", True), Head("First there", help="By the tests of this value alone"),
    )  # fmt: skip
    note = (
        "Each value stands on a leaderboard of its own and counts in no other. How a difference changes along an axis: "
        "benchsuite plot scaling A B --over AXIS."
    )
    table = DataTable("Along an axis", heads, tuple(lines), (note,), "tasks-axes")
    return data.verdicts.shared.add(table, {"Of": data.labels[column]})

"""What a task can tell, in words: pairs told apart, the smallest difference that its seeds find, the step of its test part."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.column_resolution import ColumnResolution, resolution_of
from benchsuite.analysis.verdict import TaskVerdict
from benchsuite.report.shown import evenly
from benchsuite.report.site.board_view import MOST_ROWS
from benchsuite.report.site.links import Links
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.numbers import number_text, whole
from benchsuite.report.tables.verdict_table import short_text


def resolution(data: SiteData, board: Leaderboard, at: int) -> ColumnResolution:
    """Return what a column of a leaderboard can tell. Of very many rows some stand for all, evenly spread over the ranks: the best
    ones alone would be a biased sample."""
    head = board.columns[at]
    verdicts: list[TaskVerdict] = []
    for row in evenly(board.rows, MOST_ROWS):
        if row.entries[at] is not None and (found := data.verdicts.against_baseline(board, row)) is not None:
            verdicts += [task for task in found.tasks if task.task == head.label]
    parts = data.contents.parts
    sizes = parts.sizes.get(head.column.task) if parts else None
    examples = (
        0 if sizes is None or head.measure.loss else {"validation": sizes[1], "test": sizes[2]}.get(head.measure.of, 0)
    )
    return resolution_of(board, at, verdicts, examples)


def resolution_table(data: SiteData, links: Links, places: Sequence[tuple[Leaderboard, int]], label: str) -> DataTable:
    """Return what a task can tell on each leaderboard that has it.

    Args:
        data: The site.
        links: Of the page that shows it.
        places: Leaderboards and the position of the task's column.
        label: Of the task.
    """
    heads = (
        Head("Leaderboard", name=True, words=True),
        Head("Pairs told apart", True, "By the corrected tests of this task alone, of all pairs of rows"),
        Head(
            "Finds",
            True,
            "The smallest difference from the baseline that these seeds find four times in five: the median over the rows, "
            f"of more than {MOST_ROWS} that many, evenly spread over the ranks",
        ),
        Head(
            "Test part shows",
            True,
            "The smallest difference of accuracies that so many examples can show, however many seeds",
        ),
        Head(
            "Targets reached at once", help="Every trial reached them at its first evaluation: they tell nothing apart"
        ),
        Head("Failed", True, "Share of the seeds that failed"),
    )
    lines = []
    for board, at in places:
        held = resolution(data, board, at)
        told: tuple[str, float] = ("–", math.inf)
        if held.pairs:
            share = held.told / held.pairs
            told = f"{whole(held.told)} of {whole(held.pairs)} ({share:.0%})", -share
        enough = () if held.decides or not held.pairs else (f"so few seeds can tell none; {whole(held.seeds)} could",)
        finds = "–" if held.smallest is None else "nothing" if math.isinf(held.smallest) else short_text(held.smallest)
        some = (
            ()
            if not held.finds[1] or held.finds[0] == held.finds[1]
            else (f"{held.finds[0]} of {held.finds[1]} find any",)
        )
        lines.append(
            TableLine(
                (
                    TableCell(board.title, link=links.leaderboard(board)),
                    TableCell(*told, small=enough),
                    TableCell(finds, math.inf if held.smallest is None else held.smallest, small=some),
                    TableCell("–" if held.floor is None else short_text(held.floor), math.inf if held.floor is None else held.floor,
                         small=(f"{whole(held.examples)} examples",) if held.examples else ()),
                    TableCell(", ".join(map(number_text, held.saturated)) or "none"),
                    TableCell(f"{held.failed:.0%}", held.failed),
                )
            )
        )  # fmt: skip
    table = DataTable("What it can tell, as far as it is known", heads, tuple(lines), csv="tasks-resolution")
    return data.verdicts.shared.add(table, {"Task": label})

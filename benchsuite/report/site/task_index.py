"""The list of all tasks: what each measures, at what budget, and how many pairs it tells apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchsuite.analysis import Column, Leaderboard, merged
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.numbers import count_of, whole

PATH = "tasks.html"


def index_page(data: SiteData, places: Mapping[Column, Sequence[tuple[Leaderboard, int]]]) -> Page:
    """Return the page that lists all tasks.

    Args:
        data: The site.
        places: Column → the leaderboards that have it, and where.
    """
    links = data.links(PATH)
    facts = {record.trial.task: record.task for record in data.records}
    heads = (
        Head("Task", name=True),
        Head("What it is"),
        Head("Measured by"),
        Head("Budget", True, "Epochs; below the steps of all of them"),
        Head("Pairs told apart", True, "On all its leaderboards, by the corrected tests of this task alone"),
        Head(
            "Failed",
            True,
            "Seeds that failed, of all that count, over all its leaderboards; a trial that stands in several counts once",
        ),
    )
    behind = {board.key: merged(board, data.contents.sample) for board in data.boards}
    lines = []
    for column in sorted(data.labels):
        label = data.labels[column]
        held = places.get(column, [])
        rankings = [board.task_rankings[at] for board, at in held if board.task_rankings]
        told, pairs = sum(one.told for one in rankings), sum(one.tests for one in rankings)
        entries = [entry for board, at in held for row in board.rows if (entry := row.entries[at])]
        entries += [one.entry for board, at in held for one in behind[board.key] if one.position == at]
        seeds = {(seed.ids, seed.seed): seed for entry in entries for seed in entry.seeds}.values()
        failed, counted = sum(seed.failed for seed in seeds), sum(seed.counts for seed in seeds)
        head = held[0][0].columns[held[0][1]] if held else data.layers[column].head
        task = facts.get(column.task)
        share = (f"{told / pairs:.0%}", -told / pairs) if pairs else ("–", math.inf)
        counts = (f"{whole(told)} of {whole(pairs)}",) if pairs else ()
        lines.append(
            TableLine(
                (
                    TableCell(label, link=links.task(label)),
                    TableCell(task.summary if task else ""),
                    TableCell(f"{'↑' if head.direction == 'max' else '↓'} {head.primary}"),
                    TableCell(whole(column.epochs), float(column.epochs), small=(count_of(head.budget_steps, "step"),)),
                    TableCell(*share, small=counts),
                    TableCell(f"{whole(failed)} of {whole(counted)}" if counted else "–", failed / counted if counted else math.inf),
                )
            )
        )  # fmt: skip
    table = data.table(DataTable("Every task under every budget", heads, tuple(lines), csv="tasks"))
    return Page(PATH, "Tasks", "tasks.html", {"table_of_tasks": table}, "tasks")

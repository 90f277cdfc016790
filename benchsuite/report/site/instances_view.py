"""Instances of a task on the site: on the page of the task a table of the others, on theirs the way back, and verdicts beyond it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchsuite.analysis import Column, Leaderboard
from benchsuite.analysis.beyond_instance import BeyondInstance
from benchsuite.analysis.row_beyond import other_instances, same_order
from benchsuite.analysis.verdict import Verdict
from benchsuite.instance_names import base_of, instance_words, is_instance
from benchsuite.report.site.links import Links
from benchsuite.report.site.plain_chart import Chart
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.verdict_view import forest
from benchsuite.report.tables.beyond_table import PUBLISHED, beyond_notes, beyond_sentence
from benchsuite.report.tables.numbers import whole
from benchsuite.report.tables.ranking_words import first_line

Places = Mapping[Column, Sequence[tuple[Leaderboard, int]]]
"""Column → the leaderboards that have it, and where."""


@dataclass(frozen=True, slots=True)
class BeyondView:
    """Whether a verdict holds beyond the published instance of a task.

    Args:
        task: The task.
        link: To its page.
        classes: Of the sentence.
        sentence: In words.
        notes: What is to be said beside.
        forest: The difference on each instance with its interval; ``None`` where there is none to draw.
    """

    task: str
    link: str | None
    classes: str
    sentence: str
    notes: tuple[str, ...]
    forest: Chart | None


def beyond_views(
    links: Links, board: Leaderboard, verdict: Verdict, beyond: Sequence[BeyondInstance]
) -> tuple[BeyondView, ...]:
    """Return what the variants of each task say of a verdict.

    Args:
        links: Of the page that shows it.
        board: The leaderboard of the published instances.
        verdict: On two of its rows.
        beyond: What the variants say.
    """
    words = {"holds": "verdict better", "does not hold": "verdict worse", "cannot tell": "verdict unknown"}
    return tuple(
        BeyondView(
            task=held.task,
            link=links.task(held.published.task),
            classes=words[held.word],
            sentence=beyond_sentence(held, verdict),
            notes=tuple(beyond_notes(held)),
            forest=forest(
                verdict, [replace(held.published, task=f"{held.task} ({PUBLISHED})"), *held.instances], board, 1.0
            ),
        )
        for held in beyond
    )


def instance_of(data: SiteData, links: Links, column: Column) -> tuple[str, str, str | None] | None:
    """Return of an instance its task, which instance it is, and the way to the task's page; ``None`` for a published one.

    Args:
        data: The site.
        links: Of the page that shows it.
        column: The task under its budget.
    """
    if not is_instance(column.task):
        return None
    base = base_of(column.task)
    bases = [one for one in data.labels if one.task == base]
    nearest = min(bases, key=lambda one: (one.change != column.change, one.epochs != column.epochs, one), default=None)
    return base, instance_words(column.task), links.column(nearest) if nearest else None


def instances_table(data: SiteData, links: Links, column: Column, places: Places) -> DataTable | None:
    """Return the other instances of a task and who leads there; ``None`` where none ran.

    Args:
        data: The site.
        links: Of the page that shows it.
        column: The task under its budget.
        places: Where the columns stand.
    """
    heads = (
        Head("Instance", name=True),
        Head("Leaderboard", words=True),
        Head("Components", True),
        Head("First there", help="By the tests of this instance alone"),
        Head(
            "Pairs in the same order",
            True,
            "Of two rows that have different medians here and there: how often the same one is ahead",
        ),
    )
    lines = []
    for other in other_instances(data.labels, column):
        for board, at in places.get(other, ()):
            here = next(((one, place) for one, place in places.get(column, ()) if _alike(one, board)), None)
            same, pairs = same_order(_medians(*here), _medians(board, at)) if here else (0, 0)
            lines.append(
                TableLine(
                    (
                        TableCell(data.labels[other], link=links.column(other)),
                        TableCell(board.title, link=links.leaderboard(board)),
                        TableCell(whole(count := sum(row.entries[at] is not None for row in board.rows)), float(count)),
                        TableCell(first_line(board, board.task_rankings[at]) if board.task_rankings else "–"),
                        TableCell(
                            f"{whole(same)} of {whole(pairs)}" if pairs else "–", -same / pairs if pairs else math.inf
                        ),
                    )
                )
            )
    if not lines:
        return None
    note = "Instances of one task are no independent tasks: each stands on a leaderboard of its own, and none counts twice."
    table = DataTable("On other instances", heads, tuple(lines), (note,), "tasks-instances")
    return data.verdicts.shared.add(table, {"Task": data.labels[column]})


def _alike(one: Leaderboard, other: Leaderboard) -> bool:
    return one.kind == other.kind and replace(one.protocol, rule="") == replace(other.protocol, rule="")


def _medians(board: Leaderboard, at: int) -> dict[str, float]:
    """Return the median of each row on a column, larger better; a row whose median seed failed is worse than any number."""
    sign = 1.0 if board.columns[at].better == "max" else -1.0
    return {
        row.label: sign * entry.final.estimate
        for row in board.rows
        if (entry := row.entries[at]) is not None and entry.final is not None
    }

"""The list of comparisons that have a page, and of every leaderboard a matrix that says how to get the others."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.verdict import CANNOT_TELL
from benchsuite.report.site.drawn_rows import name_cell
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.verdict_view import CLASSES, ORDER, counts, improvement_text
from benchsuite.report.site.words import title
from benchsuite.report.tables.numbers import count_of, whole
from benchsuite.report.tables.verdict_table import p_text

PATH = "comparisons.html"
WHY = {
    "asked": "somebody asked for it",
    "baseline": "against the baseline",
    "first": "both share the first place",
    "neighbours": "next to each other in the ranking",
}
MOST_ROWS = 60
"""Rows of a matrix."""
SIGNS = {"better": "+", "worse": "−", CANNOT_TELL: "?"}


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One pair: a sign, where it leads, and what a tip says."""

    text: str
    link: str | None
    title: str
    classes: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All pairs of one leaderboard; ``None`` on the diagonal."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCell | None, ...]], ...]


def index_page(data: SiteData) -> Page:
    """Return the page that lists all comparisons."""
    links, chosen = data.links(PATH), data.verdicts.chosen
    heads = (
        Head("A", name=True),
        Head("A is", help="Over all tasks, corrected for all tests of the comparison"),
        Head("B"),
        Head("On"),
        Head("Better, worse, cannot tell", True, "On how many tasks"),
        Head("Chance that A is better", True, "That a run of A is better than a run of B on the same task"),
        Head("p", True, "Over all tasks, corrected"),
        Head("Why it has a page"),
    )
    tables = []
    for kind in dict.fromkeys(pair.kind for pair in chosen.pairs):
        lines = []
        for pair in (one for one in chosen.pairs if one.kind == kind):
            link = links.pair(kind, pair.a, pair.b)
            for held, a, b, verdict in data.verdicts.of_pair(pair):
                said, overall = counts(verdict), verdict.overall
                chance = overall.improvement if overall else verdict.tasks[0].improvement
                p = overall.corrected if overall else verdict.tasks[0].corrected
                card, style = data.card(kind, a.name), data.style(kind, a.name)
                cells = (
                    name_cell(links, held.board, a),
                    TableCell(verdict.word, float(ORDER[verdict.word]), link, CLASSES[verdict.word]),
                    TableCell(b.label, link=links.component(kind, b.name), classes="name"),
                    TableCell(held.board.title),
                    TableCell(
                        f"{said['better']} / {said['worse']} / {said[CANNOT_TELL]}",
                        float(said["worse"] - said["better"]),
                        link,
                    ),
                    TableCell(
                        improvement_text(chance), math.inf if math.isnan(chance) else -chance, link, value=chance
                    ),
                    TableCell(p_text(p), math.inf if math.isnan(p) else p, link, value=p),
                    TableCell(WHY[pair.why]),
                )
                lines.append(TableLine(cells, f"{kind}/{a.name}", card.family, style))
        tables.append(
            data.table(DataTable(f"{title(kind)}: who is better", heads, tuple(lines), csv=f"comparisons-{kind}"))
        )
    context = {
        "tables": tables,
        "matrices": [_matrix(data, links, one.board) for one in data.verdicts.boards if len(one.board.rows) > 2],
        "left_out": f"{count_of(chosen.left_out, 'more pair')} of rows have a claim to a page, and too many others have one."
        if chosen.left_out
        else "",
    }
    return Page(PATH, "Comparisons", "comparisons.html", context, "comparisons")


def _matrix(data: SiteData, links: Links, board: Leaderboard) -> Matrix:
    rows = board.rows[:MOST_ROWS]
    more = len(board.rows) - len(rows)
    labels = tuple(row.label for row in rows)
    lines = []
    for row in rows:
        cells: list[MatrixCell | None] = []
        for other in rows:
            if row is other:
                cells.append(None)
                continue
            link = links.pair(board.kind, row.label, other.label)
            word = data.verdicts.known(board, row, other) if link else None
            if word is None:
                command = f"benchsuite compare {shlex.quote(row.label)} {shlex.quote(other.label)}"
                cells.append(MatrixCell("", None, command, "none"))
            else:
                said = f"{row.label} against {other.label}: {word}"
                cells.append(MatrixCell(SIGNS[word], link, said, CLASSES[word]))
        lines.append((row.label, tuple(cells)))
    shown = f", the first {whole(len(rows))} of {whole(len(board.rows))} rows" if more > 0 else ""
    return Matrix(f"{board.title}{shown}", labels, tuple(lines))

"""The start page: what was run, who leads by what, in words, and the ranking of every leaderboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchsuite.report.shown import shown_rows
from benchsuite.report.site.board_tables import ranking_table
from benchsuite.report.site.claims_page import claim_summary
from benchsuite.report.site.leaderboards_page import notes
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.statements_page import badges
from benchsuite.report.site.summary import summarize_run
from benchsuite.report.site.table import DataTable
from benchsuite.report.site.words import anchor, title
from benchsuite.report.tables.numbers import whole
from benchsuite.report.tables.ranking_words import said_of

MOST_ROWS = 100
"""Rows of a ranking; the page of the leaderboard has more."""


@dataclass(frozen=True, slots=True)
class SaidOfBoard:
    """What is said of a leaderboard, and where it is."""

    title: str
    link: str | None
    first: str
    robust: str


@dataclass(frozen=True, slots=True)
class StartRanking:
    """The ranking of a leaderboard, and what of it is not shown."""

    title: str
    anchor: str
    link: str | None
    table: DataTable
    left_out: str


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the start page, and the one that says how to read the others."""
    links = data.links("index.html")
    verdicts, rankings = [], []
    for board in data.contents.of_published:
        said, name, link = said_of(board), title(board.kind) + board.title[len(board.kind) :], links.leaderboard(board)
        verdicts.append(SaidOfBoard(name, link, said.first, said.robust))
        rows = shown_rows(board, MOST_ROWS)
        table = ranking_table(data, links, board, rows, f"{slug(board.key)}-start")
        more = f"{whole(len(rows))} of {whole(len(board.rows))} rows are shown." if len(rows) < len(board.rows) else ""
        rankings.append(StartRanking(name, anchor("kind", board.key), link, table, more))
    summary = summarize_run(data.contents) if data.records else None
    context = {
        "summary": summary,
        "stale": data.stale,
        "stale_shown": data.stale_shown,
        "problems": list(data.problems),
        "verdicts": verdicts,
        "rankings": rankings,
        "notes": list(notes(data.contents)),
        "badges": badges(data, links),
        "claims": claim_summary(data, links),
    }
    yield Page("index.html", summary.sentence if summary else "No records yet", "start.html", context, "start")
    yield Page("how-to-read.html", "How to read this", "reading.html", {}, "start", "median interval place score")

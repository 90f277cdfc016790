"""The leaderboards: one page for each, and one that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.leaderboard import change_words
from benchsuite.report.contents import Contents
from benchsuite.report.site.board_matrices import costs_table, results_table, seeds_table, targets_table
from benchsuite.report.site.board_view import BoardView, board_view
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine

VIEWS: tuple[tuple[str, str, Callable[[BoardView, str], DataTable]], ...] = (
    ("results", "Result", results_table),
    ("seeds", "Every seed", seeds_table),
    ("targets", "Steps to targets", targets_table),
    ("costs", "Time and memory", costs_table),
)
"""File, name and table of the pages that a leaderboard has beside its ranking."""


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the list of leaderboards, then each of them: its ranking, and its other tables, each on a page."""
    if not data.boards:
        return
    path = "leaderboards.html"
    views = []
    made: list[Page] = []
    for board, numbers in zip(data.boards, data.board_numbers, strict=True):
        place = data.places.leaderboards[board.key]
        view = board_view(data, board, place, inner_of(place, VIEWS[0][0]), numbers)
        views.append(view)
        made += _pages(data, board, view, place)
    context = {"standing": standing(data, data.links(path), views), "notes": list(notes(data.contents))}
    yield Page(path, "Leaderboards", "leaderboards.html", context, "leaderboards")
    yield from made


def _pages(data: SiteData, board: Leaderboard, view: BoardView, place: str) -> Iterator[Page]:
    above = (("Leaderboards", "leaderboards.html"),)
    views = [("Ranking", place), *((name, inner_of(place, file)) for file, name, _ in VIEWS)]
    words = " ".join(row.label for row in board.rows)
    context = {"board": view, "views": views, "many": len(view.heads) > 6}
    yield Page(place, f"Leaderboard: {view.title}", "leaderboard.html", context, "leaderboards", words, above)
    for file, name, table in VIEWS:
        path = inner_of(place, file)
        held = data.table(table(view, f"{slug(board.key)}-{file}"))
        context = {"board": view, "views": views, "many": len(view.heads) > 6, "table": held, "name": name}
        trail = (*above, (view.title, place))
        yield Page(path, f"{view.title}: {name.lower()}", "leaderboard_table.html", context, "leaderboards", "", trail)


def inner_of(place: str, file: str) -> str:
    """Return the path of another page of the leaderboard whose first page is at a place."""
    return f"{place.removesuffix('.html')}/{file}.html"


def standing(data: SiteData, links: Links, views: Sequence[BoardView]) -> DataTable:
    """Return who leads each leaderboard."""
    heads = (
        Head("Leaderboard", name=True, words=True),
        Head("Components", True),
        Head("Tasks", True),
        Head("First, by"),
        Head("None is told to be better"),
        Head("Score", True),
    )
    lines = tuple(
        TableLine(
            (
                TableCell(view.title, link=links.leaderboard(board)),
                TableCell(view.components, float(view.components.replace(",", ""))),
                TableCell(view.tasks, float(view.tasks.replace(",", ""))),
                TableCell(view.measured),
                TableCell(view.leader),
                TableCell(view.leader_score),
            )
        )
        for board, view in zip(data.boards, views, strict=True)
    )
    note = (
        "Where several stand side by side nothing tells them apart. Score: share of the comparisons with runs of the others "
        "that are won."
    )
    return data.table(DataTable("Who leads each leaderboard", heads, lines, (note,), "leaderboards", "standing"))


def notes(contents: Contents) -> Iterator[str]:
    """Yield what is said of baselines that have no leaderboard."""
    shown = contents.shown
    only = [board.title for board in contents.boards if board not in shown and not board.change]
    if only:
        it = "it" if len(only) == 1 else "them"
        yield f"Nothing but the baseline ran for {', '.join(only)}: no leaderboard is shown for {it}."
    changed = {board.change for board in shown}
    for change in dict.fromkeys(board.change for board in contents.boards):
        if change not in {"", *changed}:
            what = "itself ran of the" if change_words(change) != change else "the baseline ran of"
            yield f"Nothing but {what} {change_words(change)}: it has no leaderboard."

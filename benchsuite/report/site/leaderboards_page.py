"""The leaderboards: one page for each, and one that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchsuite.report.contents import Contents
from benchsuite.report.site.board_view import BoardView, board_view
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import Cell, Head, Line, Table


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the list of leaderboards, then each of them."""
    if not data.boards:
        return
    path = "leaderboards.html"
    made = []
    views = []
    for board, numbers in zip(data.boards, data.board_numbers, strict=True):
        place = data.places.leaderboards[board.key]
        view = board_view(data, data.links(place), board, numbers)
        views.append(view)
        words = " ".join(row.label for row in board.rows)
        made.append(
            Page(place, f"Leaderboard: {view.title}", "leaderboard.html", {"board": view}, "leaderboards", words)
        )
    context = {"standing": standing(data, data.links(path), views), "notes": list(notes(data.contents))}
    yield Page(path, "Leaderboards", "leaderboards.html", context, "leaderboards")
    yield from made


def standing(data: SiteData, links: Links, views: Sequence[BoardView]) -> Table:
    """Return who leads each leaderboard."""
    heads = (
        Head("Leaderboard", name=True),
        Head("Components", True),
        Head("Tasks", True),
        Head("First, by"),
        Head("None is told to be better"),
        Head("Score", True),
    )
    lines = tuple(
        Line(
            (
                Cell(view.title, link=links.leaderboard(board)),
                Cell(view.components, float(view.components.replace(",", ""))),
                Cell(view.tasks, float(view.tasks.replace(",", ""))),
                Cell(view.measured),
                Cell(view.leader),
                Cell(view.leader_score),
            )
        )
        for board, view in zip(data.boards, views, strict=True)
    )
    note = (
        "Where several stand side by side nothing tells them apart. Score: share of the comparisons with runs of the others "
        "that are won."
    )
    return data.table(Table("Who leads each leaderboard", heads, lines, (note,), "leaderboards", "standing"))


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
            yield f"Nothing but itself ran of the baseline with {change}: it has no leaderboard."

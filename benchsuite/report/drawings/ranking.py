"""The drawing of a ranking: on the left the score of each row with its interval, on the right the ranks that are left open.

Rows that nothing tells apart are joined by a bar at the edge, as in a diagram of critical differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import Leaderboard
from benchsuite.report.drawings.marks import belongs, component_of
from benchsuite.report.drawings.palette import GRID, INK, MUTED, Styles
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import add_line, name_rows, short
from benchsuite.report.drawings.theme import set_title, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 60
"""Rows that are drawn: the first ones."""
MOST_BARS = 8
"""Bars that join rows which are not told apart."""
WIDTH_INCHES, ROW = 11.0, 0.2
"""Of the figure and of a row."""


def draw_scores(axes: Axes, board: Leaderboard, styles: Styles) -> Axes:
    """Draw the score of each row with its interval, the best at the top, each with its name.

    Args:
        axes: Where to draw.
        board: A leaderboard that has a ranking.
        styles: The style of each (kind, name).
    """
    rows = _rows(board)
    for at, row in enumerate(rows):
        place = board.rows[row].place
        if place is not None:
            ends = [100 * place.score_low, 100 * place.score_high]
            _draw_row(axes, board, row, styles, at, ends, 100 * place.score)
    axes.axvline(50, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)
    _name_rows(axes, board, rows)
    axes.set_xlim(-2, 102)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    set_title(axes, "score: comparisons with runs of the others that are won")
    return axes


def draw_rank_ranges(axes: Axes, board: Leaderboard, styles: Styles, *, named: bool = True) -> Axes:
    """Draw the ranks that are left open, with bars at the edge that join rows which nothing tells apart.

    Args:
        axes: Where to draw.
        board: A leaderboard that has a ranking.
        styles: The style of each (kind, name).
        named: Whether rows have their names on the left.
    """
    from matplotlib.ticker import MaxNLocator

    rows, ranking = _rows(board), board.ranking
    places = [(row, place) for row in rows if (place := board.rows[row].place) is not None]
    whole = [
        (row, place) for row in (ranking.ranked if ranking else ()) if (place := board.rows[row].place) is not None
    ]
    by_score = {row: 1 + at for at, (row, _) in enumerate(sorted(whole, key=lambda pair: -pair[1].score))}
    for at, (row, place) in enumerate(places):
        _draw_row(axes, board, row, styles, at, [place.low, place.high], by_score[row])
    _name_rows(axes, board, rows if named else ())
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.5, max(len(whole), 2) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
    joined = _bars(axes, ranking.cliques if ranking else (), rows)
    set_title(axes, f"rank by score, ranks left open; {joined}bars: not told apart")
    return axes


def ranking_figure(board: Leaderboard, styles: Styles) -> Figure | None:
    """Return the figure of the overall ranking; ``None`` where there is nothing to rank.

    Args:
        board: The leaderboard.
        styles: The style of each (kind, name).
    """
    from matplotlib.figure import Figure

    rows = _rows(board)
    if not rows:
        return None
    label, height = label_inches(board), max(1.9, 0.85 + ROW * len(rows))
    with theme():
        figure = Figure(figsize=(WIDTH_INCHES, height), facecolor="none")
        bottom, top = 0.48 / height, 1 - 0.30 / height
        left = label / WIDTH_INCHES
        middle = left + (0.94 - left) * 0.52
        draw_scores(figure.add_axes((left, bottom, middle - 0.02 - left, top - bottom)), board, styles)
        ranks = figure.add_axes((middle + 0.01, bottom, 0.94 - middle, top - bottom))
        draw_rank_ranges(ranks, board, styles, named=False)
    return figure


def ranking_picture(board: Leaderboard, styles: Styles, name: str, title: str) -> Picture | None:
    """Return the ranking as a picture of its own: on given axes the ranks that are left open; ``None`` where there is none."""
    rows = _rows(board)
    if not rows:
        return None

    def compose() -> Figure:
        figure = ranking_figure(board, styles)
        assert figure is not None  # there are rows
        return figure

    return Picture(
        name, title, ranking_words(board), lambda axes: draw_rank_ranges(axes, board, styles), 6.0, max(1.1, ROW * len(rows)),
        Margins(label_inches(board), 0.5), compose,
    )  # fmt: skip


def ranking_words(board: Leaderboard) -> str:
    """Return what the figure shows, for readers who do not see it."""
    each = "; ".join(
        f"{board.rows[row].label} {100 * place.score:.0f} %, ranks {place.low} to {place.high}"
        for row in _rows(board)
        if (place := board.rows[row].place) is not None
    )
    return f"{board.title}: score and ranks that are left open, best first: {each}."


def label_inches(board: Leaderboard) -> float:
    """Return how much room the names of the rows need."""
    return 0.35 + 0.068 * max((len(short(board.rows[row].label)) for row in _rows(board)), default=0)


def _rows(board: Leaderboard) -> Sequence[int]:
    return board.ranking.ranked[:MOST_ROWS] if board.ranking else ()


def _draw_row(
    axes: Axes, board: Leaderboard, row: int, styles: Styles, at: int, ends: Sequence[float], point: float
) -> None:
    held = board.rows[row]
    style, component = styles[board.kind, held.name], component_of(board.kind, held.name)
    bar = add_line(
        axes, ends, [at, at], color=style.colour, linewidth=5.5, alpha=0.25, solid_capstyle="round", zorder=2
    )
    mark = add_line(
        axes, [point], [at], marker=style.marker, markersize=5.5, color=style.colour, linestyle="none", zorder=3
    )
    for one in (bar, mark):
        belongs(one, component, held.label)


def _name_rows(axes: Axes, board: Leaderboard, rows: Sequence[int]) -> None:
    held = [board.rows[row] for row in rows]
    name_rows(axes, [row.label for row in held], [component_of(board.kind, row.name) for row in held])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _bars(axes: Axes, cliques: Sequence[Sequence[int]], rows: Sequence[int]) -> str:
    """Draw, beyond the right edge, a bar along the rows of each run no two of which are told apart; say where some are left out."""
    at = {row: place for place, row in enumerate(rows)}
    held = [[at[row] for row in clique if row in at] for clique in cliques]
    whole = [places for places in held if places]
    shown = whole[:MOST_BARS]
    for number, places in enumerate(shown):
        axes.plot(
            [1.02 + 0.012 * number] * 2, [places[0] - 0.25, places[-1] + 0.25], transform=axes.get_yaxis_transform(),
            color=INK if number % 2 == 0 else MUTED, linewidth=1.8, solid_capstyle="butt", clip_on=False,
        )  # fmt: skip
    if not shown:
        axes.plot([1.02] * 2, [0, 0], transform=axes.get_yaxis_transform(), color=GRID, clip_on=False)
    return f"{len(shown)} of {len(whole)} " if len(shown) < len(whole) else ""

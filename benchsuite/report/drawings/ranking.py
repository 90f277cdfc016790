"""The drawing of a ranking: on the left the score of each row with its interval, on the right the ranks that are left open.

Rows that nothing tells apart are joined by a bar at the edge, as in a diagram of critical differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import Leaderboard
from benchsuite.report.drawings.palette import GRID, INK, MUTED, Styles
from benchsuite.report.drawings.seed_strip import short
from benchsuite.report.drawings.theme import set_title, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 40
"""Rows that are drawn: the first ones."""
MOST_BARS = 12
"""Bars that join rows which are not told apart."""
WIDTH_INCHES = 11.0


def ranking_figure(board: Leaderboard, styles: Styles) -> Figure | None:
    """Return the figure of the overall ranking; ``None`` where there is nothing to rank.

    Args:
        board: The leaderboard.
        styles: The style of each (kind, name).
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    ranking = board.ranking
    if ranking is None or not ranking.ranked:
        return None
    rows = ranking.ranked[:MOST_ROWS]
    label = 0.35 + 0.068 * max(len(short(board.rows[row].label)) for row in rows)
    height = max(1.9, 0.85 + 0.2 * len(rows))
    with theme():
        figure = Figure(figsize=(WIDTH_INCHES, height), facecolor="none")
        bottom, top = 0.48 / height, 1 - 0.30 / height
        left = label / WIDTH_INCHES
        middle = left + (0.94 - left) * 0.52
        scores = figure.add_axes((left, bottom, middle - 0.02 - left, top - bottom))
        ranks = figure.add_axes((middle + 0.01, bottom, 0.94 - middle, top - bottom))
        shares = {row: place.score for row in ranking.ranked if (place := board.rows[row].place) is not None}
        by_score = {row: 1 + at for at, row in enumerate(sorted(shares, key=lambda row: -shares[row]))}
        for at, row in enumerate(rows):
            place, style = board.rows[row].place, styles[board.kind, board.rows[row].name]
            if place is None:
                continue
            won = [100 * place.score_low, 100 * place.score_high], 100 * place.score
            for axes, ends, point in ((scores, *won), (ranks, [place.low, place.high], by_score[row])):
                axes.plot(
                    ends, [at, at], color=style.colour, linewidth=5.5, alpha=0.25, solid_capstyle="round", zorder=2
                )
                axes.plot(
                    [point], [at], marker=style.marker, markersize=5.5, color=style.colour, linestyle="none", zorder=3
                )
        scores.axvline(50, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)
        scores.set_yticks(range(len(rows)), [short(board.rows[row].label) for row in rows])
        ranks.set_yticks([])
        for axes in (scores, ranks):
            axes.set_ylim(len(rows) - 0.4, -0.6)
            axes.grid(visible=False, axis="y")
            axes.tick_params(axis="y", labelcolor=INK, length=0)
            for side in ("top", "right", "left"):
                axes.spines[side].set_visible(False)
        scores.set_xlim(-2, 102)
        scores.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
        set_title(scores, "score: comparisons with runs of the others that are won")
        ranks.set_xlim(0.5, max(len(ranking.ranked), 2) + 0.5)
        ranks.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
        set_title(ranks, "rank by score, and ranks left open; bars join rows not told apart")
        _bars(ranks, ranking.cliques, rows)
    return figure


def _bars(axes: Axes, cliques: Sequence[Sequence[int]], rows: Sequence[int]) -> None:
    """Draw, beyond the right edge, a bar along the rows of each run no two of which are told apart."""
    at = {row: place for place, row in enumerate(rows)}
    held = [[at[row] for row in clique if row in at] for clique in cliques]
    shown = [places for places in held if places][:MOST_BARS]
    for number, places in enumerate(shown):
        axes.plot(
            [1.02 + 0.012 * number] * 2, [places[0] - 0.25, places[-1] + 0.25], transform=axes.get_yaxis_transform(),
            color=INK if number % 2 == 0 else MUTED, linewidth=1.8, solid_capstyle="butt", clip_on=False,
        )  # fmt: skip
    if not shown:
        axes.plot([1.02] * 2, [0, 0], transform=axes.get_yaxis_transform(), color=GRID, clip_on=False)

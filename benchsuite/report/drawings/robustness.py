"""The drawing of a ranking's robustness: the rank of its first row where one thing is left out, and who leads instead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.robustness import Without
from benchsuite.report.drawings.palette import COLOURS, INK, MUTED
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import short
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CHANGES = 36
"""Changes that are drawn: those that flip the first row before others, then tasks, budgets, seeds and entrants."""
WIDTH_INCHES = 11.0
LETTER = 0.062
"""Width of a letter, in inches."""
BESIDE = 9
"""Letters of two neighbouring names that fit side by side."""
_ORDER = ("task", "budget", "seed", "entrant")
_STAYS, _FLIPS = COLOURS[2][0], COLOURS[3][0]


def drawn(board: Leaderboard) -> list[Without]:
    """Return the changes that are drawn, tasks first."""
    found = board.robustness
    if found is None:
        return []
    placed = sorted(enumerate(found.changes), key=lambda pair: (_ORDER.index(pair[1].what), pair[0]))
    chosen = sorted(placed, key=lambda pair: not found.flipped(pair[1]))[:MOST_CHANGES]
    kept = {number for number, _ in chosen}
    return [change for number, change in placed if number in kept]


def draw_robustness(axes: Axes, board: Leaderboard) -> Axes:
    """Draw the rank of the first row without each thing; where it is first no longer, a cross and who leads instead.

    Args:
        axes: Where to draw.
        board: A leaderboard for which :func:`drawn` is not empty.
    """
    from matplotlib.ticker import MaxNLocator

    found, changes = board.robustness, drawn(board)
    if found is None or not changes:
        return axes
    worst = max(change.rank for change in changes)
    axes.axhline(1, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)
    leaders = _leaders(board, changes)
    upright = _upright(leaders)
    for at, (change, leader) in enumerate(zip(changes, leaders, strict=True)):
        flip = found.flipped(change)
        axes.plot([at], [change.rank], marker="X" if flip else "o", markersize=7 if flip else 5.5,
                  color=_FLIPS if flip else _STAYS, linestyle="none", clip_on=False, zorder=3)  # fmt: skip
        if flip:
            axes.annotate(
                leader, (at, 1), xytext=(0, 5), textcoords="offset points", fontsize=7.5, color=INK, ha="center",
                va="bottom", rotation=90 if upright else 0, annotation_clip=False,
            )  # fmt: skip
    axes.set_xticks(range(len(changes)), [short(_named(change)) for change in changes], rotation=90)
    axes.tick_params(axis="x", labelcolor=INK, length=0, labelsize=7.5)
    axes.set_xlim(-0.7, max(len(changes) - 0.3, 4))
    axes.set_ylim(max(worst, 2) + 0.4, 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.grid(visible=False, axis="x")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    set_title(axes, _title(board, found.first, changes, len(found.changes)), upright)
    return axes


def robustness_picture(board: Leaderboard, name: str, title: str) -> Picture | None:
    """Return the ranking's robustness as a picture of its own; ``None`` where nothing can be changed."""
    changes = drawn(board)
    if not changes:
        return None
    bottom = 0.2 + LETTER * max(len(short(_named(change))) for change in changes)
    worst = max(change.rank for change in changes)
    above = _upright(_leaders(board, changes))
    width = WIDTH_INCHES * min(0.935, 0.15 + 0.026 * len(changes))
    return Picture(
        name, title, robustness_words(board), lambda axes: draw_robustness(axes, board), width,
        0.25 + 0.24 * min(max(worst, 2), 8), Margins(0.5, WIDTH_INCHES - 0.5 - width, bottom, 0.3 + above),
    )  # fmt: skip


def robustness_figure(board: Leaderboard) -> Figure | None:
    """Return a figure with one mark for each change; ``None`` where nothing can be changed.

    Args:
        board: The leaderboard.
    """
    picture = robustness_picture(board, f"robustness {board.key}", "")
    return picture.figure() if picture else None


def robustness_words(board: Leaderboard) -> str:
    """Return what the figure shows, for readers who do not see it."""
    found = board.robustness
    if found is None:
        return ""
    flips = "; ".join(f"without {_named(change)} {_names(board, change.first)} leads" for change in found.flips)
    first = _names(board, found.first)
    return f"{board.title}: rank of {first} in {len(found.changes)} changes. {flips or 'It stays the first in all of them'}."


def _leaders(board: Leaderboard, changes: Sequence[Without]) -> list[str]:
    """Return who leads instead after each change; empty where the first stays the first."""
    found = board.robustness
    return [_names(board, change.first) if found and found.flipped(change) else "" for change in changes]


def _upright(leaders: Sequence[str]) -> float:
    """Return how many inches the names need that would run into each other side by side, and stand upright so; 0 if none do."""
    close = any(one and other and len(one) + len(other) > BESIDE for one, other in pairwise(leaders))
    return LETTER * max(map(len, leaders)) if close else 0.0


def _names(board: Leaderboard, rows: Sequence[int]) -> str:
    """Return a row's name; of several that share the first place the first name, and how many there are more."""
    return short(board.rows[rows[0]].label) + (f" +{len(rows) - 1}" if len(rows) > 1 else "")


def _title(board: Leaderboard, first: Sequence[int], changes: Sequence[Without], whole: int) -> str:
    more = f" ({len(changes)} of {whole} are drawn)" if len(changes) < whole else ""
    if len(first) > 1:
        return (
            f"worst rank of the {len(first)} rows that share the best score without one thing, and who leads then{more}"
        )
    return f"rank of {short(board.rows[first[0]].label)} without one thing, and who leads instead of it{more}"


def _named(change: Without) -> str:
    return change.name if change.what in ("task", "budget") else f"{change.what} {change.name}"

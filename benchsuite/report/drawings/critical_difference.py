"""The diagram of critical differences: entrants at their average ranks, bars join those that nothing tells apart (Demšar 2006)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.inference.critical_difference import CriticalDifference, critical_difference
from benchsuite.report.drawings.marks import belongs, component_of
from benchsuite.report.drawings.palette import INK, MUTED, Styles
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_INCHES = 11.0
ROW_INCHES, BAR_INCHES, HEAD_INCHES = 0.21, 0.11, 0.62
MOST_ENTRANTS = 60
"""Rows that are ranked against each other: the first ones."""
PAIRS = {"nemenyi": "Nemenyi", "wilcoxon": "Wilcoxon–Holm"}


def draw_critical_difference(
    axes: Axes,
    labels: Sequence[str],
    diagram: CriticalDifference,
    colours: Sequence[str] | None = None,
    components: Sequence[str] = (),
) -> Axes:
    """Draw the diagram: the best rank on the left, names of the better half on the left, of the worse half on the right.

    Args:
        axes: Where to draw; its height is laid out by what is on it, whatever it measures.
        labels: Of the entrants, in the order of ``diagram.ranks``.
        diagram: What is shown.
        colours: Of the entrants; ink where not given.
        components: Whose they are; nobody's unless given.
    """
    ranks = diagram.ranks
    order = sorted(range(len(ranks)), key=lambda place: ranks[place])
    rows, bars = (len(order) + 1) // 2, len(diagram.groups)
    # In inches from the top, so that texts and lines keep their distances whatever the number of rows.
    axes.set_ylim(height_of(diagram), 0)
    _axis(axes, len(ranks), diagram)
    for number, group in enumerate(diagram.groups):
        at = HEAD_INCHES + BAR_INCHES * (number + 0.7)
        ends = ranks[group[0]], ranks[group[-1]]
        reach = 0.004 * len(ranks)
        axes.plot([ends[0] - reach, ends[1] + reach], [at, at], color=INK, linewidth=3, solid_capstyle="butt", zorder=3)
    for place, entrant in enumerate(order):
        at_left = place < rows
        row = place if at_left else len(order) - 1 - place
        y = HEAD_INCHES + BAR_INCHES * (bars + 1) + ROW_INCHES * (row + 0.5)
        edge = axes.get_xlim()[0 if at_left else 1]
        colour = colours[entrant] if colours else INK
        (line,) = axes.plot(
            [ranks[entrant]] * 2 + [edge], [HEAD_INCHES, y, y], color=colour, linewidth=1, zorder=2, clip_on=False
        )
        name = axes.annotate(
            f"{short(labels[entrant])}", (edge, y), xytext=(-4 if at_left else 4, 0), textcoords="offset points",
            ha="right" if at_left else "left", va="center", color=colour, annotation_clip=False,
        )  # fmt: skip
        rank = axes.annotate(
            f"{ranks[entrant]:.2f}", (edge, y), xytext=(3 if at_left else -3, 1.5), textcoords="offset points",
            ha="left" if at_left else "right", va="bottom", color=MUTED, fontsize=6.5,
        )  # fmt: skip
        for mark in (line, name, rank) if components else ():
            belongs(mark, components[entrant], labels[entrant])
    return axes


def height_of(diagram: CriticalDifference) -> float:
    """Return how high a diagram is, in inches."""
    return HEAD_INCHES + BAR_INCHES * (len(diagram.groups) + 1) + ROW_INCHES * ((len(diagram.ranks) + 1) // 2)


def critical_difference_picture(
    labels: Sequence[str],
    diagram: CriticalDifference,
    name: str,
    title: str,
    colours: Sequence[str] | None = None,
    components: Sequence[str] = (),
) -> Picture:
    """Return the diagram as a picture of its own; for the others see :func:`draw_critical_difference`.

    Args:
        labels: Of the entrants.
        diagram: What is shown.
        name: What tells it from other figures.
        title: What it is called.
        colours: Of the entrants.
        components: Whose they are.
    """
    label = 0.25 + 0.068 * max(len(short(one)) for one in labels)
    return Picture(
        name, title, critical_difference_words(labels, diagram),
        lambda axes: draw_critical_difference(axes, labels, diagram, colours, components), WIDTH_INCHES - 2 * label,
        height_of(diagram), Margins(label, label, 0.0, 0.0),
    )  # fmt: skip


def critical_difference_figure(
    labels: Sequence[str], diagram: CriticalDifference, colours: Sequence[str] | None = None
) -> Figure:
    """Return the diagram as a figure; for the arguments see :func:`draw_critical_difference`."""
    return critical_difference_picture(labels, diagram, "critical difference", "", colours).figure()


def _axis(axes: Axes, count: int, diagram: CriticalDifference) -> None:
    """Draw the line of ranks with its ticks and, above it, how long the critical difference is."""
    axes.set_axis_off()
    margin = 0.06 * max(count - 1, 1)
    axes.set_xlim(1 - margin, count + margin)
    axes.plot([1, count], [HEAD_INCHES] * 2, color=INK, linewidth=1, zorder=2)
    step = max(1, (count + 14) // 15)
    for rank in range(1, count + 1):
        shown = rank in (1, count) or ((rank - 1) % step == 0 and count - rank >= step)
        axes.plot([rank] * 2, [HEAD_INCHES - (0.07 if shown else 0.035), HEAD_INCHES], color=INK, linewidth=0.8)
        if shown:
            axes.text(rank, HEAD_INCHES - 0.09, str(rank), ha="center", va="bottom", color=MUTED)
    words = f"{PAIRS[diagram.pairs]}, {100 * (1 - diagram.alpha):g} %"
    if diagram.difference is None:
        axes.text(
            1, 0.16, f"average rank over {diagram.test.tasks} tasks; {words}", ha="left", va="center", color=MUTED
        )
        return
    length = min(diagram.difference, count - 1)
    axes.plot([1, 1 + length], [0.24] * 2, color=INK, linewidth=1.2)
    for end in (1.0, 1 + length)[: 2 if length == diagram.difference else 1]:
        axes.plot([end] * 2, [0.2, 0.28], color=INK, linewidth=1.2)
    beyond = "" if length == diagram.difference else ", longer than the axis"
    axes.text(
        1, 0.1, f"critical difference {diagram.difference:.2f}{beyond} ({words}); average rank over {diagram.test.tasks} tasks",
        ha="left", va="center", color=MUTED,
    )  # fmt: skip


def critical_difference_words(labels: Sequence[str], diagram: CriticalDifference) -> str:
    """Return what the diagram shows, for readers who do not see it.

    Args:
        labels: Of the entrants, in the order of ``diagram.ranks``.
        diagram: What is shown.
    """
    order = sorted(range(len(labels)), key=lambda place: diagram.ranks[place])
    ranked = ", ".join(f"{labels[place]} {diagram.ranks[place]:.2f}" for place in order)
    groups = "; ".join(", ".join(labels[place] for place in group) for group in diagram.groups)
    alike = f"Not told apart: {groups}." if groups else "All are told apart."
    return f"Average ranks over {diagram.test.tasks} tasks, best first: {ranked}. {alike}"


def board_ranks_picture(board: Leaderboard, styles: Styles, name: str, title: str) -> Picture | None:
    """Return the diagram of a leaderboard's average ranks; ``None`` where there is none.

    Ranked are the medians of the rows that have a place, on the tasks that all of them have; there is none with fewer
    than three rows or two tasks.

    Args:
        board: The leaderboard.
        styles: The style of each (kind, name).
        name: What tells it from other figures.
        title: What it is called.
    """
    ranked = board.ranking.ranked[:MOST_ENTRANTS] if board.ranking else ()
    rows = [board.rows[row] for row in ranked]
    values = medians(board, ranked)
    if len(rows) < 3 or (~np.isnan(values).any(axis=0)).sum() < 2:
        return None
    return critical_difference_picture(
        [row.label for row in rows], critical_difference(values), name, title,
        [styles[board.kind, row.name].colour for row in rows], [component_of(board.kind, row.name) for row in rows],
    )  # fmt: skip


def board_ranks_figure(board: Leaderboard, styles: Styles) -> tuple[Figure, str] | None:
    """Return the diagram of a leaderboard's average ranks, and what it shows in words; ``None`` where there is none.

    Args:
        board: The leaderboard.
        styles: The style of each (kind, name).
    """
    picture = board_ranks_picture(board, styles, "ranks", "")
    return (picture.figure(), picture.words) if picture else None


def medians(board: Leaderboard, rows: Sequence[int]) -> NDArray[np.float64]:
    """Return the median of each row on each column, larger is better, −∞ failed, NaN not there [rows, columns]."""
    values = np.full((len(rows), len(board.columns)), np.nan)
    for at, row in enumerate(rows):
        for column, (entry, head) in enumerate(zip(board.rows[row].entries, board.columns, strict=True)):
            if entry is not None and entry.final is not None:
                values[at, column] = entry.final.estimate * (1 if head.better == "max" else -1)
    return values

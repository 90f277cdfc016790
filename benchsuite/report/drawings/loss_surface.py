"""The drawing of a loss surface: random lines through a solution, a plane of two of them, and the way to another solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.diagnostics.surface import LossLine, LossPlane
from benchsuite.report.drawings.palette import COLOURS, INK, MUTED
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE, LEFT, BETWEEN, RIGHT, BOTTOM, TOP = 2.7, 0.6, 0.75, 0.2, 0.5, 0.75
"""Of each panel, and the room around it, in inches."""
LEVELS = 18
FEWEST_FOLD = 1e-3
"""The lowest contour lies at this share of the plane's range above its floor at least."""
HIGHEST = 3.0
"""Losses beyond so many times the starting loss are cut off: they say no more than that."""


def surface_figure(
    title: str, lines: Sequence[LossLine], plane: LossPlane, way: LossLine | None, start_loss: float
) -> Figure:
    """Return the figure: lines, plane, and the way between two solutions where there is one.

    Args:
        title: Of what network.
        lines: Along random directions through the solution.
        plane: Of two of them.
        way: From the solution (t = 0) to another (t = 1).
        start_loss: Before training, drawn as a level.
    """
    from matplotlib.figure import Figure

    panels = 2 if way is None else 3
    width, height = LEFT + panels * SIDE + (panels - 1) * BETWEEN + RIGHT, BOTTOM + SIDE + TOP
    with theme():
        figure = Figure(figsize=(width, height), facecolor="white")
        places = [
            figure.add_axes(((LEFT + at * (SIDE + BETWEEN)) / width, BOTTOM / height, SIDE / width, SIDE / height))
            for at in range(panels)
        ]
        draw_lines(places[0], lines, start_loss)
        draw_plane(places[1], plane)
        if way is not None:
            draw_way(places[2], way, start_loss)
        figure.text(0.012, 1 - 0.2 / height, f"Loss of {title}", fontsize=9.5, color=INK, va="center")
    return figure


def draw_lines(axes: Axes, lines: Sequence[LossLine], start_loss: float) -> Axes:
    """Draw the loss along random directions: each faint, their mean thick, and the loss before training as a level.

    Args:
        axes: Where to draw.
        lines: With the same steps.
        start_loss: Before training.
    """
    colour = COLOURS[0][0]
    for line in lines:
        axes.plot(line.steps, _shown(line.losses, start_loss), color=colour, linewidth=0.8, alpha=0.4)
    mean = np.mean([line.losses for line in lines], axis=0)
    axes.plot(lines[0].steps, _shown(mean, start_loss), color=colour, linewidth=1.9)
    axes.set_title(f"along {len(lines)} random directions, and their mean", loc="left")
    axes.set_xlabel("step, in lengths of each filter")
    _finish(axes, start_loss, (lines[0].steps[0], lines[0].steps[-1]))
    return axes


def draw_way(axes: Axes, way: LossLine, start_loss: float) -> Axes:
    """Draw the loss on the straight line through two solutions, with both marked.

    Args:
        axes: Where to draw.
        way: As ``between`` gives it.
        start_loss: Before training.
    """
    losses = _shown(way.losses, start_loss)
    axes.plot(way.steps, losses, color=COLOURS[0][0], linewidth=1.9)
    ends = [float(np.interp(at, way.steps, losses)) for at in (0, 1)]
    axes.plot(
        [0, 1],
        ends,
        linestyle="none",
        marker="*",
        markersize=11,
        markerfacecolor="white",
        markeredgecolor=INK,
        zorder=4,
    )
    axes.set_title("from this solution to that of another seed", loc="left")
    axes.set_xlabel("0 this one, 1 the other")
    _finish(axes, start_loss, (way.steps[0], way.steps[-1]))
    return axes


def draw_plane(axes: Axes, plane: LossPlane) -> Axes:
    """Draw contours of the loss at levels of equal ratio above its lowest value, and the solution as a star.

    Args:
        axes: Where to draw.
        plane: As ``across`` gives it.
    """
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    losses = np.ma.masked_invalid(plane.losses)
    floor, highest = float(losses.min()), float(losses.max())
    span = max(highest - floor, abs(highest) * 1e-9, 1e-30)
    above = losses - floor
    low = max(float(np.quantile(above.compressed(), 0.02)), FEWEST_FOLD * span)
    levels = np.geomspace(min(low, span / 2), span, LEVELS)
    shades = LinearSegmentedColormap.from_list("ground", ["#fbfaf6", "#d5dbe0", "#96a3b0"])
    axes.contourf(
        plane.x, plane.y, above, levels, extend="min", cmap=shades, norm=BoundaryNorm(levels, shades.N, extend="min")
    )
    drawn = axes.contour(plane.x, plane.y, above, levels[::3], colors=INK, linewidths=0.5, alpha=0.6)
    axes.clabel(drawn, fmt=lambda level: f"{level + floor:.2g}", fontsize=7)
    axes.plot(0, 0, marker="*", markersize=11, markerfacecolor="white", markeredgecolor=INK, zorder=4)
    axes.set_title("on the plane of two of them", loc="left")
    axes.set_xlabel("first direction")
    axes.set_ylabel("second direction", color=MUTED)
    axes.grid(visible=False)
    axes.locator_params(nbins=5)
    return axes


def _shown(losses: np.ndarray, start_loss: float) -> np.ndarray:
    """Return losses without what is beyond the picture."""
    most = HIGHEST * abs(start_loss)
    return np.where(np.isfinite(losses) & (losses <= most), losses, np.nan)


def _finish(axes: Axes, start_loss: float, limits: tuple[float, float]) -> None:
    """Draw the level of the start, and lay out the axes."""
    axes.axhline(start_loss, color=MUTED, linewidth=0.8, dashes=(2, 2), zorder=1)
    axes.annotate(
        "before training", (np.mean(limits), start_loss), ha="center", va="bottom", color=MUTED, fontsize=8,
        xytext=(0, 2), textcoords="offset points",
    )  # fmt: skip
    axes.set_xlim(*limits)
    top = max(axes.get_ylim()[1], start_loss)
    axes.set_ylim(top=top + 0.08 * (top - axes.get_ylim()[0]))
    axes.set_ylabel("loss", color=MUTED)
    axes.locator_params(nbins=5)
    for edge in ("top", "right", "left"):
        axes.spines[edge].set_visible(False)

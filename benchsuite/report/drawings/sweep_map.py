"""The drawing of a sweep over two hyperparameters: one heat map for each component, each cell the median of its seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis.importance.outcome_value import Quantity
from benchsuite.analysis.intervals import Direction
from benchsuite.analysis.sweep import CurveOfSweep, SweptSetting
from benchsuite.report.drawings.axis_scale import AxisScale, axis_scale
from benchsuite.report.drawings.palette import INK, MUTED, SEQUENTIAL, mixed
from benchsuite.report.drawings.theme import theme
from benchsuite.report.tables.numbers import Format, column_format
from benchsuite.report.tables.values import value_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL = 0.52
"""Inches."""
LEVELS = 20
FAILED_COLOUR = "#f3f0ea"


def sweep_map_figure(title: str, curves: Sequence[CurveOfSweep], looked: Quantity) -> Figure:
    """Return the figure of a sweep over two hyperparameters.

    Args:
        title: What was swept on what.
        curves: One panel for each component.
        looked: The measure.
    """
    from matplotlib.figure import Figure

    known = [place.median for curve in curves for place in curve.places if math.isfinite(place.median)]
    measure = looked.quantity
    scale = axis_scale(measure, looked.direction, known)
    form = column_format(known)
    sizes = [(len(curve.axes[0]) * CELL, len(curve.axes[1]) * CELL * 0.7) for curve in curves]
    left, gap, below, above = 0.95, 0.95, 0.75, 0.85
    width = max(left + sum(size[0] for size in sizes) + gap * (len(sizes) - 1) + 0.2, 4.6)
    height = below + max(size[1] for size in sizes) + above
    with theme():
        figure = Figure(figsize=(width, height), facecolor="white")
        at = left
        for curve, size in zip(curves, sizes, strict=True):
            axes = figure.add_axes((at / width, below / height, size[0] / width, size[1] / height))
            draw_map(axes, curve, scale, form, known)
            at += size[0] + gap
        words = ", ".join(filter(None, (looked.words, scale.words(measure))))
        figure.text(0.12 / width, 1 - 0.22 / height, title, ha="left", va="center", fontsize=9, color=INK)
        figure.text(
            0.12 / width,
            1 - 0.42 / height,
            f"{words}; ✕ failed, framed: the best",
            ha="left",
            va="center",
            fontsize=8,
            color=MUTED,
        )
    return figure


def draw_map(axes: Axes, curve: CurveOfSweep, scale: AxisScale, form: Format, known: Sequence[float]) -> None:
    """Draw every cell with its median; a failure is a cross on a light ground, and seeds that failed are counted."""
    from matplotlib.patches import Rectangle

    colours = mixed(SEQUENTIAL[0], LEVELS)
    ends = sorted(scale.place(value) for value in (min(known), max(known))) if known else [0.0, 1.0]
    columns, rows = curve.axes
    for number, place in enumerate(curve.places):
        x, y = divmod(number, len(rows))
        level = _level(place, scale, ends, curve.direction)
        ground = FAILED_COLOUR if level is None else colours[level]
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=ground, edgecolor="white", linewidth=1))
        text = "–" if math.isnan(place.median) else "✕" if level is None else form(place.median)
        light = level is not None and level > LEVELS / 2
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=7.5, color="white" if light else INK)
        if place.failed and level is not None:
            axes.text(
                x + 0.95,
                y + 0.08,
                f"{place.failed}✕",
                ha="right",
                va="bottom",
                fontsize=6,
                color="white" if light else MUTED,
            )
    best = curve.best
    if best is not None:
        x, y = divmod(curve.places.index(best), len(rows))
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor="none", edgecolor="#d9730d", linewidth=2, zorder=4))
    axes.set_xlim(0, len(columns))
    axes.set_ylim(0, len(rows))
    axes.set_xticks(
        [at + 0.5 for at in range(len(columns))],
        [value_text(value) for value in columns],
        rotation=35,
        ha="right",
        rotation_mode="anchor",
    )
    axes.set_yticks([at + 0.5 for at in range(len(rows))], [value_text(value) for value in rows])
    axes.set_xlabel(curve.names[0].replace("_", " "))
    axes.set_ylabel(curve.names[1].replace("_", " "))
    axes.set_title(curve.label + ("" if not curve.edges else ", best at an edge"), loc="left")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for edge in ("top", "right", "left", "bottom"):
        axes.spines[edge].set_visible(False)


def _level(place: SweptSetting, scale: AxisScale, ends: Sequence[float], better: Direction) -> int | None:
    """Return how dark a cell is: the best are darkest. ``None`` for a failure, and for what was not run."""
    if not math.isfinite(place.median):
        return None
    low, high = ends
    share = (scale.place(place.median) - low) / (high - low) if high > low else 0.5
    share = share if better == "max" else 1 - share
    return min(max(int(share * LEVELS), 0), LEVELS - 1)

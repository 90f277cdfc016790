"""The drawing of a sweep: the final value against one hyperparameter, every seed a dot, failures at the edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchsuite.analysis.importance.outcome_value import Quantity
from benchsuite.analysis.sweep import CurveOfSweep
from benchsuite.report.drawings.axis_scale import axis_scale
from benchsuite.report.drawings.hyper_axis import HyperAxis, hyper_axis
from benchsuite.report.drawings.palette import INK, MUTED, Style
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

WIDTH, HEIGHT = 6.4, 3.8
"""Of the figure, in inches."""
LEGEND_ROW, LEGEND_COLUMNS = 0.2, 4
PAD = 0.06
"""Room beyond the best and the worst value, as a share of the way between them."""
FAILED_ROW = 0.045
"""Between the failures of two components, as a share of the height."""


def sweep_figure(
    title: str, curves: Sequence[CurveOfSweep], looked: Quantity, declared: Sequence[float | None]
) -> Figure:
    """Return the figure of a sweep over one hyperparameter.

    Args:
        title: What was swept on what.
        curves: One for each component.
        looked: The measure.
        declared: The value that each component declares as its default, marked where it is a number.
    """
    from matplotlib.figure import Figure

    rows = sum(any(place.failed for place in curve.places) for curve in curves)
    legend = LEGEND_ROW * math.ceil((len(curves) + 3) / LEGEND_COLUMNS)
    height = HEIGHT + legend + 0.14 * max(0, rows - 2)
    below, above = 0.55, 0.5 + legend
    with theme():
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        axes = figure.add_axes((0.75 / WIDTH, below / height, 1 - 0.95 / WIDTH, 1 - (below + above) / height))
        draw_sweep(axes, curves, looked, declared, rows)
        inner = height - below - above
        axes.legend(
            handles=_keys(curves, declared), loc="lower left", bbox_to_anchor=(-0.01, 1 + 0.07 / inner), frameon=False,
            handlelength=1.6, ncols=LEGEND_COLUMNS, borderaxespad=0, columnspacing=1.4,
        )  # fmt: skip
        figure.text(0.75 / WIDTH, 1 - 0.22 / height, title, ha="left", va="center", fontsize=9, color=INK)
    return figure


def _keys(curves: Sequence[CurveOfSweep], declared: Sequence[float | None]) -> list[Line2D]:
    """Return what the legend explains: components, and those marks that are there."""
    from matplotlib.lines import Line2D

    found = [
        Line2D(
            [], [], color=Style(number).colour, dashes=Style(number).dash or (1, 0), linewidth=1.6, label=curve.label
        )
        for number, curve in enumerate(curves)
    ]
    marks: list[dict[str, Any]] = [{"marker": "o", "markerfacecolor": "none", "markersize": 7, "label": "best"}]
    if any(value is not None for value in declared):
        marks.append({"marker": 7, "markersize": 5, "label": "declared default"})
    if any(place.failed for curve in curves for place in curve.places):
        marks.append({"marker": "x", "markersize": 5, "label": "failed"})
    return [*found, *(Line2D([], [], color=MUTED, linestyle="none", **mark) for mark in marks)]


def draw_sweep(
    axes: Axes, curves: Sequence[CurveOfSweep], looked: Quantity, declared: Sequence[float | None], rows: int
) -> None:
    """Draw medians as lines, seeds as dots, and at the worse edge a cross with the number of seeds that failed."""
    across = hyper_axis(curves[0].spaces[0], [value for curve in curves for value in curve.axes[0]])
    measure = looked.quantity
    known = [value for curve in curves for place in curve.places for value in place.known]
    scale = axis_scale(measure, looked.direction, known)
    for number, curve in enumerate(curves):
        _draw_curve(axes, curve, across, Style(number), scale.shown)
        _mark_default(axes, across, declared[number], Style(number))
    places = [scale.place(value) for value in known] or [0.0, 1.0]
    ends = [min(places), max(places)]
    width = ends[1] - ends[0] or 0.01 * abs(ends[0]) or 0.01
    # Room for the failures at the worse end, which is below where larger is better.
    room = [PAD * width, PAD * width]
    room[0 if looked.direction == "max" else 1] += rows * FAILED_ROW * width
    ends = [ends[0] - room[0], ends[1] + room[1]]
    scale.set_on(axes, "y", *(scale.value(end) for end in ends))
    _draw_failures(axes, curves, across, looked)
    axes.set_xlim(*across.ends)
    axes.set_xticks([place for place, _ in across.ticks], [text for _, text in across.ticks])
    axes.set_xlabel(", ".join(filter(None, (curves[0].names[0].replace("_", " "), across.words))))
    axes.set_ylabel(", ".join(filter(None, (looked.words, scale.words(measure)))), color=MUTED)
    axes.grid(visible=False, axis="x")
    for edge in ("top", "right", "left"):
        axes.spines[edge].set_visible(False)


def _draw_curve(axes: Axes, curve: CurveOfSweep, across: HyperAxis, style: Style, shown: object) -> None:
    x = [across.place(place.at[0]) for place in curve.places]
    y = [place.median if math.isfinite(place.median) else math.nan for place in curve.places]
    axes.plot(x, y, color=style.colour, dashes=style.dash or (1, 0), linewidth=1.6, zorder=3)
    dots = [(across.place(place.at[0]), value) for place in curve.places for value in place.known]
    axes.scatter(
        [one for one, _ in dots], [other for _, other in dots], s=13, color=style.colour, alpha=0.45, linewidth=0,
        marker=style.marker, zorder=2,
    )  # fmt: skip
    best = curve.best
    if best is not None:
        edge = "edge of the sweep" if curve.edges else ""
        axes.scatter(
            [across.place(best.at[0])], [best.median], s=62, facecolor="none", edgecolor=style.colour, linewidth=1.4,
            marker=style.marker, zorder=4,
        )  # fmt: skip
        if edge:
            side = "right" if "high" in curve.edges.values() else "left"
            axes.annotate(
                edge, (across.place(best.at[0]), best.median), xytext=(-9 if side == "right" else 9, 0), ha=side,
                va="center", textcoords="offset points", fontsize=8, color=style.colour,
            )  # fmt: skip


def _mark_default(axes: Axes, across: HyperAxis, value: float | None, style: Style) -> None:
    if value is None or across.scale == "listed" or (across.scale == "log" and value <= 0):
        return
    place = across.place(value)
    if across.ends[0] <= place <= across.ends[1]:
        axes.plot(
            [place],
            [1.0],
            marker=7,
            color=style.colour,
            markersize=5,
            clip_on=False,
            transform=axes.get_xaxis_transform(),
        )


def _draw_failures(axes: Axes, curves: Sequence[CurveOfSweep], across: HyperAxis, looked: Quantity) -> None:
    row = 0
    for number, curve in enumerate(curves):
        failed = [place for place in curve.places if place.failed]
        if not failed:
            continue
        height = 0.03 + FAILED_ROW * row
        height = height if looked.direction == "max" else 1 - height
        row += 1
        for place in failed:
            axes.plot(
                [across.place(place.at[0])], [height], marker="x", markersize=5, markeredgewidth=1.6,
                color=Style(number).colour, transform=axes.get_xaxis_transform(), zorder=5,
            )  # fmt: skip
            if place.failed < len(place.results):
                axes.annotate(
                    f"{place.failed} of {len(place.results)}", (across.place(place.at[0]), height),
                    xycoords=axes.get_xaxis_transform(), xytext=(5, 0), textcoords="offset points", va="center",
                    fontsize=7, color=MUTED,
                )  # fmt: skip

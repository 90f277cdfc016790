"""The drawing of quality against step time: each row a point, and a stair along those that no other beats in both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis.numbers.trade_off import pareto_front
from benchsuite.report.drawings.axis_scale import axis_scale, worth_showing
from benchsuite.report.drawings.marks import belongs
from benchsuite.report.drawings.palette import INK, MUTED, Style
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import short
from benchsuite.report.drawings.series_legend import Named, draw_legend, width_of
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 5.6, 3.8
"""Of the axes, in inches."""
MOST_NAMED = 24
"""Points of the front that are named beside themselves."""


@dataclass(frozen=True, slots=True)
class Traded:
    """One row.

    Args:
        label: Its label.
        component: Whose it is.
        style: How it is drawn.
        score: Quality, larger is better; rows without a finite one are not drawn.
        step_ratio: Time of its step, divided by that of the baseline.
    """

    label: str
    component: str
    style: Style
    score: float
    step_ratio: float


def known_of(rows: Sequence[Traded]) -> list[Traded]:
    """Return the rows that have both numbers, the fastest first."""
    known = [one for one in rows if math.isfinite(one.score) and math.isfinite(one.step_ratio) and one.step_ratio > 0]
    return sorted(known, key=lambda one: (one.step_ratio, -one.score, one.label))


def front_of(rows: Sequence[Traded]) -> list[Traded]:
    """Return the rows that no other beats in score and step time at once, the fastest first."""
    known = known_of(rows)
    if not known:
        return []
    kept = pareto_front([(one.score, -one.step_ratio) for one in known]).tolist()
    return [one for one, on_front in zip(known, kept, strict=True) if on_front]


def draw_trade_off(axes: Axes, rows: Sequence[Traded], *, legend: bool = True) -> Axes:
    """Draw quality against step time.

    Args:
        axes: Where to draw.
        rows: What to draw; those that lack a number are left out.
        legend: Whether to name the points on the right.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    known, front = known_of(rows), front_of(rows)
    scale = axis_scale("score", "max", [min(one.score, 1.0) for one in known])
    place = [scale.shown(min(one.score, 1.0)) for one in known]
    low, high = worth_showing(place, "max", scale, left_out=0.05, pad=0.07)
    for one, y in zip(known, place, strict=True):
        beyond = y < low
        (point,) = axes.plot(
            [one.step_ratio], [max(y, low)], marker=one.style.marker, markersize=6, color=one.style.colour, linestyle="none",
            markerfacecolor="none" if beyond else one.style.colour, clip_on=not beyond, zorder=3,
        )  # fmt: skip
        belongs(point, one.component, one.label)
    if front:
        stair = [scale.shown(min(one.score, 1.0)) for one in front]
        ends = [one.step_ratio for one in front]
        axes.plot([*ends, 1e3], [*stair, stair[-1]], drawstyle="steps-post", color=MUTED, linewidth=1,
                  linestyle=(0, (4, 3)), zorder=1)  # fmt: skip
        for one, y in list(zip(front, stair, strict=True))[:MOST_NAMED]:
            text = axes.annotate(short(one.label), (one.step_ratio, max(y, low)), xytext=(-4, 5), ha="right",
                                 textcoords="offset points", fontsize=7.5, color=INK, zorder=4)  # fmt: skip
            belongs(text, one.component, one.label)
    ratios = [one.step_ratio for one in known] or [1.0]
    axes.set_xscale("log")
    axes.set_xlim(min(*ratios, 0.9) / 1.35, max(*ratios, 1.1) * 1.12)
    ticks = [
        tick
        for tick in (0.25, 0.5, 0.7, 1, 1.4, 2, 3, 4, 6, 8, 16, 32)
        if min(ratios) / 1.3 <= tick <= max(*ratios, 1.1) * 1.1
    ]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
    scale.set_on(axes, "y", low, high)
    axes.set_xlabel("time of a step ÷ that of the baseline")
    said = scale.words("score")
    set_title(axes, f"score, interquartile mean{said and f', {said}'}; dashed: no other is better in both")
    if not known:
        axes.text(0.5, 0.5, "no row has a score and a step time", transform=axes.transAxes, ha="center", color=MUTED)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if legend:
        draw_legend(axes, _named(known), HEIGHT, markers=True)
    return axes


def _named(known: Sequence[Traded]) -> list[Named]:
    ordered = sorted(known, key=lambda one: (-one.score, one.label))
    return [Named(one.label, one.style, one.component) for one in ordered]


def trade_off_words(rows: Sequence[Traded]) -> str:
    """Return what the figure shows, for readers who do not see it."""
    on_front = ", ".join(f"{one.label} (score {one.score:.4g}, {one.step_ratio:.3g}×)" for one in front_of(rows))
    return f"Score against step time of {len(known_of(rows))} rows. No other is better in both: {on_front or 'none'}."


def trade_off_picture(rows: Sequence[Traded], name: str, title: str) -> Picture:
    """Return quality against step time as a picture of its own."""
    known = known_of(rows)
    right = 0.2 + (width_of(_named(known), HEIGHT) if known else 0)
    return Picture(
        name, title, trade_off_words(rows), lambda axes: draw_trade_off(axes, rows), WIDTH, HEIGHT,
        Margins(0.65, right, 0.5, 0.32),
    )  # fmt: skip

"""The drawing of sensitivity: what came of each value of a hyperparameter, a line for each component, failures at the worse edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from benchsuite.analysis.sensitivity import Sensitivities
from benchsuite.report.drawings.axis_scale import axis_scale, worth_showing
from benchsuite.report.drawings.marks import belongs, component_of
from benchsuite.report.drawings.palette import Styles
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.series_legend import Named, draw_legend, width_of
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 5.6, 3.5
"""Of the axes, in inches."""
MOST_TICKS = 7
"""Values that were tried which each have a tick of their own."""
TICKS_APART = 1.5
"""How many times the one before a value must be for both to be named."""


def draw_sensitivity(axes: Axes, found: Sensitivities, kind: str, styles: Styles, *, legend: bool = True) -> Axes:
    """Draw what came of each value: lines are medians over seeds, or the best of each half decade of a search; dots all there is.

    Args:
        axes: Where to draw.
        found: What to draw.
        kind: Of the components.
        styles: The style of each (kind, name).
        legend: Whether to name the lines on the right.
    """
    results = [value for one in found.held for value in one.results if math.isfinite(value)]
    middle = [value for one in found.held for _, value in one.line if math.isfinite(value)]
    scale = axis_scale(found.quantity, found.direction, results)
    low, high = worth_showing(results, found.direction, scale, left_out=0.05)
    edge = low if found.direction == "max" else high
    if middle:  # the whole of the lines, wherever single trials went
        low, high = min(low, *map(scale.shown, middle)), max(high, *map(scale.shown, middle))
    for at, one in reversed(list(enumerate(found.held))):
        style, component = styles[kind, one.name], component_of(kind, one.name)
        (line,) = axes.plot(
            [value for value, _ in one.line], [scale.shown(result) for _, result in one.line], color=style.colour,
            dashes=style.dash or (None, None), linewidth=1.6, zorder=3 - at / 1000, label=one.label,
        )  # fmt: skip
        belongs(line, component, one.label)
        dots = [
            (value, scale.shown(result))
            for value, result in zip(one.at, one.results, strict=True)
            if math.isfinite(result)
        ]
        if dots:
            places, heights = zip(*dots, strict=True)
            belongs(
                axes.scatter(places, heights, s=11, color=style.colour, alpha=0.45, linewidth=0, marker=style.marker, zorder=2),
                component, one.label,
            )  # fmt: skip
        failed = sorted({value for value, result in zip(one.at, one.results, strict=True) if math.isnan(result)})
        if failed:
            (crosses,) = axes.plot(
                failed, [edge] * len(failed), marker="x", linestyle="none", markersize=4.5, color=style.colour, zorder=4,
                clip_on=False,
            )  # fmt: skip
            belongs(crosses, component, one.label)
    _ticks(axes, sorted({value for one in found.held for value in one.at}))
    scale.set_on(axes, "y", low, high)
    axes.set_xlabel(f"{found.hyperparameter.replace('_', ' ')}, logarithmic")
    said = scale.words(found.quantity)
    drawn = "best of each half decade" if any(one.searched for one in found.held) else "median of seeds"
    set_title(axes, f"{found.measure}{said and f', {said}'}: {drawn}; ✕ failed")
    axes.grid(visible=False, axis="x")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if legend:
        draw_legend(axes, _named(found, kind, styles), HEIGHT)
    return axes


def _ticks(axes: Axes, tried: Sequence[float]) -> None:
    """Set a logarithmic axis with a tick at each value that was tried, or at the powers of ten where these are too many."""
    from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

    axes.set_xscale("log")
    apart = all(second / first > TICKS_APART for first, second in pairwise(tried))
    few = 0 < len(tried) <= MOST_TICKS and apart
    axes.xaxis.set_major_locator(FixedLocator(tried) if few else LogLocator(numticks=9))
    if few:
        axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(lambda *_: "")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _named(found: Sensitivities, kind: str, styles: Styles) -> list[Named]:
    return [Named(one.label, styles[kind, one.name], component_of(kind, one.name)) for one in found.held]


def sensitivity_words(found: Sensitivities) -> str:
    """Return what the figure shows, for readers who do not see it."""
    each = []
    for one in found.held:
        known = [(result, value) for value, result in one.line if math.isfinite(result)]
        best = (max if found.direction == "max" else min)(known, key=lambda pair: pair[0], default=None)
        failed = sum(map(math.isnan, one.results))
        told = f"best {best[0]:.4g} at {best[1]:.3g}" if best else "every value failed"
        each.append(f"{one.label}: {told}" + (f", {failed} failed" if failed else ""))
    return f"{found.measure} over {found.hyperparameter} on {found.column.task}. {'; '.join(each)}."


def sensitivity_picture(found: Sensitivities, kind: str, styles: Styles, name: str, title: str) -> Picture:
    """Return sensitivity as a picture of its own."""
    right = 0.2 + width_of(_named(found, kind, styles), HEIGHT)
    return Picture(
        name, title, sensitivity_words(found), lambda axes: draw_sensitivity(axes, found, kind, styles), WIDTH, HEIGHT,
        Margins(0.7, right, 0.5, 0.32),
    )  # fmt: skip

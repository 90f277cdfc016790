"""The drawing of budget curves: the best of k settings that a search tried, over k, as it could have come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis.intervals import Direction
from benchsuite.report.drawings.axis_scale import axis_scale, worth_showing
from benchsuite.report.drawings.marks import belongs
from benchsuite.report.drawings.palette import MUTED, Style
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.series_legend import Named, draw_legend, width_of
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 5.6, 3.5
"""Of the axes, in inches."""
MOST_BANDS = 6
"""Rows that are drawn with their bands: of more nobody would see which is whose."""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One row.

    Args:
        label: Its label.
        component: Whose it is.
        style: How it is drawn.
        trials: Numbers of settings, growing.
        expected: The expected best of so many, in the unit of the measure; not finite where most histories failed.
        low: Where the worse end of the band is.
        high: Where the better end is.
    """

    label: str
    component: str
    style: Style
    trials: tuple[int, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def draw_budget(
    axes: Axes, lines: Sequence[BudgetLine], measure: str, direction: Direction, *, legend: bool = True
) -> Axes:
    """Draw what the best of k settings is worth.

    Args:
        axes: Where to draw.
        lines: One for each row, the best first.
        measure: The measure of the validation part, or ``score``.
        direction: Whether larger or smaller is better.
        legend: Whether to name the lines on the right.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    values = [value for one in lines for value in one.expected if math.isfinite(value)]
    scale = axis_scale(measure, direction, values)
    banded = len(lines) <= MOST_BANDS
    for at, one in reversed(list(enumerate(lines))):
        shown = [scale.shown(value) if math.isfinite(value) else math.nan for value in one.expected]
        (line,) = axes.plot(
            one.trials, shown, color=one.style.colour, dashes=one.style.dash or (None, None), linewidth=1.6,
            zorder=3 - at / 1000, label=one.label, marker=one.style.marker if len(one.trials) < 9 else None, markersize=3.5,
        )  # fmt: skip
        belongs(line, one.component, one.label)
        if banded:
            low_end, high_end = (
                [scale.shown(value) if math.isfinite(value) else math.nan for value in end]
                for end in (one.low, one.high)
            )
            band = axes.fill_between(
                one.trials, low_end, high_end, color=one.style.colour, alpha=0.13, linewidth=0, zorder=1
            )
            belongs(band, one.component, one.label)
    most = max((one.trials[-1] for one in lines if one.trials), default=1)
    axes.set_xscale("log", base=2)
    ticks = [2**power for power in range(most.bit_length()) if 2**power <= most]
    axes.xaxis.set_major_locator(FixedLocator([*ticks, *[most] * (most > 1.4 * ticks[-1])]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlim(0.95, most * 1.05)
    low, high = worth_showing(values, direction, scale, left_out=0.0)
    scale.set_on(axes, "y", low, high)
    axes.set_xlabel("settings tried on a task, the default first")
    said = scale.words(measure)
    name = "score, mean over tasks" if measure == "score" else f"validation {measure}"
    set_title(axes, f"expected best {name}{said and f', {said}'}{'; shaded: 80 % of histories' if banded else ''}")
    if not values:
        axes.text(0.5, 0.5, "no search has a result", transform=axes.transAxes, ha="center", va="center", color=MUTED)
    axes.grid(visible=False, axis="x")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if legend:
        draw_legend(axes, _named(lines), HEIGHT)
    return axes


def _named(lines: Sequence[BudgetLine]) -> list[Named]:
    return [Named(one.label, one.style, one.component) for one in lines]


def budget_words(lines: Sequence[BudgetLine], measure: str) -> str:
    """Return what the figure shows, for readers who do not see it."""
    each = "; ".join(
        f"{one.label} {one.expected[0]:.4g} with 1 and {one.expected[-1]:.4g} with {one.trials[-1]}"
        for one in lines
        if one.trials
    )
    return f"Expected best {measure} by how many settings were tried: {each or 'no search'}."


def budget_picture(lines: Sequence[BudgetLine], measure: str, direction: Direction, name: str, title: str) -> Picture:
    """Return budget curves as a picture of its own."""
    right = 0.2 + (width_of(_named(lines), HEIGHT) if lines else 0)
    return Picture(
        name, title, budget_words(lines, measure), lambda axes: draw_budget(axes, lines, measure, direction), WIDTH, HEIGHT,
        Margins(0.7, right, 0.5, 0.32),
    )  # fmt: skip

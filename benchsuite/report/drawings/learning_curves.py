"""The drawing of learning curves: the validation measure over training, the median of the seeds thick and each seed faint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import Direction
from benchsuite.analysis.intervals import median, median_interval, with_failures
from benchsuite.report.drawings.axis_scale import AxisScale, axis_scale, worth_showing
from benchsuite.report.drawings.marks import belongs
from benchsuite.report.drawings.palette import MUTED
from benchsuite.report.drawings.room import WHOLE, Room
from benchsuite.report.drawings.row_names import add_line
from benchsuite.report.drawings.series import CurvePoints, Series
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST_POINTS = 12
"""Of one line."""
MOST_BANDS = 8
"""Rows up to which each has a band: of more nobody would see which is whose."""
ACROSS = {"step": "training step", "epoch": "epoch", "seconds": "seconds of training"}
"""What curves may run over, and what an axis says of it."""


def draw_learning_curves(
    axes: Axes, series: Sequence[Series], measure: str, direction: Direction, room: Room = WHOLE, over: str = "",
    across: str = "step",
) -> Axes:  # fmt: skip
    """Draw the validation metric over training: the median of the seeds thick with its interval, each seed faint.

    In the median a failed seed counts as worse than any number, as in the leaderboard: where the median seed failed
    there is no thick line. Of very many seeds so many are drawn faint as there is room for. The scale is that of the
    measure, and the axis ends where all but a hundredth of the evaluations after the start lie on it.

    Args:
        axes: Where to draw.
        series: What to draw, the best first.
        measure: Name of the metric.
        direction: Whether larger or smaller is better.
        room: How much may be drawn.
        over: What each value is a mean over; nothing for the title unless given.
        across: What the curves run over, one of :data:`ACROSS`: the same that the series were made with.
    """
    import seaborn as sns
    from matplotlib.collections import LineCollection

    scale = figure_scale(series, measure, direction)
    faint_each = room.lines_of_each(len(series))
    lines = sum(min(len(one.curves), faint_each) + 1 for one in series)
    most = max(FEWEST_POINTS, room.points // max(lines, 1))
    banded = len(series) <= MOST_BANDS
    for order, one in enumerate(reversed(series)):
        thinned = [_thin(curve, most) for curve in one.curves]
        faint = LineCollection(
            [[(step, scale.shown(value)) for step, value in zip(*curve, strict=True)] for curve in thinned[:faint_each]],
            colors=one.style.colour, linewidths=0.7, alpha=0.28 * one.shade, zorder=2,
        )  # fmt: skip
        axes.add_collection(faint, autolim=False)
        belongs(faint, one.component, one.label)
        steps, middle = _median_curve(thinned, one.failed, direction)
        line = add_line(
            axes, steps, [scale.shown(value) for value in middle], color=one.style.colour, linewidth=1.7, alpha=one.shade,
            dashes=one.style.dash, zorder=3 + order / 100, solid_capstyle="round",
        )  # fmt: skip
        belongs(line, one.component, one.label)
        if banded and (band := median_band(thinned, one.failed, direction)):
            places, low_ends, high_ends = band
            shaded = axes.fill_between(
                places, [scale.shown(value) for value in low_ends], [scale.shown(value) for value in high_ends], color=one.style.colour,
                alpha=0.13 * one.shade, linewidth=0, zorder=1,
            )  # fmt: skip
            belongs(shaded, one.component, one.label)
    values = [value for one in series for _, path in one.curves for value in path if math.isfinite(value)]
    later = [value for one in series for curve in one.curves for step, value in zip(*curve, strict=True) if step > 0]
    low, high = worth_showing(later or values, direction, scale)
    scale.set_on(axes, "y", low, high)
    axes.set_xlim(0, max((curve[0][-1] for one in series for curve in one.curves if curve[0]), default=1) * 1.02)
    axes.set_xlabel(ACROSS[across])
    set_title(
        axes,
        f"validation {measure}{over and f', mean over {over}'}{scale.words(measure) and f', {scale.words(measure)}'}",
    )
    axes.grid(visible=False, axis="x")
    if not values:
        axes.text(0.5, 0.5, "no trial completed", transform=axes.transAxes, ha="center", va="center", color=MUTED)
        axes.set_xticks([])
        axes.set_yticks([])
    sns.despine(ax=axes, left=True)
    return axes


def _thin(curve: CurvePoints, most: int) -> CurvePoints:
    steps, values = curve
    if len(steps) <= most:
        return curve
    kept = sorted({round(number * (len(steps) - 1) / (most - 1)) for number in range(most)})
    return tuple(steps[index] for index in kept), tuple(values[index] for index in kept)


def _median_curve(curves: Sequence[CurvePoints], failed: int, direction: Direction) -> tuple[list[float], list[float]]:
    by_step = _by_step(curves)
    # A step that only some of the seeds have would make the median jump between different sets of seeds.
    shared = sorted(step for step, values in by_step.items() if len(values) == len(curves))
    middle = [median(with_failures([*by_step[step], *[None] * failed], direction)) for step in shared]
    return shared, [value if math.isfinite(value) else math.nan for value in middle]


def _by_step(curves: Sequence[CurvePoints]) -> dict[float, list[float | None]]:
    by_step: dict[float, list[float | None]] = {}
    for steps, values in curves:
        for step, value in zip(steps, values, strict=True):
            by_step.setdefault(step, []).append(value)
    return by_step


def median_band(
    curves: Sequence[CurvePoints], failed: int, direction: Direction
) -> tuple[list[float], list[float], list[float]] | None:
    """Return places and the exact interval of the median at each, low and high; ``None`` with one seed, which has none.

    Where its worse end is a failure the band goes to the worst value that is shown there.
    """
    by_step = _by_step(curves)
    found: list[tuple[float, float, float]] = []
    for step, values in sorted(by_step.items()):
        if len(values) == len(curves):
            interval = median_interval([*values, *[None] * failed], direction)
            known = [value for value in values if value is not None and math.isfinite(value)]
            if interval.attained and known:
                low, high = (
                    end if math.isfinite(end) else worst_of(known, direction) for end in (interval.low, interval.high)
                )
                found.append((step, low, high))
    if not found:
        return None
    places, low_ends, high_ends = (list(column) for column in zip(*found, strict=True))
    return places, low_ends, high_ends


def worst_of(values: Sequence[float], direction: Direction) -> float:
    """Return the worst of some values."""
    return min(values) if direction == "max" else max(values)


def figure_scale(series: Sequence[Series], measure: str, direction: Direction) -> AxisScale:
    """Return the scale that curves and points of one figure share."""
    curves = (value for one in series for _, path in one.curves for value in path)
    finals = (value for one in series for value in one.finals)
    return axis_scale(measure, direction, [*curves, *finals])

"""The drawing of learning curves: the validation measure over training, the median of the seeds thick and each seed faint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import Direction
from benchsuite.analysis.intervals import median, with_failures
from benchsuite.report.drawings.palette import MUTED
from benchsuite.report.drawings.room import WHOLE, Room
from benchsuite.report.drawings.series import CurvePoints, Series
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST_POINTS = 12
"""Of one line."""


def draw_learning_curves(
    axes: Axes, series: Sequence[Series], measure: str, direction: Direction, room: Room = WHOLE
) -> Axes:
    """Draw the validation metric over training steps: the median of the seeds thick, each seed faint.

    In the median a failed seed counts as worse than any number, as in the leaderboard: where the median seed failed
    there is no thick line. Of very many seeds so many are drawn faint as there is room for.
    """
    import seaborn as sns
    from matplotlib.collections import LineCollection

    faint_each = room.lines_of_each(len(series))
    lines = sum(min(len(one.curves), faint_each) + 1 for one in series)
    most = max(FEWEST_POINTS, room.points // max(lines, 1))
    for order, one in enumerate(reversed(series)):
        thinned = [_thin(curve, most) for curve in one.curves]
        faint = LineCollection(
            [list(zip(*curve, strict=True)) for curve in thinned[:faint_each]],
            colors=one.style.colour, linewidths=0.7, alpha=0.28 * one.shade, zorder=2,
        )  # fmt: skip
        axes.add_collection(faint)
        steps, middle = _median_curve(thinned, one.failed, direction)
        axes.plot(
            steps, middle, color=one.style.colour, linewidth=1.7, alpha=one.shade,
            dashes=one.style.dash or (None, None), zorder=3 + order / 100, solid_capstyle="round",
        )  # fmt: skip
    values = [value for one in series for _, path in one.curves for value in path if math.isfinite(value)]
    if direction == "min" and values and min(values) > 0:
        axes.set_yscale("log")
        _few_log_ticks(axes, min(values), max(values))
    axes.autoscale_view()
    axes.set_xlim(left=0)
    axes.set_xlabel("training step")
    set_title(axes, f"validation {measure}")
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
    by_step: dict[float, list[float | None]] = {}
    for steps, values in curves:
        for step, value in zip(steps, values, strict=True):
            by_step.setdefault(step, []).append(value)
    # A step that only some of the seeds have would make the median jump between different sets of seeds.
    shared = sorted(step for step, values in by_step.items() if len(values) == len(curves))
    middle = [median(with_failures([*by_step[step], *[None] * failed], direction)) for step in shared]
    return shared, [value if math.isfinite(value) else math.nan for value in middle]


def _few_log_ticks(axes: Axes, low: float, high: float) -> None:
    """Label a logarithmic axis with plain numbers, and with enough of them where it spans less than two decades."""
    from matplotlib.ticker import LogLocator, NullLocator

    decades = math.log10(high / low)
    subs: tuple[float, ...] = (1.0, 2.0, 5.0) if decades < 2.5 else (1.0,)
    if decades < 0.7:
        subs = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
    axes.yaxis.set_major_locator(LogLocator(subs=subs))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.3g}")
    axes.yaxis.set_minor_locator(NullLocator())

"""The drawing of every seed's test value, one row for each component: it is the legend of the learning curves beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import Direction
from benchsuite.analysis.intervals import median
from benchsuite.report.drawings.axis_scale import AxisScale
from benchsuite.report.drawings.learning_curves import figure_scale
from benchsuite.report.drawings.marks import belongs
from benchsuite.report.drawings.room import WHOLE, Room
from benchsuite.report.drawings.row_names import add_line, name_rows
from benchsuite.report.drawings.series import Series
from benchsuite.report.drawings.theme import set_title
from benchsuite.report.shown import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_seed_strip(
    axes: Axes, series: Sequence[Series], measure: str, direction: Direction, room: Room = WHOLE
) -> Axes:
    """Draw every seed's test value as a point on its component's row, with the median and its interval.

    A failed seed is a cross at the worse edge. Values far behind the field are drawn at that edge too, as a hollow
    point, since one of them would press all others into a single spot. Of very many seeds so many are drawn as there is room for.
    The scale is that of the learning curves.
    """
    import seaborn as sns

    scale = figure_scale(series, measure, direction)
    low, high = strip_range([value for one in series for value in one.finals], direction, scale)
    edge = low if direction == "max" else high
    most = room.dots_of_each(len(series))
    every = all(len(one.finals) <= most for one in series)
    for row, one in enumerate(series):
        inside = [value for value in one.finals if value is not None and low <= value <= high]
        beyond = sum(value is not None and not low <= value <= high for value in one.finals)
        dots = [scale.shown(value) for value in spread(inside, most)]
        if dots:
            points = add_line(
                axes, dots, [row] * len(dots), marker=one.style.marker, markersize=4.2, markeredgewidth=0, linestyle="none",
                color=one.style.colour, zorder=3,
            )  # fmt: skip
            belongs(points, one.component, one.label)
        if one.interval is not None:
            ends = [scale.shown(min(max(end, low), high)) for end in (one.interval.low, one.interval.high)]
            bar = add_line(axes, ends, [row, row], color=one.style.colour, linewidth=5.5, alpha=0.22 * one.shade,
                      solid_capstyle="round", zorder=2)  # fmt: skip
            belongs(bar, one.component, one.label)
            if low <= one.interval.estimate <= high:
                middle = add_line(axes, [scale.shown(one.interval.estimate)], [row], marker="|", markersize=11, markeredgewidth=2,
                          color=one.style.colour, alpha=one.shade, zorder=4)  # fmt: skip
                belongs(middle, one.component, one.label)
        marks = [(edge, "x", one.style.colour)] * bool(one.failed) + [(edge, one.style.marker, "none")] * bool(beyond)
        for place, marker, face in marks:
            mark = add_line(axes, [place], [row], marker=marker, markersize=4.5, markerfacecolor=face, clip_on=False,
                      markeredgecolor=one.style.colour, color=one.style.colour, zorder=4)  # fmt: skip
            belongs(mark, one.component, one.label)
    name_rows(axes, [one.label for one in series], [one.component for one in series])
    axes.set_ylim(len(series) - 0.4, -0.6)
    axes.set_xlabel(scale.words(measure))
    axes.set_ylabel("")
    set_title(
        axes,
        f"test {measure} after the last epoch, {'every seed' if every else f'{most} seeds of each row'}",
    )
    margin = (scale.place(high) - scale.place(low)) * 0.03
    scale.set_on(axes, "x", scale.value(scale.place(low) - margin), scale.value(scale.place(high) + margin))
    axes.grid(visible=False, axis="x")
    sns.despine(ax=axes, left=True, bottom=True)
    return axes


def strip_range(values: Sequence[float | None], direction: Direction, scale: AxisScale) -> tuple[float, float]:
    """Return the part of the axis that is worth showing: from the best value to a little behind the field's middle.

    The far end is, on the axis, three times as far from the best value as the median is, or the worst value if that is
    nearer.
    """
    known = sorted(value for value in values if value is not None)
    if not known:
        return 0.0, 1.0
    places = [scale.place(value) for value in known]
    best, worst = (-1, 0) if direction == "max" else (0, -1)
    far = places[best] + 3 * (median(places) - places[best])
    nearer = far > places[worst] if direction == "max" else far < places[worst]
    # The ends are the values themselves where they can be: rounding must not put the best one beyond its axis.
    ends = known[best], scale.value(far) if nearer else known[worst]
    if places[best] == (far if nearer else places[worst]):
        pad = abs(places[best]) * 0.01 or 0.01
        ends = scale.value(places[best] - pad), scale.value(places[best] + pad)
    return min(ends), max(ends)

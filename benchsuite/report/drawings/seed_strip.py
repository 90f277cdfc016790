"""The drawing of every seed's test value, one row for each component: it is the legend of the learning curves beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import Direction
from benchsuite.analysis.intervals import median
from benchsuite.report.drawings.palette import INK
from benchsuite.report.drawings.room import WHOLE, Room
from benchsuite.report.drawings.series import Series
from benchsuite.report.drawings.theme import set_title
from benchsuite.report.shown import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_LABEL = 44


def draw_seed_strip(
    axes: Axes, series: Sequence[Series], measure: str, direction: Direction, room: Room = WHOLE
) -> Axes:
    """Draw every seed's test value as a point on its component's row, with the median and its interval.

    A failed seed is a cross at the worse edge. Values far behind the field are drawn at that edge too, as a hollow
    point, since one of them would press all others into a single spot. Of very many seeds so many are drawn as there is room for.
    """
    import pandas as pd
    import seaborn as sns
    from matplotlib.ticker import MaxNLocator

    low, high = strip_range([value for one in series for value in one.finals], direction)
    edge = low if direction == "max" else high
    margin = (high - low) * 0.03
    axes.set_xlim(low - margin, high + margin)
    shown: list[tuple[int, float]] = []
    most = room.dots_of_each(len(series))
    every = all(len(one.finals) <= most for one in series)
    for row, one in enumerate(series):
        inside = [value for value in one.finals if value is not None and low <= value <= high]
        beyond = sum(value is not None and not low <= value <= high for value in one.finals)
        shown += [(row, value) for value in spread(inside, most)]
        if one.interval is not None:
            ends = [min(max(end, low), high) for end in (one.interval.low, one.interval.high)]
            axes.plot(ends, [row, row], color=one.style.colour, linewidth=5.5, alpha=0.22 * one.shade,
                      solid_capstyle="round", zorder=2)  # fmt: skip
            if low <= one.interval.estimate <= high:
                axes.plot([one.interval.estimate], [row], marker="|", markersize=11, markeredgewidth=2,
                          color=one.style.colour, alpha=one.shade, zorder=4)  # fmt: skip
        marks = [(edge, "x", one.style.colour)] * bool(one.failed) + [(edge, one.style.marker, "none")] * bool(beyond)
        for place, marker, face in marks:
            axes.plot([place], [row], marker=marker, markersize=4.5, markerfacecolor=face, clip_on=False,
                      markeredgecolor=one.style.colour, color=one.style.colour, zorder=4)  # fmt: skip
    if shown:
        frame = pd.DataFrame(shown, columns=["row", "value"])
        # seaborn lays out every tick label of an axis without a name, to see whether it should have one.
        axes.set(xlabel=" ", ylabel=" ")
        sns.stripplot(
            frame, x="value", y="row", hue="row", orient="h", jitter=False, size=4.2, legend=False, native_scale=True,
            palette={row: one.style.colour for row, one in enumerate(series)}, ax=axes, zorder=3, linewidth=0,
        )  # fmt: skip
    axes.set_yticks(range(len(series)), [short(one.label) for one in series])
    axes.set_ylim(len(series) - 0.4, -0.6)
    axes.set_xlabel("")
    axes.set_ylabel("")
    set_title(axes, f"test {measure} after the last epoch, {'every seed' if every else f'{most} seeds of each row'}")
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.5g}")
    axes.grid(visible=False, axis="x")
    sns.despine(ax=axes, left=True, bottom=True)
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    return axes


def strip_range(values: Sequence[float | None], direction: Direction) -> tuple[float, float]:
    """Return the part of the axis that is worth showing: from the best value to a little behind the field's middle.

    The far end is three times as far from the best value as the median is, or the worst value if that is nearer.
    """
    known = sorted(value for value in values if value is not None)
    if not known:
        return 0.0, 1.0
    best, worst = (known[-1], known[0]) if direction == "max" else (known[0], known[-1])
    far = best + 3 * (median(known) - best)
    far = max(far, worst) if direction == "max" else min(far, worst)
    low, high = min(best, far), max(best, far)
    if low == high:
        pad = abs(low) * 0.01 or 0.01
        return low - pad, high + pad
    return low, high


def short(label: str) -> str:
    """Return a label that is not too long."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"

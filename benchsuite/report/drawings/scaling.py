"""The figure of a comparison along an axis: what both gave with every seed, their difference, and the speed-up with its trend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis.along_axis import AlongAxis, AxisPoint
from benchsuite.analysis.trend import is_logarithmic
from benchsuite.analysis.verdict import CANNOT_TELL
from benchsuite.report.drawings.axis_scale import axis_scale
from benchsuite.report.drawings.forest import BETTER, WORSE
from benchsuite.report.drawings.marks import belongs
from benchsuite.report.drawings.palette import INK, MUTED, Style
from benchsuite.report.drawings.picture import Picture
from benchsuite.report.drawings.row_names import short
from benchsuite.report.drawings.theme import set_title, theme
from benchsuite.report.tables.scaling_table import factor_text, scaling_title, speed_sentence
from benchsuite.report.tables.values import value_text

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 11.0, 3.5
"""Of the figure, in inches."""
PAD = 0.08
"""Room beyond the smallest and the largest value, as a share of the way between them."""
APART = 0.012
"""Between the seeds of A and of B at one value, as a share of the way from the smallest value to the largest."""
FARTHEST = 10.0
"""In log₂: a speed-up beyond is drawn at the edge."""
FEWEST_TICKS, MOST_TICKS = 3, 9
ROUND = (
    (0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0),
    tuple(round(0.1 * number, 1) for number in range(1, 60)),
)
"""Factors that ticks stand at where few powers of two are shown."""
LEAST = 0.3
"""The least that the axis of speed-ups shows, either way, in log₂."""


@dataclass(frozen=True, slots=True)
class Side:
    """How one of the two is drawn.

    Args:
        style: Its colour.
        component: What tells it from others on a page, see :func:`~benchsuite.report.drawings.marks.component_of`.
    """

    style: Style
    component: str = ""


BOTH = (Side(Style(0)), Side(Style(1)))


def scaling_picture(found: AlongAxis, name: str = "", sides: tuple[Side, Side] = BOTH) -> Picture:
    """Return the figure of a comparison along an axis.

    Args:
        found: The comparison.
        name: What tells it from other figures.
        sides: How A and B are drawn.
    """
    title = scaling_title(found)
    return Picture(
        name or f"scaling {found.task} {found.axis} {found.verdict.a} {found.verdict.b}", title, scaling_words(found),
        lambda axes: _draw_speed_ups(axes, found), compose=lambda: scaling_figure(found, sides),
    )  # fmt: skip


def scaling_words(found: AlongAxis) -> str:
    """Return what the figure shows, for readers who do not see it."""
    each = "; ".join(
        f"{found.axis}={value_text(point.value)}: A {point.verdict.word}, speed-up {factor_text(point.speed_up)} "
        f"({factor_text(point.low)} to {factor_text(point.high)})"
        for point in found.points
    )
    return f"{scaling_title(found)}. {each}. {speed_sentence(found)}"


def scaling_figure(found: AlongAxis, sides: tuple[Side, Side] = BOTH) -> Figure:
    """Return the figure: on the left both sides, in the middle A − B, on the right the speed-up of A over B."""
    from matplotlib.figure import Figure

    with theme():
        figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="none")
        bottom, top = 0.52 / HEIGHT, 1 - 0.34 / HEIGHT
        width = (WIDTH - 3 * 0.75 - 0.2) / 3
        panels = [
            figure.add_axes(((0.7 + place * (width + 0.75)) / WIDTH, bottom, width / WIDTH, top - bottom))
            for place in range(3)
        ]
        _draw_sides(panels[0], found, sides)
        _draw_differences(panels[1], found)
        _draw_speed_ups(panels[2], found)
        for axes in panels:
            _set_axis(axes, found)
    return figure


def _draw_sides(axes: Axes, found: AlongAxis, sides: tuple[Side, Side]) -> None:
    """Draw every seed as a dot and the medians as lines; failed seeds are crosses at the worse edge."""
    told = [point.verdict for point in found.points]
    first = told[0]
    places = _places(found)
    known = [v for one in told for v in (*one.values_a, *one.values_b) if math.isfinite(v)]
    scale = axis_scale(first.measure.rpartition(" ")[2], first.direction, known)
    reach = (places[-1] - places[0]) * APART
    for side, (name, drawn) in enumerate(zip((found.verdict.a, found.verdict.b), sides, strict=True)):
        style = drawn.style
        shift = (-reach, reach)[side]
        medians = [(one.a, one.b)[side] for one in told]
        marks: list[Artist] = [*axes.plot(
            places, [one if math.isfinite(one) else math.nan for one in medians], color=style.colour, dashes=style.dash or (1, 0),
            linewidth=1.6, zorder=3, label=short(name),
        )]  # fmt: skip
        for place, one in zip(places, told, strict=True):
            values = (one.values_a, one.values_b)[side]
            dots = [scale.shown(value) for value in values if math.isfinite(value)]
            marks.append(
                axes.scatter([place + shift] * len(dots), dots, s=11, color=style.colour, alpha=0.45, linewidth=0, zorder=2)
            )  # fmt: skip
            if (one.failed_a, one.failed_b)[side]:
                edge = 0.03 + 0.04 * side
                marks += axes.plot(
                    [place + shift], [edge if one.direction == "max" else 1 - edge], marker="x", markersize=5, markeredgewidth=1.5,
                    color=style.colour, transform=axes.get_xaxis_transform(), zorder=5,
                )  # fmt: skip
        for mark in marks:
            belongs(mark, drawn.component, name)
    ends = [scale.place(value) for value in known] or [0.0, 1.0]
    room = 0.08 * (max(ends) - min(ends)) or 0.01 * abs(ends[0]) or 0.01
    scale.set_on(axes, "y", scale.value(min(ends) - room), scale.value(max(ends) + room))
    set_title(axes, ", ".join(filter(None, (first.measure, scale.words(first.measure.rpartition(" ")[2])))))
    axes.legend(frameon=False, loc="best", handlelength=1.4, borderaxespad=0.2)


def _draw_differences(axes: Axes, found: AlongAxis) -> None:
    """Draw A − B with its interval at each value; filled where A is told from B."""
    places = _places(found)
    told = [point.verdict for point in found.points]
    low, high = _span([number for one in told for number in (one.difference, one.low, one.high)])
    axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
    for place, point, one in zip(places, found.points, told, strict=True):
        numbers = (one.difference, one.low, one.high)
        _draw_point(axes, place, numbers, _colour(point), one.word != CANNOT_TELL, (low, high))
    axes.set_ylim(low, high)
    better = "above" if told[0].direction == "max" else "below"
    set_title(axes, f"{_minus(found)}; {better} 0 {short(found.verdict.a)} is better")


def _minus(found: AlongAxis) -> str:
    return f"{short(found.verdict.a)} − {short(found.verdict.b)}"


def _span(numbers: Sequence[float], least: float = 0.0, most: float = math.inf) -> tuple[float, float]:
    """Return the ends of an axis that shows 0 and these numbers, with some room around them.

    Args:
        numbers: What is shown; what is not finite lies at the edge.
        least: How far it goes either way, at least.
        most: At most.
    """
    finite = [number for number in numbers if math.isfinite(number)]
    low, high = (max(min([-least, *finite]), -most), min(max([least, *finite]), most))
    room = 0.1 * (high - low) or 1.0
    return low - room, high + room


def _draw_speed_ups(axes: Axes, found: AlongAxis) -> Axes:
    """Draw the speed-up with its interval and every seed at each value, and the line of its trend."""
    places = _places(found)
    exponents = [tuple(map(_exponent, (point.speed_up, point.low, point.high))) for point in found.points]
    low, high = _span(
        [*(n for p in found.points for n in p.ratios), *(n for one in exponents for n in one)], LEAST, FARTHEST
    )
    axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
    for place, point, one in zip(places, found.points, exponents, strict=True):
        seeds = [min(max(number, low), high) for number in point.ratios if not math.isnan(number)]
        axes.scatter([place] * len(seeds), seeds, s=9, color=MUTED, alpha=0.4, linewidth=0, zorder=2)
        _draw_point(axes, place, one, _colour(point), one[1] > 0 or one[2] < 0, (low, high))
    held = found.speed_up
    if math.isfinite(held.first) and math.isfinite(held.last):
        told = held.word != CANNOT_TELL
        axes.plot(
            [places[0], places[-1]], [held.first, held.last], color=INK if told else MUTED, linewidth=1.3,
            dashes=(1, 0) if told else (4, 2), zorder=2,
        )  # fmt: skip
    axes.set_ylim(low, high)
    ticks = _factors(low, high)
    axes.set_yticks(ticks, [f"{2.0**number:.3g}×" for number in ticks])
    word = held.word if held.word != CANNOT_TELL else "cannot tell a trend"
    set_title(axes, f"speed-up of {short(found.verdict.a)} in steps: {word}")
    return axes


def _factors(low: float, high: float) -> list[float]:
    """Return the places of ticks in log₂: of powers of two where there are some, else of factors that are round."""
    step = next(step for step in (1, 2, 4, 8) if (high - low) / step <= MOST_TICKS)
    powers = [float(number * step) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    if len(powers) > FEWEST_TICKS:
        return powers
    digits = next(
        digits for digits in ROUND if sum(low <= math.log2(factor) <= high for factor in digits) > FEWEST_TICKS
    )
    return [math.log2(factor) for factor in digits if low <= math.log2(factor) <= high]


def _draw_point(
    axes: Axes, place: float, numbers: Sequence[float], colour: str, filled: bool, span: tuple[float, float]
) -> None:
    """Draw an estimate with its interval; what lies beyond the axis as an arrow at its edge."""
    estimate, *ends = numbers
    if math.isnan(estimate):
        return
    low, high = span
    axes.plot(
        [place, place], [min(max(end, low), high) for end in ends], color=colour, linewidth=1.6, zorder=3, solid_capstyle="butt"
    )  # fmt: skip
    marker = "D" if low <= estimate <= high else "^" if estimate > 0 else "v"
    axes.plot(
        [place], [min(max(estimate, low), high)], marker=marker, markersize=5.5, color=colour,
        markerfacecolor=colour if filled else "white", linestyle="none", zorder=4, clip_on=False,
    )  # fmt: skip


def _colour(point: AxisPoint) -> str:
    return {"better": BETTER, "worse": WORSE}.get(point.verdict.word, MUTED)


def _exponent(factor: float) -> float:
    return math.nan if math.isnan(factor) else -math.inf if factor == 0 else math.log2(factor)


def _places(found: AlongAxis) -> list[float]:
    values = [point.value for point in found.points]
    return [math.log2(value) for value in values] if is_logarithmic(values) else [float(value) for value in values]


def _set_axis(axes: Axes, found: AlongAxis) -> None:
    places = _places(found)
    room = PAD * (places[-1] - places[0])
    axes.set_xlim(places[0] - room, places[-1] + room)
    axes.set_xticks(places, [value_text(point.value) for point in found.points])
    logarithmic = ", logarithmic" if is_logarithmic([point.value for point in found.points]) else ""
    axes.set_xlabel(f"{found.axis.replace('_', ' ')}{logarithmic}")
    axes.grid(visible=False, axis="x")
    for edge in ("top", "right", "left"):
        axes.spines[edge].set_visible(False)

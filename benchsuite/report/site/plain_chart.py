"""Charts as plain shapes with their places: hundreds of them on a page cost next to nothing, and the page colours them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from benchsuite.report.drawings.axis_scale import AxisScale
from benchsuite.report.drawings.palette import Style

T = TypeVar("T")
Point = tuple[float, float]
"""A place on an axis, and a value."""
MOST_POINTS = 60
"""Of one line: a curve of a thousand evaluations is drawn by these."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""First digits of the distance between the ticks of a linear axis."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick: where it lies, in points, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One curve, or what stands for one row.

    Args:
        component: ``kind/name`` that focus and hiding go by; empty for none.
        family: Of the component.
        style: Its colour and dashes; grey without.
        name: What a tip says.
        path: Of the line, as SVG has it.
        band: Of the area around it; empty for none.
        dots: Places of points: x, y and a class.
        classes: Of the style sheet.
        several: Whether the chart has other shapes of its component: a tip then says its name, not the component's.
    """

    component: str
    family: str
    style: Style | None
    name: str
    path: str = ""
    band: str = ""
    dots: tuple[tuple[float, float, str], ...] = ()
    classes: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Args:
        alt: What it shows, for readers who do not see it.
        width: In points.
        height: Likewise.
        box: Left, top, right and bottom of the plot itself.
        shapes: The first below the others.
        across: Ticks of the horizontal axis.
        up: Ticks of the vertical one.
        x_label: Below the horizontal axis.
        y_label: Above the vertical one.
        axis: What the horizontal axis is, for the reader's choice among several; empty if there is one.
        marks: Vertical lines, such as zero.
    """

    alt: str
    width: float
    height: float
    box: tuple[float, float, float, float]
    shapes: tuple[Shape, ...]
    across: tuple[Tick, ...] = ()
    up: tuple[Tick, ...] = ()
    x_label: str = ""
    y_label: str = ""
    axis: str = ""
    marks: tuple[float, ...] = field(default=())


@dataclass(frozen=True)
class ChartAxis:
    """Where numbers lie: ``first`` at ``start`` and ``last`` at ``end``, in points.

    Args:
        first: A number.
        last: Another.
        start: Where the first lies.
        end: Where the last lies.
        scale: Of the numbers; linear unless given.
    """

    first: float
    last: float
    start: float
    end: float
    scale: AxisScale = field(default_factory=lambda: AxisScale("linear"))

    def at(self, value: float) -> float:
        """Return where a number lies; what is beyond an end lies at that end."""
        first, width = self._places
        share = (self.scale.place(value) - first) / width if width else 0.5
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 1)

    @cached_property
    def _places(self) -> tuple[float, float]:
        first = self.scale.place(self.first)
        return first, self.scale.place(self.last) - first

    def ticks(self, most: int = 5) -> tuple[Tick, ...]:
        """Return round numbers between the ends, no more than so many."""
        values = self.scale.ticks(self.first, self.last) or linear_ticks(self.first, self.last, most)
        values = values[:: math.ceil(len(values) / most) or 1]
        return tuple(Tick(self.at(value), f"{value + 0.0:.5g}") for value in values)


def linear_ticks(first: float, last: float, most: int = 5) -> list[float]:
    """Return round numbers between two, no more than so many."""
    low, high = sorted((first, last))
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    power = 10.0 ** math.floor(math.log10((high - low) / max(most, 1)))
    for step in (digit * factor * power for factor in (1.0, 10.0) for digit in STEPS):
        start, end = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if end - start + 1 <= most:
            return [round(number * step, 12) for number in range(start, end + 1)]
    return []


def line_path(points: Iterable[Point], across: ChartAxis, up: ChartAxis, most: int = MOST_POINTS) -> str:
    """Return the path of a line; it has a gap where a value is no number."""
    parts, inside = [], False
    for x, y in thinned(list(points), most):
        if not (math.isfinite(x) and math.isfinite(y)):
            inside = False
            continue
        parts.append(f"{'L' if inside else 'M'}{across.at(x):.0f} {up.at(y):g}")
        inside = True
    return "".join(parts)


def band_path(
    xs: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    across: ChartAxis,
    up: ChartAxis,
    best: float,
    worst: float,
    most: int = MOST_POINTS,
) -> str:
    """Return the path of the area between two lines; an end without a number lies at the edge of the plot.

    Args:
        xs: Places.
        lows: The lower ends.
        highs: The upper ends.
        across: The horizontal axis.
        up: The vertical axis.
        best: The value at the better edge.
        worst: The value at the worse edge.
        most: Points of each line.
    """
    held = thinned(list(zip(xs, lows, highs, strict=True)), most)
    if len(held) < 2:
        return ""

    def y(value: float) -> float:
        if math.isfinite(value):
            return up.at(value)
        return up.at(worst if (value > 0) == (worst > best) else best)

    there = [f"{across.at(x):.0f} {y(high):g}" for x, _, high in held]
    back = [f"{across.at(x):.0f} {y(low):g}" for x, low, _ in reversed(held)]
    return f"M{'L'.join(there + back)}Z"


def thinned(points: Sequence[T], most: int = MOST_POINTS) -> Sequence[T]:
    """Return at most so many points, the first and the last among them."""
    if len(points) <= most:
        return points
    return [points[round(number * (len(points) - 1) / (most - 1))] for number in range(most)]

"""The drawing of a trace: the ways of optimizers over the contours of a surface, beside their excess loss at each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchsuite.outcomes import Outcome
from benchsuite.report.drawings.palette import INK, Style
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchsuite.components import Surface

GRID = 161
"""Points along either side of the map."""
LEVELS = 18
LOWEST_LEVEL = 0.005
"""The part of the frame that may lie below the lowest contour; the lowest itself is 1e-6 of the highest at least."""
FLOOR = 1e-12
"""What the step panel cannot tell from 0, as a fraction of the value at the start."""
WIDTH, HEIGHT = 9.6, 4.3
"""Of the figure, in inches; many ways make it higher."""
MAP = 4.6
"""The most that the map may be wide, in inches."""
LEFT, RIGHT, TOP, BOTTOM, BETWEEN, LINE = 0.4, 0.15, 0.35, 0.5, 0.75, 0.17
"""Margins, the room between map and panel, and a line of the legend, in inches."""
HANDLE, LETTER = 0.4, 0.064
"""Of the legend, in inches: the sample of the line, and the width of a letter."""
FAR = 100.0
"""Ways are cut this many frames away: no renderer takes 1e12."""


@dataclass(frozen=True)
class Ground:
    """A surface on a grid.

    Args:
        name: Of its task.
        x: Grid positions ``[columns]``.
        y: Grid positions ``[rows]``.
        excess: f − f* there, ``[rows, columns]``.
        start: Where the ways begin.
        minima: Where f is lowest.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    excess: np.ndarray
    start: tuple[float, float]
    minima: Sequence[tuple[float, float]]


def ground_of(name: str, surface: Surface, values_of: Callable[[Surface, np.ndarray], np.ndarray]) -> Ground:
    """Return a surface on a grid.

    Args:
        name: Of its task.
        surface: The surface.
        values_of: Returns its values at points ``[…, 2]``.
    """
    x, y = (np.linspace(low, high, GRID) for low, high in (surface.x, surface.y))
    excess = values_of(surface, np.stack(np.meshgrid(x, y), axis=-1)) - surface.lowest
    return Ground(name, x, y, excess, surface.start, surface.minima)


@dataclass(frozen=True)
class Way:
    """Where one optimizer went.

    Args:
        label: Its name and chosen hyperparameters.
        points: ``[steps + 1, 2]``.
        excess: f − f* at each of them.
        outcome: How it ended.
    """

    label: str
    points: np.ndarray
    excess: np.ndarray
    outcome: Outcome = Outcome.COMPLETED

    @property
    def ending(self) -> str:
        """How it ended, in a few words: the final excess loss, or what went wrong."""
        if self.outcome.finished:
            return number(float(self.excess[-1]))
        steps = len(self.points) - 1
        return f"{self.outcome.value} at step {steps}" if self.outcome.failed else self.outcome.value


def number(excess: float) -> str:
    """Return an excess loss as text; what rounding leaves below 0 is 0."""
    return f"{excess:.1e}" if not excess <= 0 else "0"


class TraceFigure:
    """A figure of several ways that can be drawn up to any step.

    Args:
        ground: The surface.
        ways: What to draw on it, in the order of the legend.
    """

    def __init__(self, ground: Ground, ways: Sequence[Way]) -> None:
        from matplotlib.figure import Figure

        self._ways = ways
        self.steps = max(len(way.points) for way in ways) - 1
        legend = LINE * len(ways) + 0.1
        height = max(HEIGHT, TOP + 2.0 + BOTTOM + legend)
        aspect = float(np.ptp(ground.y) / np.ptp(ground.x))
        inner = HEIGHT - TOP - BOTTOM / 2
        # One scale for both axes shows slopes as they are, unless the map would be a mere strip.
        width, high = (min(MAP, inner / aspect), min(inner, MAP * aspect)) if 0.4 < aspect < 2.5 else (MAP, inner)
        right = LEFT + width + BETWEEN
        room = int((WIDTH - right - RIGHT - HANDLE) / LETTER)
        with theme():
            self.figure: Figure = Figure(figsize=(WIDTH, height), facecolor="white")
            self._map = _place(self.figure, LEFT, height - TOP - high, width, high)
            self._panel = _place(
                self.figure, right, BOTTOM + legend, WIDTH - right - RIGHT, height - TOP - BOTTOM - legend
            )
            draw_ground(self._map, ground)
            draw_steps(self._panel, ways)
            self._lines = [_lines(self._map, self._panel, order, way) for order, way in enumerate(ways)]
            self.figure.legend(
                handles=[line for line, _, _ in self._lines], labels=[_label(way, room) for way in ways],
                loc="lower left", bbox_to_anchor=((right - 0.07) / WIDTH, 0.08 / height), borderaxespad=0, frameon=False,
                handlelength=2.2, labelspacing=0.35, fontsize=8,
            )  # fmt: skip
        self.show()

    @property
    def colours(self) -> list[str]:
        """The colour of each way."""
        return [Style(order).colour for order in range(len(self._ways))]

    def show(self, step: int | None = None) -> None:
        """Draw every way up to a step; to its end unless given."""
        frame = (self._map.get_xlim(), self._map.get_ylim())
        for way, (line, head, curve) in zip(self._ways, self._lines, strict=True):
            end = len(way.points) if step is None else min(step + 1, len(way.points))
            drawn = cut(way.points[:end], *frame)
            line.set_data(drawn[:, 0], drawn[:, 1])
            head.set_data(drawn[-1:, 0], drawn[-1:, 1])
            curve.set_data(range(end), np.maximum(way.excess[:end], self._panel.get_ylim()[0]))


def draw_ground(axes: Axes, ground: Ground) -> Axes:
    """Draw filled contours of f − f* at levels of equal ratio, the start as a ring and the minima as stars."""
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    excess = np.ma.masked_invalid(ground.excess)
    finite = np.append(excess.compressed(), 1e-30)  # a surface may be constant, or have a value nowhere
    highest = float(finite.max())
    lowest = min(max(float(np.quantile(finite, LOWEST_LEVEL)), highest * 1e-6), highest / 2)
    levels = np.geomspace(lowest, highest, LEVELS)
    shades = LinearSegmentedColormap.from_list("ground", ["#fbfaf6", "#d5dbe0", "#96a3b0"])
    axes.contourf(ground.x, ground.y, np.maximum(excess, 0), levels, extend="min",
                  cmap=shades, norm=BoundaryNorm(levels, shades.N, extend="min"))  # fmt: skip
    axes.contour(ground.x, ground.y, excess, levels, colors="white", linewidths=0.5, alpha=0.7)
    axes.plot(*ground.start, marker="o", markersize=7, markerfacecolor="white", markeredgecolor=INK, zorder=6)
    for minimum in ground.minima:
        axes.plot(*minimum, marker="*", markersize=12, markerfacecolor="white", markeredgecolor=INK, zorder=8)
    axes.set_xlim(ground.x[0], ground.x[-1])
    axes.set_ylim(ground.y[0], ground.y[-1])
    axes.set_title(ground.name, loc="left")
    axes.grid(visible=False)
    axes.locator_params(nbins=6)
    return axes


def draw_steps(axes: Axes, ways: Sequence[Way]) -> Axes:
    """Lay out the panel of f − f* against steps, on a logarithmic scale from the best value to the start's."""
    from matplotlib.ticker import LogLocator, NullLocator

    first = float(ways[0].excess[0])
    first = first if 0 < first < np.inf else 1.0
    held = np.concatenate([[first], *(way.excess for way in ways if way.outcome.finished)])
    held = held[(held > 0) & np.isfinite(held)]
    low, high = max(float(held.min()), first * FLOOR), float(held.max())
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0e}")
    axes.set_ylim(low / 1.6 if low < high else low / 10, high * 1.6)
    steps = max(len(way.points) for way in ways) - 1
    axes.set_xlim(0, max(steps, 1))
    axes.set_xlabel("step")
    axes.set_title("excess loss f − f* after each step", loc="left")
    axes.grid(visible=False, axis="x")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return axes


def cut(points: np.ndarray, x: tuple[float, float], y: tuple[float, float]) -> np.ndarray:
    """Return a way up to where it leaves for good what can be drawn: its last part shortened, the rest left out."""
    centre = np.array([sum(x) / 2, sum(y) / 2])
    reach = FAR * np.array([x[1] - x[0], y[1] - y[0]])
    away = np.abs(points.astype("float64") - centre) / reach
    beyond = np.flatnonzero(~(away.max(axis=1) <= 1))
    if not len(beyond):
        return points
    first = int(beyond[0])
    last = np.where(np.isfinite(points[first]), points[first], 0.0).astype("float64")
    if first == 0 or not np.isfinite(points[first]).all():
        return points[:first]
    shortened = points[first - 1] + (last - points[first - 1]) / away[first].max()
    return np.vstack([points[:first], shortened])


def _place(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place given in inches."""
    whole_width, whole_height = figure.get_size_inches()
    return figure.add_axes((left / whole_width, bottom / whole_height, width / whole_width, height / whole_height))


def _lines(axes: Axes, panel: Axes, order: int, way: Way) -> tuple[Any, Any, Any]:
    """Return the three lines of a way: on the map, its head there, and on the panel."""
    from matplotlib.patheffects import Normal, Stroke

    style = Style(order)
    look: dict[str, Any] = {"color": style.colour, "dashes": style.dash or (None, None), "linewidth": 1.4}
    halo = [Stroke(linewidth=2.8, foreground="white", alpha=0.8), Normal()]
    (line,) = axes.plot([], [], **look, zorder=3 + order / 100, path_effects=halo)
    failed = not way.outcome.finished
    (head,) = axes.plot([], [], marker="X" if failed else "o", markersize=7 if failed else 5.5, color=style.colour,
                        markeredgecolor="white", markeredgewidth=0.8, zorder=7 + order / 100)  # fmt: skip
    (curve,) = panel.plot([], [], **look, zorder=3 + order / 100)
    return line, head, curve


def _label(way: Way, room: int) -> str:
    """Return the text of a legend that has room for so many letters."""
    room -= len(way.ending) + 2
    return f"{way.label if len(way.label) <= room else way.label[: room - 1] + '…'}: {way.ending}"

"""The heat map of an interaction grid: two kinds varied together, each pair with the median of its seeds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from benchsuite.analysis import Grid
from benchsuite.report.drawings.axis_scale import AxisScale, axis_scale
from benchsuite.report.drawings.cells import (
    CROSS,
    MISSING,
    MOST_NUMBERS,
    Place,
    draw_cells,
    draw_key,
    draw_numbers,
    key_inches,
    name_sides,
)
from benchsuite.report.drawings.palette import COLOURS, SEQUENTIAL, SEQUENTIAL_LEVELS, mixed
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import short
from benchsuite.report.tables.numbers import column_format

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CELL_WIDTH, CELL_HEIGHT = 0.46, 0.22
"""Of a cell, in inches."""
FRAME = COLOURS[1][0]


def draw_grid(axes: Axes, grid: Grid, *, height: float | None = None) -> Axes:
    """Draw every pair, the better the darker, on the scale of its measure; the best is framed, what failed is a cross.

    Args:
        axes: Where to draw.
        grid: The grid.
        height: Of the axes in inches, where that is known.
    """
    from matplotlib.patches import Rectangle

    colours = mixed(SEQUENTIAL[0], SEQUENTIAL_LEVELS)
    medians = _medians(grid)
    known = [value for value in medians.values() if math.isfinite(value)]
    scale = axis_scale(grid.head.quantity, grid.head.better, known)
    form = column_format(known)
    places = sorted(scale.place(value) for value in known)
    cells: list[tuple[Place, str]] = []
    texts: dict[Place, tuple[str, bool]] = {}
    numbered = len(medians) <= MOST_NUMBERS
    for place, value in sorted(medians.items()):
        level = None
        if math.isfinite(value):
            part = (scale.place(value) - places[0]) / (places[-1] - places[0]) if places[-1] > places[0] else 0.5
            part = part if grid.head.better == "max" else 1 - part
            level = min(int(part * SEQUENTIAL_LEVELS), SEQUENTIAL_LEVELS - 1)
        cells.append((place, MISSING if level is None else colours[level]))
        if level is None:
            texts[place] = CROSS, False
        elif numbered:
            texts[place] = form(value), level > SEQUENTIAL_LEVELS / 2
    draw_cells(axes, cells, (len(grid.columns), len(grid.rows)))
    draw_numbers(axes, texts)
    name_sides(axes, grid.rows, grid.columns)
    best = _best(grid)
    if best is not None:
        axes.add_patch(
            Rectangle(
                (best[0], best[1]), 1, 1, facecolor="none", edgecolor=FRAME, linewidth=1.8, zorder=4, clip_on=False
            )
        )
    ends = sorted(known, reverse=grid.head.better == "min")
    ticks = [(0.0, form(ends[0])), (1.0, form(ends[-1]))] if known else []
    words = _key_words(grid, scale)
    draw_key(axes, colours, ticks, words, height or len(grid.rows) * CELL_HEIGHT)
    return axes


def _key_words(grid: Grid, scale: AxisScale) -> str:
    parts = (f"median {grid.head.measured}", scale.words(grid.head.quantity), "framed: the best; ✕ failed")
    return ", ".join(filter(None, parts))


def _medians(grid: Grid) -> dict[Place, float]:
    """Return place → median; infinite where the median seed failed."""
    return {
        (column, row): entry.final.estimate
        for row, line in enumerate(grid.entries)
        for column, entry in enumerate(line)
        if entry is not None and entry.final is not None
    }


def _best(grid: Grid) -> Place | None:
    known = {place: value for place, value in _medians(grid).items() if math.isfinite(value)}
    sign = 1 if grid.head.better == "max" else -1
    return max(known, key=lambda place: (sign * known[place], place), default=None)


def grid_words(grid: Grid) -> str:
    """Return what the map shows, for readers who do not see it."""
    best, medians = _best(grid), _medians(grid)
    kinds = " and ".join(kind.replace("_", " ") for kind in grid.kinds)
    said = f"{len(grid.rows)} × {len(grid.columns)} pairs of {kinds} on {grid.head.label}."
    if best is None:
        return f"{said} No pair has a result."
    return f"{said} The best median {grid.head.measured}, {medians[best]:.6g}, has {grid.rows[best[1]]} with {grid.columns[best[0]]}."


def grid_picture(grid: Grid, name: str, title: str) -> Picture:
    """Return an interaction grid as a picture of its own."""
    width, height = max(len(grid.columns) * CELL_WIDTH, 1.2), max(len(grid.rows) * CELL_HEIGHT, 0.44)
    left = 0.25 + 0.066 * max((len(short(one)) for one in grid.rows), default=0)
    tall = 0.2 + 0.05 * max((len(short(one)) for one in grid.columns), default=0)
    words = _key_words(grid, axis_scale(grid.head.quantity, grid.head.better, _medians(grid).values()))
    right = max(0.2 + 0.7 * tall, key_inches(words) - width)
    return Picture(
        name, title, grid_words(grid), lambda axes: draw_grid(axes, grid, height=height), width, height,
        Margins(left, right, 0.45, tall),
    )  # fmt: skip

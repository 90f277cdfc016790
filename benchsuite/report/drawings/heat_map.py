"""The heat map of a leaderboard: components × tasks, the darker the nearer to the best that is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from benchsuite.analysis.score_map import ScoreMap
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
from benchsuite.report.drawings.marks import component_of
from benchsuite.report.drawings.palette import SEQUENTIAL, SEQUENTIAL_LEVELS, mixed
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEAREST = 0.01
"""What is missing to 1 that has the darkest colour; an untrained network has the lightest."""
KEY_WORDS = "median score in %: 0 an untrained network, 100 the best known; ✕ failed"
CELL_WIDTH, CELL_HEIGHT = 0.36, 0.17
"""Of a cell, in inches."""


def level_of(score: float) -> int:
    """Return how dark a score is: logarithmic in what is missing to 1, as the axes of all measures with a best value are."""
    missing = min(max(1.0 - score, NEAREST), 1.0)
    return min(int(math.log(missing) / math.log(NEAREST) * SEQUENTIAL_LEVELS), SEQUENTIAL_LEVELS - 1)


def draw_heat_map(axes: Axes, found: ScoreMap, kind: str, *, height: float | None = None) -> Axes:
    """Draw the median score of each row on each task; what failed is a cross, what was not run is left out.

    Args:
        axes: Where to draw.
        found: The scores.
        kind: Of the components.
        height: Of the axes in inches, where that is known.
    """
    colours = mixed(SEQUENTIAL[0], SEQUENTIAL_LEVELS)
    rows, columns = found.values.shape
    cells: list[tuple[Place, str]] = []
    texts: dict[Place, tuple[str, bool]] = {}
    numbered = rows * columns <= MOST_NUMBERS
    for row in range(rows):
        for column in range(columns):
            value = float(found.values[row, column])
            if math.isnan(value):
                continue
            level = None if math.isinf(value) else level_of(value)
            cells.append(((column, row), MISSING if level is None else colours[level]))
            if level is None:
                texts[column, row] = CROSS, False
            elif numbered:
                texts[column, row] = percent_of(value), level > SEQUENTIAL_LEVELS / 2
    draw_cells(axes, cells, (columns, rows))
    draw_numbers(axes, texts)
    name_sides(axes, found.rows, found.columns, [component_of(kind, name) for name in found.names])
    ticks = [(math.log(1 - score) / math.log(NEAREST), f"{100 * score:g}") for score in (0.0, 0.9)]
    draw_key(axes, colours, [*ticks, (1.0, "≥ 99")], KEY_WORDS, height or rows * CELL_HEIGHT)
    return axes


def percent_of(score: float) -> str:
    """Return a score in per cent, as a cell has it."""
    return "<0" if score < 0 else f"{100 * score:.0f}" if score < 0.985 or score > 0.9995 else f"{100 * score:.1f}"


def heat_map_words(found: ScoreMap) -> str:
    """Return what the map shows, for readers who do not see it."""
    known = [(float(score), row) for score, row in zip(found.overall, found.rows, strict=True) if math.isfinite(score)]
    best = ", ".join(f"{row} {100 * score:.1f} %" for score, row in sorted(known, key=lambda pair: -pair[0])[:5])
    failed = int((found.values == -math.inf).sum())
    said = f"Median scores of {len(found.rows)} rows on {len(found.columns)} tasks, from an untrained network to the best known."
    return f"{said} The highest interquartile means: {best or 'none'}. {failed} medians failed."


def heat_map_picture(found: ScoreMap, kind: str, name: str, title: str) -> Picture:
    """Return the map as a picture of its own.

    Args:
        found: The scores.
        kind: Of the components.
        name: What tells it from other figures.
        title: What it is called.
    """
    rows, columns = found.values.shape
    width, height = max(columns * CELL_WIDTH, 1.2), max(rows * CELL_HEIGHT, 0.34)
    left = 0.25 + 0.066 * max((len(short(one)) for one in found.rows), default=0)
    tall = 0.2 + 0.05 * max((len(short(one)) for one in found.columns), default=0)
    right = max(0.2 + 0.7 * tall, key_inches(KEY_WORDS) - width)
    return Picture(
        name, title, heat_map_words(found), lambda axes: draw_heat_map(axes, found, kind, height=height), width, height,
        Margins(left, right, 0.45, tall),
    )  # fmt: skip

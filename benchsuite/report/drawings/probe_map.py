"""The heat map of probed layers: layers × epochs under one recipe, on the scale that all recipes of the task share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import LayerProbes, RecipeProbes
from benchsuite.report.drawings.cells import Place, draw_cells, draw_key, draw_numbers
from benchsuite.report.drawings.heat_scale import ZERO, Scale
from benchsuite.report.drawings.palette import (
    DIVERGING,
    DIVERGING_LEVELS,
    GRID,
    INK,
    MUTED,
    SEQUENTIAL,
    SEQUENTIAL_LEVELS,
    mixed,
)
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.probe_scale import MEASURES, number_text, scale_for
from benchsuite.report.drawings.row_names import short
from benchsuite.report.drawings.theme import set_title, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL_WIDTH, CELL_HEIGHT, WIDEST = 0.4, 0.2, 4.0
"""Of a cell, and of a map, in inches."""
MOST_NUMBERED = 12
"""Up to so many epochs the numbers stand in the cells."""
MOST_MAPS = 12
"""Recipes that are drawn below each other: the baseline's and the best."""
LONGEST_LAYER = 28


def draw_probe_map(
    axes: Axes,
    found: LayerProbes,
    recipe: RecipeProbes,
    measure: str,
    scale: Scale | None = None,
    *,
    key: float | None = None,
) -> Axes:
    """Draw what was measured in each layer after each epoch.

    Args:
        axes: Where to draw.
        found: All that was measured on the task.
        recipe: One of its recipes.
        measure: One of :data:`~benchsuite.report.drawings.probe_scale.MEASURES`.
        scale: Of the colours; that of all recipes together unless given.
        key: Height of the axes in inches, where the scale is to be drawn below them.
    """
    held = scale or scale_for(found, measure)
    colour_of = _colours(held)
    cells: list[tuple[Place, str]] = []
    texts: dict[Place, tuple[str, bool]] = {}
    numbered = len(found.epochs) <= MOST_NUMBERED
    for row, means in enumerate(recipe.means.get(measure, ())):
        for column, value in enumerate(means):
            name = held.colour(value)
            if name is not None:
                cells.append(((column, row), colour_of[name]))
                if numbered:
                    texts[column, row] = number_text(value), held.is_strong(value)
    draw_cells(axes, cells, (len(found.epochs), len(found.layers)))
    draw_numbers(axes, texts, 5.5)
    step = max(1, math.ceil(len(found.epochs) / 12))
    axes.set_xticks([at + 0.5 for at in range(0, len(found.epochs), step)], [str(one) for one in found.epochs[::step]])
    axes.set_yticks([at + 0.5 for at in range(len(found.layers))], [_layer(one) for one in found.layers])
    axes.tick_params(axis="both", labelcolor=INK, length=0, pad=2, labelsize=7.5)
    set_title(axes, short(recipe.label))
    if key is not None:
        draw_probe_map_key(axes, found, measure, key)
    return axes


def _colours(scale: Scale) -> dict[str, str]:
    ramp, levels = (DIVERGING, DIVERGING_LEVELS) if scale.kind == "diverging" else (SEQUENTIAL, SEQUENTIAL_LEVELS)
    return {**dict(zip(scale.levels, mixed(ramp[0], levels), strict=True)), ZERO: GRID}


def _layer(name: str) -> str:
    return name if len(name) <= LONGEST_LAYER else name[: LONGEST_LAYER - 1] + "…"


def drawn_recipes(found: LayerProbes) -> Sequence[RecipeProbes]:
    """Return the recipes that are drawn: of many the baseline's and the best."""
    usual = [one for one in found.recipes if one.is_baseline]
    others = [one for one in found.recipes if not one.is_baseline]
    kept = {id(one) for one in [*usual, *others][:MOST_MAPS]}
    return [one for one in found.recipes if id(one) in kept]


def probe_figure(found: LayerProbes, measure: str) -> Figure:
    """Return the maps of all recipes below each other, and the scale."""
    from matplotlib.figure import Figure

    recipes = drawn_recipes(found)
    wide, high = _size(found)
    left = 0.2 + 0.058 * max((len(_layer(one)) for one in found.layers), default=0)
    each = high + 0.52
    width, height = left + max(wide, 3.2) + 0.25, each * len(recipes) + 0.5
    with theme():
        figure = Figure(figsize=(width, height), facecolor="none")
        for number, recipe in enumerate(recipes):
            bottom = height - (number + 1) * each + 0.2
            axes = figure.add_axes((left / width, bottom / height, wide / width, high / height))
            draw_probe_map(axes, found, recipe, measure)
        draw_probe_map_key(axes, found, measure, high)
    return figure


def draw_probe_map_key(axes: Axes, found: LayerProbes, measure: str, height: float) -> None:
    """Draw the scale below the last of several maps, that are so many inches high."""
    scale = scale_for(found, measure)
    colour_of = _colours(scale)
    low, high = number_text(scale.low), number_text(scale.high)
    axes.set_xlabel("epoch", color=MUTED, labelpad=2)
    how = {"log": ", logarithmic", "diverging": ", by the square root", "share": ""}[scale.kind]
    draw_key(
        axes, [colour_of[name] for name in scale.levels], [(0.0, "≤ " * scale.below + low), (1.0, "≥ " * scale.above + high)],
        MEASURES[measure].title.lower() + how, height, below=0.42,
    )  # fmt: skip


def _size(found: LayerProbes) -> tuple[float, float]:
    return min(max(len(found.epochs) * CELL_WIDTH, 1.6), WIDEST), len(found.layers) * CELL_HEIGHT


def probe_words(found: LayerProbes, measure: str) -> str:
    """Return what the maps show, for readers who do not see them."""
    said = MEASURES[measure]
    recipes = ", ".join(one.label for one in drawn_recipes(found))
    return (
        f"{said.title} in {len(found.layers)} layers after {len(found.epochs)} epochs on {found.head.label}, under {recipes}. "
        f"{said.definition}"
    )


def probe_picture(found: LayerProbes, measure: str, name: str, title: str) -> Picture:
    """Return the maps of one measure as a picture of its own; on given axes that of the first recipe is drawn."""
    wide, high = _size(found)
    first = drawn_recipes(found)[0]
    return Picture(
        name, title, probe_words(found, measure), lambda axes: draw_probe_map(axes, found, first, measure, key=high), wide,
        high, Margins(), compose=lambda: probe_figure(found, measure),
    )  # fmt: skip

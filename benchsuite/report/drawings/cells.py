"""Cells of heat maps: squares of one colour joined into one path, numbers where there is room, and the scale beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from benchsuite.report.drawings.palette import INK, MUTED, PAPER
from benchsuite.report.drawings.row_names import name_rows, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NUMBERS = 700
"""Cells that have their number written in them; of larger maps the colours have to do."""
KEY = 1.5
"""Width of the scale of the colours, in inches."""
MISSING = "#f0eee8"
"""The ground of what failed."""
CROSS = "✕"
GAP = 0.04
"""Between two cells, as a part of one."""
Place = tuple[int, int]
"""Column and row."""


def draw_cells(axes: Axes, cells: Iterable[tuple[Place, str]], size: tuple[int, int]) -> Axes:
    """Draw squares, those of one colour as one path, on an axis that counts columns to the right and rows down.

    Args:
        axes: Where to draw.
        cells: Place and colour of each.
        size: Columns and rows.
    """
    import numpy as np
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    by_colour: dict[str, list[Place]] = {}
    for place, colour in cells:
        by_colour.setdefault(colour, []).append(place)
    square = np.array([[0, 0], [1 - GAP, 0], [1 - GAP, 1 - GAP], [0, 1 - GAP], [0, 0]]) + GAP / 2
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    for colour, places in sorted(by_colour.items()):
        vertices = (np.array(places, dtype="float64")[:, None, :] + square).reshape(-1, 2)
        axes.add_patch(PathPatch(Path(vertices, codes * len(places)), facecolor=colour, linewidth=0, zorder=1))
    axes.set_xlim(0, size[0])
    axes.set_ylim(size[1], 0)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for edge in ("top", "right", "left", "bottom"):
        axes.spines[edge].set_visible(False)
    return axes


def draw_numbers(axes: Axes, texts: Mapping[Place, tuple[str, bool]], size: float = 6.5) -> None:
    """Write into cells; on a strong colour in the colour of the page.

    Args:
        axes: With cells on them.
        texts: Place → text, and whether its ground is strong.
        size: Of the letters, in points.
    """
    for (column, row), (text, strong) in sorted(texts.items()):
        axes.text(
            column + 0.5,
            row + 0.52,
            text,
            ha="center",
            va="center",
            fontsize=size,
            color=PAPER if strong else INK,
            zorder=3,
        )


def name_sides(axes: Axes, rows: Sequence[str], columns: Sequence[str], components: Sequence[str] = ()) -> None:
    """Name the rows on the left and the columns above, these on end.

    Args:
        axes: With cells on them.
        rows: Names.
        columns: Names.
        components: Whose the rows are; nobody's unless given.
    """
    name_rows(axes, rows, components, middle=0.5)
    axes.set_xticks([])
    for at, name in enumerate(columns):
        axes.annotate(
            short(name), (at + 0.5, 1), xycoords=axes.get_xaxis_transform(), xytext=(0, 4), textcoords="offset points",
            rotation=55, ha="left", va="bottom", rotation_mode="anchor", color=INK, fontsize=7.5, annotation_clip=False,
        )  # fmt: skip


def draw_key(
    axes: Axes, colours: Sequence[str], ticks: Sequence[tuple[float, str]], words: str, room: float, below: float = 0.14
) -> None:
    """Draw the scale of the colours below the cells.

    Args:
        axes: With cells on them.
        colours: From the worst to the best.
        ticks: Part of the way along the scale, and what stands there.
        words: What the scale is of.
        room: Height of the axes in inches.
        below: How far below the cells, in inches.
    """
    from matplotlib.patches import Rectangle

    transform = axes.get_yaxis_transform()
    rows = float(axes.get_ylim()[0])
    inch = rows / room
    across = _width(axes)
    top, high, wide = rows + below * inch, 0.09 * inch, KEY / across
    for number, colour in enumerate(colours):
        axes.add_patch(
            Rectangle(
                (wide * number / len(colours), top), wide / len(colours) * 1.02, high, facecolor=colour, linewidth=0,
                transform=transform, clip_on=False,
            )
        )  # fmt: skip
    for part, text in ticks:
        axes.text(
            wide * part,
            top + high + 0.04 * inch,
            text,
            transform=transform,
            ha="center",
            va="top",
            fontsize=7,
            color=MUTED,
        )
    axes.text(wide + 0.12 / across, top + high, words, transform=transform, ha="left", va="bottom",
              fontsize=7.5, color=MUTED)  # fmt: skip


def key_inches(words: str) -> float:
    """Return how wide the scale of the colours is with its words, in inches."""
    return KEY + 0.3 + 0.062 * len(words)


def _width(axes: Axes) -> float:
    """Return how wide axes are, in inches."""
    figure = axes.get_figure(root=True)
    whole = float(figure.get_size_inches()[0]) if figure is not None else 6.0
    return max(axes.get_position().width * whole, 0.1)

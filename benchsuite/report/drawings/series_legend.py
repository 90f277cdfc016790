"""The legend of a figure with a line for each component, to the right of its axes: sample, name, and the line it belongs to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.report.drawings.marks import belongs
from benchsuite.report.drawings.palette import INK, Style
from benchsuite.report.drawings.row_names import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.165
"""Height of a line of the legend, in inches."""
LETTER, SAMPLE = 0.062, 0.5
"""Width of a letter, and of the sample of a line with its gaps, in inches."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a legend says of one line.

    Args:
        label: Its name.
        style: How it is drawn.
        component: Whose it is.
        shade: How strong, 0 to 1.
    """

    label: str
    style: Style
    component: str = ""
    shade: float = 1.0


def columns_of(count: int, height: float) -> int:
    """Return how many columns so many lines need beside axes of that height in inches."""
    return max(1, math.ceil(count * ROW / height))


def width_of(lines: Sequence[Named], height: float) -> float:
    """Return how wide the legend is beside axes of that height, in inches."""
    columns = columns_of(len(lines), height)
    rows = math.ceil(len(lines) / columns)
    longest = (max(len(short(one.label)) for one in lines[at : at + rows]) for at in range(0, len(lines), rows))
    return sum(LETTER * letters + SAMPLE for letters in longest) + 0.1


def draw_legend(axes: Axes, lines: Sequence[Named], height: float, *, markers: bool = False) -> Axes:
    """Draw the legend to the right of axes that are so many inches high.

    Args:
        axes: The axes.
        lines: What it says, in order.
        height: Of the axes, in inches.
        markers: Whether points are explained, not lines.
    """
    from matplotlib.lines import Line2D

    if not lines:
        return axes
    handles = []
    for one in lines:
        mark = {"marker": one.style.marker, "linestyle": "none", "markersize": 5} if markers else {}
        handle = Line2D([], [], color=one.style.colour, linewidth=1.7, alpha=one.shade, **mark)  # type: ignore[arg-type]
        if one.style.dash and not markers:
            handle.set_dashes(one.style.dash)
        handles.append(handle)
    legend = axes.legend(
        handles, [short(one.label) for one in lines], loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False,
        borderaxespad=0, handlelength=2.0, labelspacing=0.18, columnspacing=1.2, handletextpad=0.5, fontsize=7.5,
        ncols=columns_of(len(lines), height),
    )  # fmt: skip
    for one, mark_of, text in zip(lines, legend.legend_handles, legend.get_texts(), strict=True):
        text.set_color(INK)
        belongs(text, one.component, one.label)
        if mark_of is not None:
            belongs(mark_of, one.component, one.label)
    return axes

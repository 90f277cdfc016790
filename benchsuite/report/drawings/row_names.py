"""Lines and names of many rows, without what matplotlib does for each in vain: limits, ticks on both sides, grid lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchsuite.report.drawings.marks import belongs
from benchsuite.report.drawings.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

LONGEST_LABEL = 44


def short(label: str) -> str:
    """Return a label that is not too long."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def add_line(axes: Axes, x: Sequence[float], y: Sequence[float], **look: Any) -> Line2D:
    """Draw a line on axes whose ends are set otherwise: four times as fast as ``axes.plot``.

    Args:
        axes: Where to draw.
        x: Places.
        y: Heights.
        look: As :class:`matplotlib.lines.Line2D` takes it, and ``dashes``.
    """
    from matplotlib.lines import Line2D

    dashes = look.pop("dashes", None)
    line = Line2D(x, y, **look)
    if dashes:
        line.set_dashes(dashes)
    axes.add_artist(line)
    return line


def name_rows(axes: Axes, labels: Sequence[str], components: Sequence[str] = (), *, middle: float = 0.0) -> None:
    """Name rows 0, 1, … on the left of axes, instead of ticks.

    Args:
        axes: Where to draw.
        labels: Of the rows.
        components: Whose they are; nobody's unless given.
        middle: Of the first row.
    """
    axes.set_yticks([])
    for row, label in enumerate(labels):
        name = axes.annotate(
            short(label), (0, row + middle), xycoords=axes.get_yaxis_transform(), xytext=(-5, 0), textcoords="offset points", ha="right",
            va="center", color=INK, annotation_clip=False,
        )  # fmt: skip
        if components:
            belongs(name, components[row], label)

"""The figure of one kind on one task: learning curves beside the test value that every seed ended with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis import ColumnHead
from benchsuite.report.drawings.learning_curves import draw_learning_curves
from benchsuite.report.drawings.room import WHOLE, Room
from benchsuite.report.drawings.row_names import short
from benchsuite.report.drawings.seed_strip import draw_seed_strip
from benchsuite.report.drawings.series import Series
from benchsuite.report.drawings.theme import theme
from benchsuite.report.tables.numbers import column_format, folds_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_INCHES = 11.0


def comparison(series: Sequence[Series], head: ColumnHead, room: Room = WHOLE, across: str = "step") -> Figure:
    """Return one figure: on the left the learning curves, on the right every seed's test value, which is the legend.

    Args:
        series: What to draw, the best first.
        head: Of the column.
        room: How much may be drawn.
        across: What the curves run over: the same that the series were made with.
    """
    from matplotlib.figure import Figure

    label_inches = 0.35 + 0.068 * max((len(short(one.label)) for one in series), default=0)
    height = max(2.6, 0.75 + 0.225 * len(series))
    with theme():
        figure = Figure(figsize=(WIDTH_INCHES, height), facecolor="none")
        bottom, top = 0.48 / height, 1 - 0.30 / height
        curves_right = 0.56 - label_inches / WIDTH_INCHES / 2
        strip_left = curves_right + (label_inches + 0.25) / WIDTH_INCHES
        left = figure.add_axes((0.062, bottom, curves_right - 0.062, top - bottom))
        right = figure.add_axes((strip_left, bottom, 0.985 - strip_left, top - bottom))
        over = folds_text([head.column.folds])
        draw_learning_curves(left, series, head.primary, head.direction, room, over, across)
        draw_seed_strip(right, series, head.primary, head.direction, room)
    return figure


def comparison_words(series: Sequence[Series], head: ColumnHead) -> str:
    """Return what the figure shows, for readers who do not see it: the medians of the rows, the best first."""
    form = column_format(one.interval.estimate for one in series if one.interval)
    each = ", ".join(
        f"{one.label} {form(one.interval.estimate)}"
        + (f" ({one.failed} of {len(one.finals)} failed)" if one.failed else "")
        for one in series
        if one.interval
    )
    return f"Learning curves on {head.label}, and the test {head.primary} of every seed. Medians, best first: {each or 'none'}."

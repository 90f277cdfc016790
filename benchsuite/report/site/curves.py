"""The learning curves of leaderboards as plain charts: large ones with every row, and small ones that compare a few."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchsuite.analysis import ColumnHead, Leaderboard, Row
from benchsuite.analysis.row_curves import RowCurve, row_curve
from benchsuite.record import Record
from benchsuite.report.drawings.axis_scale import AxisScale, axis_scale, worth_showing
from benchsuite.report.drawings.palette import Style
from benchsuite.report.site.plain_chart import MOST_POINTS, Chart, ChartAxis, Shape, band_path, line_path
from benchsuite.report.tables.numbers import count_of, folds_text

LARGE = (1000.0, 360.0)
SMALL = (220.0, 132.0)
"""Width and height in points."""
MOST_BANDS = 40
"""Rows of a large chart up to which each has its interval, which the page shows of the one in focus; more of them are bytes."""
SMALL_POINTS = 14
"""Of a line in a small chart."""
MOST_BROKEN = 3
"""Ways in which lines of one component are broken."""
AXES = {"step": "training step", "epoch": "epoch", "seconds": "seconds of training"}
"""What the horizontal axis may be, and its label."""


@dataclass(frozen=True, eq=False)
class ColumnLines:
    """The curves of one column of a leaderboard, which share their axes.

    Args:
        head: Of the column.
        rows: Label → curve, of the rows that have one.
        scale: Of the vertical axis.
        bottom: The value at the lower edge.
        top: The value at the upper edge.
        ends: ``step``, ``epoch`` and ``seconds`` → the last of any row.
    """

    head: ColumnHead
    rows: Mapping[str, RowCurve]
    scale: AxisScale
    bottom: float
    top: float
    ends: Mapping[str, float]
    paths: dict[tuple[str, str, bool], tuple[str, str]] = field(default_factory=dict)
    """Row, axis and whether small → line and band: those of a row are the same on every page."""


class CurveBook:
    """The curves of all leaderboards of a site, each made once.

    Args:
        records: Id → record.
    """

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records
        self._found: dict[tuple[str, int], ColumnLines] = {}

    def of(self, board: Leaderboard, position: int) -> ColumnLines:
        """Return the curves of a column.

        Args:
            board: The leaderboard.
            position: Of the column.
        """
        key = board.key, position
        if key not in self._found:
            self._found[key] = _column(board, position, self._records)
        return self._found[key]


def _column(board: Leaderboard, position: int, records: Mapping[str, Record]) -> ColumnLines:
    head = board.columns[position]
    rows = {}
    for row in board.rows:
        entry = row.entries[position]
        if entry and (found := row_curve(entry, records, head.primary, head.direction, board.confidence)) is not None:
            rows[row.label] = found
    later = [value for curve in rows.values() for value in curve.median[curve.epochs > 0].tolist()]
    shown = later or [value for curve in rows.values() for value in curve.median.tolist()]
    scale = axis_scale(head.primary, head.direction, shown)
    bottom, top = worth_showing(shown, head.direction, scale)
    ends = {
        name: max((float(held[-1]) for curve in rows.values() if len(held := values(curve, name))), default=0.0)
        for name in AXES
    }
    return ColumnLines(head, rows, scale, bottom, top, ends)


def values(curve: RowCurve, axis: str) -> np.ndarray:
    """Return what was done at each evaluation of a curve: steps, epochs or seconds."""
    return {"step": curve.steps, "epoch": curve.epochs, "seconds": curve.seconds}[axis]


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row in a chart: what it is, and how it is drawn.

    Args:
        row: The row.
        component: ``kind/name``.
        family: Of the component.
        style: Its colour; grey without.
        classes: Of the style sheet.
    """

    row: Row
    component: str
    family: str
    style: Style | None
    classes: str = ""


def large_charts(held: ColumnLines, drawn: Sequence[DrawnRow], board: Leaderboard) -> tuple[Chart, ...]:
    """Return the curves of a column by step, by epoch and by seconds of training, as far as these are known.

    Args:
        held: The curves.
        drawn: Which rows, the first on top.
        board: The leaderboard.
    """
    head = held.head
    over = folds_text([head.column.folds])
    words = held.scale.words(head.primary)
    label = f"validation {head.primary}{over and f', mean over {over}'}{words and f', {words}'}"
    charts = []
    for axis, name in AXES.items():
        if held.ends[axis] <= 0:
            continue
        timed = sum(len(values(held.rows[one.row.label], axis)) > 0 for one in drawn if one.row.label in held.rows)
        alt = (
            f"{board.title} on {head.label}: validation {head.primary} by {name}, the median over the seeds of "
            f"{count_of(timed, 'row')}. The values are in the tables below."
        )
        charts.append(_chart(held, drawn, axis, alt, LARGE, (52.0, 22.0, 988.0, 322.0), label, name))
    return tuple(charts)


def small_chart(held: ColumnLines, drawn: Sequence[DrawnRow], alt: str) -> Chart:
    """Return a small chart of a few rows by epoch.

    Args:
        held: The curves of the column, whose axes it has.
        drawn: Which rows, the first on top.
        alt: What it shows.
    """
    return _chart(held, drawn, "epoch", alt, SMALL, (34.0, 6.0, 214.0, 114.0), "", "")


def _chart(
    held: ColumnLines,
    drawn: Sequence[DrawnRow],
    axis: str,
    alt: str,
    size: tuple[float, float],
    box: tuple[float, float, float, float],
    y_label: str,
    x_label: str,
) -> Chart:
    left, top, right, bottom = box
    across = ChartAxis(0.0, held.ends[axis] or 1.0, left, right)
    up = ChartAxis(held.bottom, held.top, bottom, top, held.scale)
    few = size is SMALL
    bands = few or len(drawn) <= MOST_BANDS
    shapes = []
    rows_of = Counter(one.component for one in drawn if one.row.label in held.rows)
    met: Counter[str] = Counter()
    for one in reversed(drawn):
        curve = held.rows.get(one.row.label)
        if curve is None or not len(values(curve, axis)):
            continue
        key = one.row.label, axis, few
        if key not in held.paths:
            held.paths[key] = _paths(held, curve, axis, across, up, SMALL_POINTS if few else MOST_POINTS)
        line, band = held.paths[key]
        shown = band if bands and "grey" not in one.classes else ""
        several = rows_of[one.component] > 1
        # The rows of one component have one colour: in a large chart each further one is broken in a way of its own.
        again = f"again-{min(met[one.component], MOST_BROKEN)}" if several and not few and met[one.component] else ""
        met[one.component] += 1
        classes = f"{one.classes} {again}".strip()
        shapes.append(Shape(one.component, one.family, one.style, one.row.label, line, shown, (), classes, several))
    return Chart(
        alt=alt,
        width=size[0],
        height=size[1],
        box=box,
        shapes=tuple(shapes),
        across=across.ticks(3 if few else 8),
        up=up.ticks(3 if few else 6),
        x_label=x_label,
        y_label=y_label,
        axis="" if few else axis,
    )


def _paths(
    held: ColumnLines, curve: RowCurve, axis: str, across: ChartAxis, up: ChartAxis, most: int
) -> tuple[str, str]:
    """Return the line of a curve and the band of its interval."""
    xs = values(curve, axis).tolist()
    good, poor = (held.top, held.bottom) if held.head.direction == "max" else (held.bottom, held.top)
    medians = [held.scale.shown(y) if math.isfinite(y) else math.nan for y in curve.median.tolist()]
    line = line_path(list(zip(xs, medians, strict=True)), across, up, most)
    if curve.seeds < 2:
        return line, ""
    return line, band_path(xs, curve.low.tolist(), curve.high.tolist(), across, up, good, poor, most)

"""Where every seed of every row ended on one task: points on one axis, with the median and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchsuite.analysis import ColumnHead, Entry
from benchsuite.report.drawings.axis_scale import axis_scale
from benchsuite.report.drawings.seed_strip import strip_range
from benchsuite.report.shown import spread
from benchsuite.report.site.curves import DrawnRow
from benchsuite.report.site.plain_chart import Chart, ChartAxis, Shape, Tick
from benchsuite.report.tables.numbers import count_of

WIDTH, ROW, NAMES = 1000.0, 17.0, 210.0
MOST_DOTS = 40
"""Points of one row: of more seeds so many that are evenly spread over their ranks."""
LONGEST = 32
"""Letters of a name."""


def seed_chart(rows: Sequence[tuple[DrawnRow, Entry]], head: ColumnHead) -> Chart | None:
    """Return the final values of rows; ``None`` where no row has a value.

    A failed seed is a ring at the worse end. What lies beyond the axis, far behind the field, is hollow at that end.

    Args:
        rows: How each is drawn, and its entry, the best first.
        head: Of the column.
    """
    finals = [seed.final for _, entry in rows for seed in entry.seeds if seed.final is not None]
    if not finals:
        return None
    scale = axis_scale(head.quantity, head.better, finals)
    low, high = strip_range(finals, head.better, scale)
    across = ChartAxis(low, high, NAMES + 12, WIDTH - 16, scale)
    edge = across.at(low if head.better == "max" else high)
    shapes, names = [], []
    top = 8.0
    for number, (one, entry) in enumerate(rows):
        y = top + ROW * (number + 0.5)
        label = one.row.label
        names.append(Tick(y, label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"))
        values = spread([seed.final for seed in entry.seeds if seed.final is not None], MOST_DOTS)
        dots = [(across.at(value), y, "seed" if low <= value <= high else "hollow") for value in values]
        dots += [(edge, y, "failed")] * any(seed.failed or seed.missed for seed in entry.seeds)
        marks = _median(entry, across, y), _whisker(entry, across, y)
        shapes.append(Shape(one.component, one.family, one.style, label, *marks, tuple(dots)))
    bottom = top + ROW * len(rows)
    words = scale.words(head.quantity)
    alt = (
        f"{head.measured} of every seed of {count_of(len(rows), 'row')} on {head.label}, the best first, with the median and its "
        "interval. The table below has the numbers."
    )
    box = (NAMES, top, WIDTH - 8, bottom)
    label = f"{head.measured}{words and f', {words}'}"
    return Chart(alt, WIDTH, bottom + 34, box, tuple(shapes), across.ticks(8), tuple(names), label)


def _median(entry: Entry, across: ChartAxis, y: float) -> str:
    if entry.final is None or not math.isfinite(entry.final.estimate):
        return ""
    return f"M{across.at(entry.final.estimate):g} {y - 6:g}v12"


def _whisker(entry: Entry, across: ChartAxis, y: float) -> str:
    """Return the interval as a bar; an end that failed lies at the worse edge, where infinite numbers lie."""
    final = entry.final
    if final is None or final.count < 2 or math.isinf(final.estimate):
        return ""
    low, high = across.at(final.low), across.at(final.high)
    return f"M{low:g} {y - 3.5:g}H{high:g}v7H{low:g}Z"

"""The forest plot of a comparison of two: on each task the difference with its interval, as a part of what B is short of.

Tasks have units of their own. What a reader can compare is how much of B's distance to the best possible value A takes away:
from 0.96 to 0.97 accuracy is a quarter of the errors, from a loss of 0.02 to one of 0.015 a quarter of the loss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis.verdict import CANNOT_TELL, TaskVerdict, Verdict
from benchsuite.report.drawings.axis_scale import axis_scale
from benchsuite.report.drawings.palette import COLOURS, INK, MUTED
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import name_rows, short
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.235
"""Height of a row, in inches."""
FARTHEST = 1.0
"""Beyond, either way, a difference is drawn at the edge."""
NEAREST = 0.05
"""The least that the axis shows, either way."""
BETTER, WORSE = COLOURS[2][0], COLOURS[1][0]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One task of a forest plot.

    Args:
        label: The task.
        estimate: What A takes away of B's distance to the best value: 0.25 is a quarter; below 0 it adds. ±∞ where only one of
            them has a number, NaN where neither has.
        low: Lower end of its interval.
        high: Upper end.
        word: The verdict.
        said: The difference in the unit of the task, in words.
    """

    label: str
    estimate: float
    low: float
    high: float
    word: str
    said: str


def forest_rows(verdict: Verdict) -> list[ForestRow]:
    """Return the rows of a verdict, in the order of its tasks."""
    return [_row(task) for task in verdict.tasks]


def _row(task: TaskVerdict) -> ForestRow:
    sign = 1.0 if task.direction == "max" else -1.0
    values = [value for value in (*task.values_a, *task.values_b) if math.isfinite(value)]
    scale = axis_scale(task.measure.rpartition(" ")[2], task.direction, values)
    if scale.kind == "linear" or not math.isfinite(task.b):
        whole = (max(values) - min(values) if values else 0.0) or 1.0
    else:
        whole = max(1.0 - task.b if scale.kind == "one" else task.b, scale.floor)
    ends = sorted(sign * end / whole for end in (task.low, task.high))
    return ForestRow(task.task, sign * task.difference / whole, ends[0], ends[1], task.word, _said(task))


def _said(task: TaskVerdict) -> str:
    if not math.isfinite(task.difference):
        return (
            task.word
            if math.isnan(task.difference)
            else f"{task.word}; {task.failed_a} and {task.failed_b} {task.beyond}"
        )
    ends = (
        f" [{_signed(task.low, 2)}, {_signed(task.high, 2)}]"
        if math.isfinite(task.low) and math.isfinite(task.high)
        else ""
    )
    return f"{_signed(task.difference, 3)}{ends} {task.measure.removeprefix('test ')}"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}g}".replace("-", "−")


def draw_forest(axes: Axes, rows: Sequence[ForestRow], a: str, b: str) -> Axes:
    """Draw one row for each task: left of 0 speaks for B, right of it for A; what is told apart is filled.

    Args:
        axes: Where to draw.
        rows: What to draw.
        a: The first, in words.
        b: The second.
    """
    reach = _reach(rows)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    for at, row in enumerate(rows):
        colour = {"better": BETTER, "worse": WORSE}.get(row.word, MUTED)
        axes.annotate(
            row.said, (1, at), xycoords=axes.get_yaxis_transform(), xytext=(8, 0), textcoords="offset points", va="center",
            fontsize=7.5, color=INK if row.word != CANNOT_TELL else MUTED, annotation_clip=False,
        )  # fmt: skip
        if math.isnan(row.estimate):
            continue
        ends = [min(max(end, -reach), reach) for end in (row.low, row.high)]
        if not any(map(math.isnan, ends)):
            axes.plot(ends, [at, at], color=colour, linewidth=1.6, zorder=2, solid_capstyle="butt")
        place = min(max(row.estimate, -reach), reach)
        marker = ("s" if abs(row.estimate) <= reach else ">" if row.estimate > 0 else "<") if row.word == CANNOT_TELL else (
            "D" if abs(row.estimate) <= reach else ">" if row.estimate > 0 else "<")  # fmt: skip
        axes.plot(
            [place], [at], marker=marker, markersize=6, color=colour, linestyle="none", zorder=3, clip_on=False,
            markerfacecolor="none" if row.word == CANNOT_TELL else colour,
        )  # fmt: skip
    name_rows(axes, [row.label for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-reach * 1.04, reach * 1.04)
    axes.xaxis.set_major_formatter(lambda value, _: f"{_signed(100 * value, 4)} %" if round(value, 9) else "0")
    axes.grid(visible=False, axis="y")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel(f"← {short(b)} better          {short(a)} better →")
    set_title(
        axes, f"part of the error of {short(b)} that {short(a)} takes away, with its interval; filled: told apart"
    )
    return axes


def _reach(rows: Sequence[ForestRow]) -> float:
    """Return how far the axis goes, either way: to the farthest interval, but no farther than :data:`FARTHEST`."""
    ends = [abs(end) for row in rows for end in (row.low, row.high, row.estimate) if math.isfinite(end)]
    return min(max([NEAREST, *(1.05 * end for end in ends)]), FARTHEST)


def forest_words(rows: Sequence[ForestRow], a: str, b: str) -> str:
    """Return what the figure shows, for readers who do not see it."""
    each = "; ".join(f"{row.label}: {row.word}, {row.said}" for row in rows)
    return f"{a} minus {b} on {len(rows)} tasks. {each}."


def forest_picture(verdict: Verdict, name: str, title: str) -> Picture:
    """Return the forest plot of a verdict as a picture of its own.

    Args:
        verdict: The verdict.
        name: What tells it from other figures.
        title: What it is called.
    """
    rows = forest_rows(verdict)
    left = 0.2 + 0.062 * max((len(short(row.label)) for row in rows), default=0)
    right = 0.3 + 0.056 * max((len(row.said) for row in rows), default=0)
    return Picture(
        name, title, forest_words(rows, verdict.a, verdict.b), lambda axes: draw_forest(axes, rows, verdict.a, verdict.b),
        5.4, max(ROW * len(rows), 0.5), Margins(left, right, 0.5, 0.32),
    )  # fmt: skip

"""The figure of a verdict beyond the published instance: the difference of two on each instance of a task, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis.beyond_instance import BeyondInstance
from benchsuite.analysis.verdict import CANNOT_TELL, TaskVerdict
from benchsuite.report.drawings.palette import COLOURS, INK, MUTED
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import name_rows, short
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.235
"""Height of a row, in inches."""
BETTER, WORSE = COLOURS[2][0], COLOURS[1][0]
PUBLISHED, TOGETHER = "published", "over the others"


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One instance, or all but the published one.

    Args:
        label: The instance.
        estimate: A − B with larger better, in the unit of the measure; infinite or NaN where a side has no number.
        low: Lower end of its interval.
        high: Upper end.
        word: The verdict there.
    """

    label: str
    estimate: float
    low: float
    high: float
    word: str


def instance_rows(held: BeyondInstance) -> list[InstanceRow]:
    """Return the published instance, the others in their order, and what these say together."""
    sign = 1.0 if held.published.direction == "max" else -1.0
    rows = [_row(PUBLISHED, held.published, sign)]
    rows += [_row(one.task.removeprefix(held.task) or one.task, one, sign) for one in held.instances]
    if held.unit == "measure" and held.counted:
        low, high = sorted((sign * held.low, sign * held.high))
        rows.append(InstanceRow(TOGETHER, sign * held.difference, low, high, CANNOT_TELL))
    return rows


def _row(label: str, task: TaskVerdict, sign: float) -> InstanceRow:
    low, high = sorted((sign * task.low, sign * task.high))
    return InstanceRow(label, sign * task.difference, low, high, task.word)


def draw_instances(axes: Axes, held: BeyondInstance, a: str, b: str) -> Axes:
    """Draw one row for each instance: left of 0 speaks for B, right of it for A; what is told apart is filled.

    The shade is where the difference on one more instance is to be expected.

    Args:
        axes: Where to draw.
        held: What the instances say.
        a: The first, in words.
        b: The second.
    """
    rows = instance_rows(held)
    sign = 1.0 if held.published.direction == "max" else -1.0
    if held.unit == "measure" and not math.isnan(held.expected_low):
        axes.axvspan(
            *sorted((sign * held.expected_low, sign * held.expected_high)),
            color=MUTED,
            alpha=0.15,
            linewidth=0,
            zorder=0,
        )
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    for at, row in enumerate(rows):
        if not math.isfinite(row.estimate):
            continue
        colour = INK if row.label == TOGETHER else {"better": BETTER, "worse": WORSE}.get(row.word, MUTED)
        if math.isfinite(row.low) and math.isfinite(row.high):
            axes.plot([row.low, row.high], [at, at], color=colour, linewidth=1.6, zorder=2, solid_capstyle="butt")
        hollow = row.word == CANNOT_TELL and row.label != TOGETHER
        axes.plot(
            [row.estimate], [at], marker="D" if row.label in (PUBLISHED, TOGETHER) else "o", markersize=6, color=colour,
            linestyle="none", zorder=3, markerfacecolor="none" if hollow else colour,
        )  # fmt: skip
    name_rows(axes, [row.label for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel(f"← {short(b)} better          {short(a)} better →")
    set_title(
        axes,
        f"difference of {held.published.measure}, with its interval; filled: told apart; shade: to be expected elsewhere",
    )
    return axes


def instances_words(held: BeyondInstance, a: str, b: str) -> str:
    """Return what the figure shows, for readers who do not see it."""
    each = "; ".join(
        f"{row.label}: {row.estimate:+.3g}, {row.word}" for row in instance_rows(held) if row.label != TOGETHER
    )
    return f"{a} minus {b} on {held.task} and {len(held.instances)} other instances: {held.word}. {each}.".replace(
        "-", "−"
    )


def instances_picture(held: BeyondInstance, a: str, b: str, name: str, title: str) -> Picture:
    """Return the figure of a verdict's instances as a picture of its own.

    Args:
        held: What the instances say.
        a: The first, in words.
        b: The second.
        name: What tells it from other figures.
        title: What it is called.
    """
    rows = instance_rows(held)
    left = 0.2 + 0.062 * max(len(short(row.label)) for row in rows)
    return Picture(
        name, title, instances_words(held, a, b), lambda axes: draw_instances(axes, held, a, b), 5.4, max(ROW * len(rows), 0.5),
        Margins(left, 0.3, 0.5, 0.32),
    )  # fmt: skip

"""The drawing of learning-rate schedules: the multiplier of the base rate over a training."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from benchsuite.report.drawings.palette import Style
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 6.4, 3.2
"""Of the figure, in inches; many schedules make it higher."""
LEFT, RIGHT, TOP, BOTTOM, LINE = 0.5, 0.2, 0.4, 0.5, 0.165
"""Margins and the height of a line of text, in inches."""
EPOCHS, STEPS_PER_EPOCH = 100, 20
"""The training over which schedules are drawn; they are relative to its length."""
LONGEST, LONGEST_IN_TITLE = 80, 30
"""The characters that a label may have in the legend and in the title."""


@dataclass(frozen=True)
class Line:
    """One schedule, or the product of several.

    Args:
        label: Names and chosen hyperparameters.
        multipliers: Of each step of a training, ``[steps]``.
        without_progress: How long the training is, in words, if the multipliers are those of one whose validation loss
            never improves; empty if they do not depend on it.
    """

    label: str
    multipliers: np.ndarray
    without_progress: str = ""


class DrawnSchedule(Protocol):
    """A schedule, or a product of several; it may react to the measures of the validation part."""

    @property
    def reacts(self) -> bool:
        """Whether it looks at these measures."""
        ...

    def __call__(self, steps: np.ndarray, total_steps: int, /) -> np.ndarray:
        """Return the multiplier of each step."""
        ...

    def after_epoch(self, epoch: int, measures: Mapping[str, float]) -> None:
        """See how training went."""
        ...


def line_of(label: str, schedule: DrawnSchedule) -> Line:
    """Return what is drawn of a schedule; one that reacts is shown a validation loss that never improves."""
    return Line(label, course(schedule), f"{EPOCHS} epochs" if schedule.reacts else "")


def course(schedule: DrawnSchedule) -> np.ndarray:
    """Return the multiplier of every step, float64 ``[steps]``, with validation measures that stay at 1 throughout."""
    total = EPOCHS * STEPS_PER_EPOCH
    parts = []
    for epoch in range(EPOCHS):
        steps = np.arange(epoch * STEPS_PER_EPOCH, (epoch + 1) * STEPS_PER_EPOCH, dtype="int64")
        parts.append(schedule(steps, total))
        # A plugin's schedule may watch any measure.
        schedule.after_epoch(epoch + 1, defaultdict(lambda: 1.0, loss=1.0))
    return np.concatenate(parts)


def schedule_figure(lines: Sequence[Line]) -> Figure:
    """Return a figure of schedules; a single one is named in the title, several in a legend."""
    from matplotlib.figure import Figure

    title = "learning rate as a multiple of the base rate"
    legend = list(lines)
    if len(lines) == 1 and len(lines[0].label) <= LONGEST_IN_TITLE:
        title, legend = f"{lines[0].label}: {title}", []
    reacting = [line for line in lines if line.without_progress]
    if reacting:
        whose = "" if len(lines) == 1 else f"{', '.join(line.label for line in reacting)}: "
        title += f"\n{_short(f'{whose}if the validation loss never improves in {reacting[0].without_progress}')}"
    top = TOP + LINE * bool(reacting)
    columns = 3 if len(legend) > 4 and max(len(line.label) for line in legend) <= LONGEST // 4 else 1
    bottom = BOTTOM + (LINE * math.ceil(len(legend) / columns) + 0.1 if legend else 0.0)
    height = HEIGHT + (top - TOP) + (bottom - BOTTOM)
    with theme():
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        axes = figure.add_axes((LEFT / WIDTH, bottom / height, 1 - (LEFT + RIGHT) / WIDTH, 1 - (bottom + top) / height))
        draw_lines(axes, lines)
        axes.set_title(title, loc="left")
        if legend:
            figure.legend(
                handles=list(axes.lines), labels=[_short(line.label) for line in legend], loc="lower left", frameon=False,
                bbox_to_anchor=(LEFT / WIDTH, 0.08 / height), borderaxespad=0, handlelength=2.4, labelspacing=0.3, ncols=columns,
            )  # fmt: skip
    return figure


def draw_lines(axes: Axes, lines: Sequence[Line]) -> Axes:
    """Draw multipliers against the percentage of training done."""
    for order, line in enumerate(lines):
        style = Style(order)
        done = 100 * np.arange(len(line.multipliers)) / len(line.multipliers)
        axes.plot(done, line.multipliers, color=style.colour, dashes=style.dash or (None, None), linewidth=1.7)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1.05 * max(1.0, *(float(line.multipliers.max()) for line in lines)))
    axes.set_xlabel("training done, in %")
    axes.grid(visible=False, axis="x")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return axes


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

"""The drawing of a learning-rate range test: batch loss against learning rate, with the suggested rates shaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.range_test import Suggestion, finite, smoothed
from benchsuite.report.drawings.palette import COLOURS, INK, MUTED
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 6.4, 3.6
"""Of the figure, in inches."""
HEADROOM = 0.35
"""How far the picture goes above the first losses, as a share of their fall; what lies beyond is cut off."""


def range_figure(
    title: str, rates: np.ndarray, losses: np.ndarray, steps: int, suggestion: Suggestion | None
) -> Figure:
    """Return the figure of a range test.

    Args:
        title: What was tested on what.
        rates: Of each step, growing.
        losses: Of each step; the last may not be finite.
        steps: Planned.
        suggestion: What the test says, if anything.
    """
    from matplotlib.figure import Figure

    with theme():
        figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="white")
        axes = figure.add_axes((0.6 / WIDTH, 0.5 / HEIGHT, 1 - 0.8 / WIDTH, 1 - 0.95 / HEIGHT))
        draw_range_test(axes, rates, losses, steps, suggestion)
        axes.set_title(title, loc="left")
    return figure


def draw_range_test(
    axes: Axes, rates: np.ndarray, losses: np.ndarray, steps: int, suggestion: Suggestion | None
) -> Axes:
    """Draw the raw loss faint, its average thick, and the suggested rates as a shaded interval with its two ends."""
    colour, shade = COLOURS[0][0], COLOURS[2][0]
    limits = (rates[0], rates[-1])
    rates, losses = finite(rates, losses)
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    if len(losses):
        middle, values = smoothed(rates, losses, steps)
        axes.plot(rates, losses, color=colour, linewidth=0.8, alpha=0.35, label="each batch")
        axes.plot(middle, values, color=colour, linewidth=1.9, label="its average")
        low, high = (
            float(losses.min()),
            float(max(values[: max(len(values) // 20, 1)].max(), np.quantile(losses, 0.95))),
        )
        # The last losses of a test that ran away would press all others into the floor.
        top = high + HEADROOM * (high - low)
        axes.set_ylim(low - 0.05 * (top - low), max(top, low + 1e-12))
    if suggestion is not None:
        axes.axvspan(suggestion.low, suggestion.high, color=shade, alpha=0.13, linewidth=0, label="worth trying")
        for rate, outward in ((suggestion.low, -1), (suggestion.high, 1)):
            place = np.log(rate / limits[0]) / np.log(limits[1] / limits[0])
            # Outside of the interval, unless the edge of the picture is too near.
            side = outward if 0.1 < place < 0.9 else -outward
            axes.annotate(
                f"{rate:.2g}", (rate, 1), xycoords=("data", "axes fraction"), ha="left" if side > 0 else "right", va="top",
                color=INK, fontsize=8.5, xytext=(3 * side, -3), textcoords="offset points",
            )  # fmt: skip
    axes.set_xlabel("learning rate")
    axes.set_ylabel("training loss of the batch", color=MUTED)
    axes.grid(visible=False, axis="x")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    for edge in ("top", "right", "left"):
        axes.spines[edge].set_visible(False)
    axes.legend(loc="lower left", frameon=False, handlelength=1.6)
    return axes

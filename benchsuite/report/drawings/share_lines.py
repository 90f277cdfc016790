"""The drawings of shares over a number, a stair for each row: performance profile, and ECDF of targets reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.analysis.share_curves import ShareCurves
from benchsuite.report.drawings.marks import belongs, component_of
from benchsuite.report.drawings.palette import MUTED, Styles
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.series_legend import Named, draw_legend, width_of
from benchsuite.report.drawings.theme import set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 5.6, 3.5
"""Of the axes, in inches."""
MOST_ROWS = 60
"""Rows that are drawn: those with the largest areas."""


def draw_profile(axes: Axes, found: ShareCurves, kind: str, styles: Styles, *, legend: bool = True) -> Axes:
    """Draw on what share of the tasks a row is within a factor of the fastest: higher is better.

    Args:
        axes: Where to draw.
        found: What :func:`~benchsuite.analysis.share_curves.performance_profile` returns.
        kind: Of the components.
        styles: The style of each (kind, name).
        legend: Whether to name the lines on the right.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    _draw(axes, found, kind, styles, legend)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([1, 2, 4, 8, 16]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
    axes.set_xlim(1, float(found.at[-1]))
    axes.set_xlabel(f"{found.what}, as a multiple of the fastest of the task")
    set_title(axes, f"share of {found.tasks} tasks on which a row is that fast")
    return axes


def draw_ecdf(axes: Axes, found: ShareCurves, kind: str, styles: Styles, *, legend: bool = True) -> Axes:
    """Draw which share of all targets a row reached within a part of the budget: higher is better.

    Args:
        axes: Where to draw.
        found: What :func:`~benchsuite.analysis.share_curves.targets_reached` returns.
        kind: Of the components.
        styles: The style of each (kind, name).
        legend: Whether to name the lines on the right.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    _draw(axes, found, kind, styles, legend)
    axes.set_xscale("log")
    parts = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0]
    axes.xaxis.set_major_locator(FixedLocator(parts))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"1/{1 / value:.0f}" if value < 0.99 else "1")
    axes.set_xlim(float(found.at[0]), 1.0)
    axes.set_xlabel("part of the budget")
    set_title(axes, f"share of (run, target) pairs that were reached, {found.tasks} tasks")
    return axes


def _draw(axes: Axes, found: ShareCurves, kind: str, styles: Styles, legend: bool) -> None:
    rows = list(enumerate(zip(found.rows, found.names, strict=True)))[:MOST_ROWS]
    for at, (label, name) in reversed(rows):
        style = styles[kind, name]
        (line,) = axes.plot(
            found.at, found.shares[at], drawstyle="steps-post", color=style.colour, dashes=style.dash or (None, None),
            linewidth=1.5, zorder=3 - at / 1000, label=label,
        )  # fmt: skip
        belongs(line, component_of(kind, name), label)
    if not rows:
        axes.text(0.5, 0.5, "nothing to count", transform=axes.transAxes, ha="center", va="center", color=MUTED)
    axes.set_ylim(-0.01, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    axes.grid(visible=False, axis="x")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if legend:
        draw_legend(axes, _named(found, kind, styles), HEIGHT)


def _named(found: ShareCurves, kind: str, styles: Styles) -> list[Named]:
    held = zip(found.rows[:MOST_ROWS], found.names, strict=False)
    return [Named(label, styles[kind, name], component_of(kind, name)) for label, name in held]


def share_words(found: ShareCurves, what: str) -> str:
    """Return what such a figure shows, for readers who do not see it."""
    held = zip(found.rows, found.areas.tolist(), strict=True)
    best = ", ".join(f"{row} {100 * area:.1f} %" for row, area in list(held)[:5])
    return (
        f"{what} of {len(found.rows)} rows over {found.tasks} tasks. Largest areas below the curve: {best or 'none'}."
    )


def profile_picture(found: ShareCurves, kind: str, styles: Styles, name: str, title: str) -> Picture:
    """Return a performance profile as a picture of its own."""
    words = share_words(found, f"Performance profile by {found.what}")
    return _picture(
        found, kind, styles, Picture(name, title, words, lambda axes: draw_profile(axes, found, kind, styles))
    )


def ecdf_picture(found: ShareCurves, kind: str, styles: Styles, name: str, title: str) -> Picture:
    """Return the ECDF of targets as a picture of its own."""
    words = share_words(found, "Share of targets reached within parts of the budget")
    return _picture(found, kind, styles, Picture(name, title, words, lambda axes: draw_ecdf(axes, found, kind, styles)))


def _picture(found: ShareCurves, kind: str, styles: Styles, picture: Picture) -> Picture:
    right = 0.15 + width_of(_named(found, kind, styles), HEIGHT) if found.rows else 0.2
    return Picture(
        picture.name, picture.title, picture.words, picture.draw, WIDTH, HEIGHT, Margins(0.6, right, 0.5, 0.32)
    )

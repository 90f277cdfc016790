"""The drawing of a claim: for each part the number of every seed, the interval, and the region in which the part holds.

Parts have units of their own, so each has an axis of its own. What is drawn is what decides: the part holds where its interval
lies within the region, it does not hold where it lies outside, and else nothing can be told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict
from benchsuite.report.drawings.palette import COLOURS, INK, MUTED
from benchsuite.report.drawings.picture import Margins, Picture
from benchsuite.report.drawings.row_names import add_line
from benchsuite.report.drawings.theme import set_title, theme
from benchsuite.report.tables.claim_words import (
    CANNOT_TELL,
    DOES_NOT_HOLD,
    HOLDS,
    NOTHING,
    bounds_text,
    effect_text,
    estimate_text,
    infinite_text,
    interval_text,
    is_computed,
    number_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 1.15
"""Height of a part, in inches: its title, its strip and its axis."""
STRIP = 0.46
"""Of that the strip."""
BELOW = 0.38
"""Of that the axis below the strip."""
WIDTH = 6.4
MARGINS = Margins(0.3, 0.3, BELOW, ROW - STRIP - BELOW)
REACH = 0.34
"""How far seeds lie above and below the middle of the strip, one after the other from the top."""
PAD = 0.06
"""Of the axis on either side of all that is on it."""
DECADES = 200.0
"""Numbers above 0 that span more than this factor lie on a logarithmic axis."""
TINY = 1e-30
COLOUR_OF = {HOLDS: COLOURS[2][0], DOES_NOT_HOLD: COLOURS[1][0], CANNOT_TELL: MUTED}
REGION = COLOURS[2][0]
MOST_SEEDS = 60
"""Whose numbers are drawn one by one; of more, so many that divide them evenly."""


@dataclass(frozen=True, slots=True)
class EffectAxis:
    """The axis of a part.

    Args:
        low: Its left end.
        high: Its right end.
        log: Whether it is logarithmic.
    """

    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, part: PartVerdict) -> EffectAxis:
        """Return the axis that holds all numbers of a part and the bounds of its region."""
        held = [value for value in (*part.effects, part.estimate, part.low, part.high) if value is not None]
        bounds = [value for value in (part.at_least, part.at_most) if value is not None]
        values = [*held, *bounds]
        low, high = min(values), max(values)
        if low > TINY and high / low > DECADES:
            room = (high / low) ** PAD
            return cls(low / room, high * room, True)
        room = PAD * (high - low) if high > low else abs(high) or 1.0
        return cls(low - room, high + room, False)

    def clean(self, value: float) -> float:
        """Return a tick's number without what rounding makes of 0."""
        return 0.0 if abs(value) < 1e-12 * max(abs(self.low), abs(self.high)) and not self.log else value


def draw_claim_part(axes: Axes, part: PartVerdict) -> Axes:
    """Draw one part: the region in which it holds, a dot for each seed, the interval and its middle.

    Args:
        axes: Where to draw.
        part: What came of it.
    """
    scale = EffectAxis.of(part)
    colour = COLOUR_OF[part.word]
    if scale.log:
        axes.set_xscale("log")
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(-0.5, 0.5)
    axes.set_yticks([])
    region = [
        scale.low if part.at_least is None else part.at_least,
        scale.high if part.at_most is None else part.at_most,
    ]
    axes.axvspan(region[0], region[1], color=REGION, alpha=0.1, linewidth=0, zorder=0)
    for bound in (part.at_least, part.at_most):
        if bound is not None:
            axes.axvline(bound, color=REGION, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    if not scale.log and scale.low < 0 < scale.high and 0 not in (part.at_least, part.at_most):
        axes.axvline(0, color=INK, linewidth=0.7, zorder=1)
    ends = [scale.low if part.low is None else part.low, scale.high if part.high is None else part.high]
    if interval_text(part) or part.estimate is not None:
        add_line(axes, ends, [0, 0], color=colour, linewidth=7, alpha=0.3, solid_capstyle="butt", zorder=2)
    if part.estimate is not None:
        add_line(axes, [part.estimate], [0], marker="|", markersize=17, markeredgewidth=2.2, color=colour, zorder=4)
    for place, value in _places(numbers_of(part)):
        if math.isfinite(value):
            add_line(
                axes, [value], [place], marker="o", markersize=4.2, markeredgewidth=0, linestyle="none", color=INK, alpha=0.75,
                zorder=3,
            )  # fmt: skip
        elif math.isnan(value):
            add_line(
                axes, [scale.low], [place], marker="x", markersize=4.2, linestyle="none", color=MUTED, clip_on=False, zorder=3
            )  # fmt: skip
        else:
            end, marker = (scale.high, ">") if value > 0 else (scale.low, "<")
            add_line(
                axes, [end], [place], marker=marker, markersize=4.6, markeredgewidth=0, linestyle="none", color=INK, clip_on=False,
                zorder=3,
            )  # fmt: skip
    axes.grid(visible=False, axis="y")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("")
    axes.xaxis.set_major_formatter(lambda value, _: number_text(scale.clean(value)))
    if scale.log:
        axes.xaxis.set_minor_formatter(lambda value, _: "")
    else:
        axes.locator_params(axis="x", nbins=7)
    set_title(axes, part_title(part))
    return axes


def numbers_of(part: PartVerdict) -> list[float]:
    """Return the number of each seed: ±∞ where it is infinite, NaN where there is none."""
    infinite = {**dict.fromkeys(part.above, math.inf), **dict.fromkeys(part.below, -math.inf)}
    return [infinite.get(seed, math.nan) if value is None else value for seed, value in enumerate(part.effects)]


def _places(effects: Sequence[float]) -> list[tuple[float, float]]:
    """Return height and number of each seed that is drawn, the first one on top."""
    step = max(1, math.ceil(len(effects) / MOST_SEEDS))
    drawn = list(effects)[::step]
    if len(drawn) == 1:
        return [(0.0, drawn[0])]
    return [(REACH * (1 - 2 * at / (len(drawn) - 1)), value) for at, value in enumerate(drawn)]


def part_title(part: PartVerdict) -> str:
    """Return what stands above the strip of a part: its name, its word, effect and bounds."""
    found = "no number" if estimate_text(part) == NOTHING else effect_text(part)
    return f"{part.name.replace('_', ' ')}: {part.word}, {found}; wanted {bounds_text(part)}"


def part_words(part: PartVerdict) -> str:
    """Return what the strip of a part shows, for readers who do not see it."""
    lost = sum(map(math.isnan, numbers_of(part)))
    gone = f", {lost} of them without a number" if lost else ""
    infinite = infinite_text(part) and f", {infinite_text(part)}"
    what = "computed once" if is_computed(part) and part.seeds == 1 else f"{len(part.effects)} seeds{infinite}{gone}"
    return f"{part_title(part)}; {what}"


def claim_words_of(claim: ClaimVerdict) -> str:
    """Return what the figure shows, for readers who do not see it."""
    return f"{claim.label}: {claim.word}. {'. '.join(map(part_words, claim.parts))}."


def claim_picture(claim: ClaimVerdict, name: str, title: str) -> Picture:
    """Return the drawing of a claim as a picture of its own; on axes of one's own it is that of the first part.

    Args:
        claim: What came of it.
        name: What tells it from other figures.
        title: What it is called.
    """
    one = Picture(
        name, title, claim_words_of(claim), lambda axes: draw_claim_part(axes, claim.parts[0]), WIDTH, STRIP, MARGINS
    )
    if len(claim.parts) == 1:
        return one
    return Picture(name, title, one.words, one.draw, WIDTH, STRIP, MARGINS, compose=lambda: _composed(claim.parts))


def _composed(parts: Sequence[PartVerdict]) -> Figure:
    """Return a figure with one strip below the other."""
    from matplotlib.figure import Figure

    width, height = MARGINS.left + WIDTH + MARGINS.right, ROW * len(parts)
    with theme():
        figure = Figure(figsize=(width, height), facecolor="none")
        for at, part in enumerate(parts):
            bottom = height - ROW * (at + 1) + BELOW
            draw_claim_part(
                figure.add_axes((MARGINS.left / width, bottom / height, WIDTH / width, STRIP / height)), part
            )
    return figure


def caption(claim: ClaimVerdict) -> str:
    """Return how the figure is read, a sentence or two."""
    units = sorted({part.unit for part in claim.parts if part.unit})
    of = f" ({', '.join(units)})" if units else ""
    numbers = [number for part in claim.parts for number in numbers_of(part)]
    cross = " A cross at the left is a seed without a number." if any(map(math.isnan, numbers)) else ""
    cross += " A triangle at the edge is a seed whose number is infinite." if any(map(math.isinf, numbers)) else ""
    return (
        f"Each dot is one seed, the first on top; the bar is the interval, the tick its middle{of}. A part holds where its bar lies "
        f"within the shaded region.{cross}"
    )

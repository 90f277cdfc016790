"""Colours belong to names: a component has one colour and one line style in every figure and table of a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from benchsuite.analysis import Leaderboard

# Ten hues that stay apart on white and, in the second column, on black. The page swaps them by a CSS variable, so the
# figures follow the reader's scheme; a figure that is used elsewhere keeps the first.
COLOURS: tuple[tuple[str, str], ...] = (
    ("#2f6fbb", "#79b0f2"),
    ("#d9730d", "#f5a35c"),
    ("#2e8b57", "#6cc795"),
    ("#c8385a", "#f2809a"),
    ("#7b57c2", "#b39cf2"),
    ("#1296a6", "#5ccad8"),
    ("#8c6239", "#cba67c"),
    ("#c95aa0", "#f09fd0"),
    ("#8f7a00", "#d4bd4c"),
    ("#5d6876", "#a9b3c0"),
)
# The colours of text, of quiet text and of lines; the page swaps these too.
INK, MUTED, GRID = "#202124", "#6b6b6a", "#e3e1da"
Dash = tuple[float, ...]
DASHES: tuple[Dash, ...] = ((), (5.0, 2.0), (1.5, 1.5))
MARKERS: tuple[Literal["o", "s", "D"], ...] = ("o", "s", "D")


@dataclass(frozen=True, slots=True)
class Style:
    """How one component is drawn; ``index`` counts the components of a kind, ten hues per dash pattern."""

    index: int

    @property
    def hue(self) -> int:
        """The position of the colour in :data:`COLOURS`."""
        return self.index % len(COLOURS)

    @property
    def colour(self) -> str:
        """The colour on a light ground."""
        return COLOURS[self.hue][0]

    @property
    def dash(self) -> Dash:
        """The dash pattern in points; empty for a solid line."""
        return DASHES[self.index // len(COLOURS) % len(DASHES)]

    @property
    def marker(self) -> str:
        """The marker that goes with the dash pattern."""
        return MARKERS[self.index // len(COLOURS) % len(MARKERS)]


Styles = dict[tuple[str, str], Style]


def styles_of(boards: Iterable[Leaderboard]) -> Styles:
    """Give every (kind, name) its style: the names of a kind, sorted over the whole report, take the styles in turn.

    A name means another component in another kind, so each kind starts anew; that keeps up to thirty names apart.
    """
    names = {board.kind: sorted({row.name for row in board.rows}) for board in boards}
    return {(kind, name): Style(index) for kind, held in names.items() for index, name in enumerate(held)}


# Heat maps: colours to mix between, from low to high, on a light ground and on a dark one. Lightness only ever falls, or on
# the dark ground rises, so the order of the colours stays in print and for every kind of colour vision.
Ramp = tuple[str, ...]
SEQUENTIAL: tuple[Ramp, Ramp] = (
    ("#e6eeda", "#b5dabd", "#6dbcc0", "#3689b8", "#27569a", "#1b2560"),
    ("#22303c", "#23517c", "#2180a6", "#4bb3aa", "#a9d994", "#f3f2bd"),
)
# Blue below 0, orange above: the pair that most kinds of colour vision keep apart.
DIVERGING: tuple[Ramp, Ramp] = (
    ("#123f86", "#4f8bcb", "#a9c9e6", "#ece9e2", "#f3c396", "#d97b27", "#8a3d00"),
    ("#b4d4fb", "#5f9bdb", "#34567f", "#2b2d31", "#7d4f22", "#d5832f", "#fcd6a8"),
)


def mixed(ramp: Ramp, count: int) -> list[str]:
    """Return ``count`` colours, at least two, that divide a ramp evenly."""
    stops = [[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in ramp]
    colours = []
    for number in range(count):
        whole, part = divmod(number * (len(stops) - 1), count - 1)
        one, other = stops[whole], stops[min(whole + 1, len(stops) - 1)]
        colours.append(
            "#"
            + "".join(f"{round(a + (b - a) * part / (count - 1)):02x}" for a, b in zip(one, other, strict=True))
        )
    return colours

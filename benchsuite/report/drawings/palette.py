"""Colours belong to names: a component has one colour and one line style in every figure and table of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from benchsuite.analysis import Leaderboard
from benchsuite.outcomes import Outcome

# Ten hues that stay apart on white and, in the second column, on black. The page swaps them by a CSS variable, so the
# figures follow the reader's scheme; a figure that is used elsewhere keeps the first. Lightness differs as well as hue: with
# any of the three kinds of colour blindness two of them are at least 0.08 apart in OKLab, which tests/report/drawings holds.
COLOURS: tuple[tuple[str, str], ...] = (
    ("#0643b6", "#50a6fd"),
    ("#b25e07", "#c55e35"),
    ("#278563", "#379284"),
    ("#ef5cab", "#f9a8b7"),
    ("#924ee7", "#ab51e1"),
    ("#22a0d3", "#17def9"),
    ("#6a5000", "#b39f63"),
    ("#610074", "#f468c4"),
    ("#8f9c43", "#aad300"),
    ("#2a4147", "#e5e7d0"),
)
OUTCOME_COLOURS: Mapping[Outcome, str] = {
    Outcome.COMPLETED: "var(--good)",
    Outcome.PRUNED: "var(--s5)",
    Outcome.DIVERGED: "var(--bad)",
    Outcome.CRASHED: "var(--s4)",
    Outcome.TIMED_OUT: "var(--warn)",
    Outcome.OUT_OF_MEMORY: "var(--s7)",
    Outcome.UNSUPPORTED: "var(--strong)",
}
# The colours of text, of quiet text, of lines and of the ground; the page swaps these too.
INK, MUTED, GRID, PAPER = "#202124", "#6b6b6a", "#e3e1da", "#fdfdfb"
Dash = tuple[float, ...]
DASHES: tuple[Dash, ...] = (
    (),
    (5.0, 2.0),
    (1.5, 1.5),
    (7.0, 2.0, 1.5, 2.0),
    (9.0, 3.0),
    (3.5, 1.5, 1.0, 1.5, 1.0, 1.5),
)
MARKERS: tuple[Literal["o", "s", "D", "^", "v", "P"], ...] = ("o", "s", "D", "^", "v", "P")


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

    A name means another component in another kind, so each kind starts anew; that keeps up to sixty names apart.
    """
    names: dict[str, set[str]] = {}
    for board in boards:  # a kind has several where baselines were changed
        names.setdefault(board.kind, set()).update(row.name for row in board.rows)
    return {(kind, name): Style(index) for kind, held in names.items() for index, name in enumerate(sorted(held))}


# Heat maps: colours to mix between, from low to high, on a light ground and on a dark one. Lightness only ever falls, or on
# the dark ground rises, so the order of the colours stays in print and for every kind of colour vision.
Ramp = tuple[str, ...]
SEQUENTIAL: tuple[Ramp, Ramp] = (
    ("#e6eeda", "#abcfb3", "#58a7ab", "#1d79a7", "#134b8d", "#1a245f"),
    ("#22303c", "#1f4e79", "#007095", "#2a9890", "#99c884", "#f2f1bc"),
)
# Blue below 0, orange above: the pair that most kinds of colour vision keep apart.
DIVERGING: tuple[Ramp, Ramp] = (
    ("#0d3d84", "#417fbe", "#9fbfdc", "#e2dfd7", "#e1b386", "#be640b", "#6b2e00"),
    ("#c1ddff", "#3f80be", "#2f527a", "#2a2c30", "#724619", "#b66912", "#fad4a6"),
)


def mixed(ramp: Ramp, count: int) -> list[str]:
    """Return ``count`` colours, at least two, that divide a ramp evenly."""
    stops = [[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in ramp]
    colours = []
    for number in range(count):
        whole, part = divmod(number * (len(stops) - 1), count - 1)
        one, other = stops[whole], stops[min(whole + 1, len(stops) - 1)]
        colours.append(
            "#" + "".join(f"{round(a + (b - a) * part / (count - 1)):02x}" for a, b in zip(one, other, strict=True))
        )
    return colours


SEQUENTIAL_LEVELS, DIVERGING_LEVELS = 20, 21
"""Colours of a sequential and of a diverging scale; the second is odd, so that one of its levels lies around 0."""


def variables(*, dark: bool = False) -> dict[str, str]:
    """Return the colours that a page swaps with its scheme: name of the CSS variable → colour.

    ``s0`` … are the hues of components, ``h0`` … the levels of a sequential scale, ``d0`` … those of a diverging one.

    Args:
        dark: Whether the ground is dark.
    """
    side = 1 if dark else 0
    hues = {f"s{number}": pair[side] for number, pair in enumerate(COLOURS)}
    levels = {f"h{number}": colour for number, colour in enumerate(mixed(SEQUENTIAL[side], SEQUENTIAL_LEVELS))}
    return {**hues, **levels, **{f"d{n}": colour for n, colour in enumerate(mixed(DIVERGING[side], DIVERGING_LEVELS))}}

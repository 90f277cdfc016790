"""Colour scales of heat maps: one for each measure, shared by all recipes of a task, cut into levels that CSS colours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["log", "share", "diverging"]

SEQUENTIAL_LEVELS = 20
DIVERGING_LEVELS = 21
"""Odd, so that one level lies around 0."""
ZERO = "hz"
"""The class of a zero on a logarithmic scale, which has no place for it."""
LEAST_FACTOR = 2.0
"""Between the ends of a logarithmic scale: less would paint next to nothing in full contrast."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What value has what colour.

    Args:
        kind: ``log`` for norms and deviations, ``share`` from 0 to 1, ``diverging`` with 0 in the middle.
        low: The value of the first colour.
        high: The value of the last colour. On a logarithmic scale both are 0 if no value is above 0.
        below: Whether a value lies below ``low``; it has the first colour.
        above: Whether a value lies above ``high``; it has the last colour.
        zeros: Whether a logarithmic scale must show zeros.
    """

    kind: Kind
    low: float
    high: float
    below: bool = False
    above: bool = False
    zeros: bool = False

    @property
    def levels(self) -> tuple[str, ...]:
        """The classes of all colours, from low to high."""
        if self.kind == "diverging":
            return tuple(f"d{level}" for level in range(DIVERGING_LEVELS))
        return tuple(f"h{level}" for level in range(SEQUENTIAL_LEVELS))

    @property
    def middle(self) -> float:
        """The value in the middle of the colours."""
        if self.kind == "log":
            return math.sqrt(self.low) * math.sqrt(self.high)
        return (self.low + self.high) / 2

    def colour(self, value: float | None) -> str | None:
        """Return the class of a value's colour; ``None`` where there is no value."""
        if value is None:
            return None
        if self.kind == "log" and value <= 0:
            return ZERO
        levels = self.levels
        return levels[min(int(self._share(value) * len(levels)), len(levels) - 1)]

    def is_strong(self, value: float | None) -> bool:
        """Say whether a value's colour is nearer to that of the text than to that of the page."""
        if value is None or (self.kind == "log" and value <= 0):
            return False
        share = self._share(value)
        return abs(share - 0.5) > 0.3 if self.kind == "diverging" else share > 0.5

    def _share(self, value: float) -> float:
        """Return where a value lies between low, 0, and high, 1."""
        low, high = self.low, self.high
        if self.kind == "log":
            low, high, value = math.log(low), math.log(high), math.log(value)
        if low == high:
            return 0.5
        return min(max((value - low) / (high - low), 0.0), 1.0)


def scale_of(kind: Kind, values: Iterable[float], beyond: Iterable[float] = ()) -> Scale:
    """Return the scale that spans ``values``; a share's is always 0 to 1.

    Args:
        kind: Of the scale.
        values: What the scale spans.
        beyond: What is shown as well, but must not press all other values into one colour.
    """
    values, beyond = list(values), list(beyond)
    shown = [*values, *beyond]
    if kind == "share":
        return Scale(kind, 0.0, 1.0)
    if kind == "diverging":
        high = max(map(abs, values or beyond), default=0.0)
        return Scale(
            kind, -high, high, below=min(shown, default=0.0) < -high, above=max(shown, default=0.0) > high
        )
    positive = [value for value in values if value > 0] or [value for value in beyond if value > 0]
    zeros = any(value <= 0 for value in shown)
    if not positive:
        return Scale(kind, 0.0, 0.0, zeros=zeros)
    low, high = min(positive), max(positive)
    if high / low < LEAST_FACTOR:
        middle, half = math.sqrt(low) * math.sqrt(high), math.sqrt(LEAST_FACTOR)
        low, high = middle / half, middle * half
    return Scale(
        kind, low, high, below=any(0 < value < low for value in shown), above=max(shown) > high, zeros=zeros
    )

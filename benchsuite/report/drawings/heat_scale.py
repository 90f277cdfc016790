"""Colour scales of heat maps: one for each measure, shared by all recipes of a task, cut into levels that CSS colours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from benchsuite.report.drawings.palette import DIVERGING_LEVELS, SEQUENTIAL_LEVELS

Kind = Literal["log", "share", "diverging"]

_SEQUENTIAL = tuple(f"h{level}" for level in range(SEQUENTIAL_LEVELS))
_DIVERGING = tuple(f"d{level}" for level in range(DIVERGING_LEVELS))
ZERO = "hz"
"""The class of a zero on a logarithmic scale, which has no place for it."""
STRONG = 4
"""So many levels at either end of a diverging scale are too strong for text in its usual colour."""
LEAST_FACTOR = 2.0
"""Between the ends of a logarithmic scale: less would paint next to nothing in full contrast."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What value has what colour.

    Args:
        kind: ``log`` for norms and deviations, ``share`` from 0 to 1, ``diverging`` with 0 in the middle and
            colours by the square root.
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
        return _DIVERGING if self.kind == "diverging" else _SEQUENTIAL

    def colour(self, value: float | None) -> str | None:
        """Return the class of a value's colour; ``None`` where there is no value."""
        if value is None:
            return None
        return ZERO if self._is_zero(value) else self.levels[self._level(value)]

    def is_strong(self, value: float | None) -> bool:
        """Say whether text on a value's colour must have the colour of the page to be read."""
        if value is None or self._is_zero(value):
            return False
        level, last = self._level(value), len(self.levels) - 1
        return min(level, last - level) < STRONG if self.kind == "diverging" else level > last / 2

    def _is_zero(self, value: float) -> bool:
        return self.kind == "log" and value <= 0

    def _level(self, value: float) -> int:
        return min(int(self._share(value) * len(self.levels)), len(self.levels) - 1)

    def _share(self, value: float) -> float:
        """Return where a value lies between low, 0, and high, 1."""
        low, high = self.low, self.high
        if self.kind == "log":
            low, high, value = math.log(low), math.log(high), math.log(value)
        if low == high:
            return 0.5
        if self.kind == "diverging":
            # By the square root: one recipe with large means leaves the others some colour.
            return (1 + math.copysign(math.sqrt(min(abs(value) / high, 1.0)), value)) / 2
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
        high = max(map(abs, values), default=0.0) or max(map(abs, beyond), default=0.0)
        return Scale(kind, -high, high, below=min(shown, default=0.0) < -high, above=max(shown, default=0.0) > high)
    positive = [value for value in values if value > 0] or [value for value in beyond if value > 0]
    zeros = any(value <= 0 for value in shown)
    if not positive:
        return Scale(kind, 0.0, 0.0, zeros=zeros)
    low, high = min(positive), max(positive)
    if high / low < LEAST_FACTOR:
        middle, half = math.sqrt(low) * math.sqrt(high), math.sqrt(LEAST_FACTOR)
        low, high = middle / half, middle * half
    return Scale(kind, low, high, below=any(0 < value < low for value in shown), above=max(shown) > high, zeros=zeros)

"""Curves in letters: a line of blocks, or an area several lines high, for what is watched live."""

from __future__ import annotations

import math
from collections.abc import Sequence

FINE = "▁▂▃▄▅▆▇█"
PLAIN = "._-=+*#@"
"""For terminals that know no blocks."""


def spark(values: Sequence[float], low: float, high: float, width: int, letters: str = FINE) -> str:
    """Return values as one line of letters; of more than fit the last of each stretch, of what is not finite a blank.

    Args:
        values: In order.
        low: The value of the lowest letter.
        high: Of the highest.
        width: Letters at most.
        letters: From low to high.
    """
    return "".join(
        " " if not math.isfinite(value) else letters[_level(value, low, high, len(letters))]
        for value in thinned(values, width)
    )


def area(values: Sequence[float], low: float, high: float, width: int, height: int, letters: str = FINE) -> list[str]:
    """Return values as an area of several lines, the highest first.

    Args:
        values: In order.
        low: The value below the lowest line.
        high: Of the top.
        width: Letters of a line at most.
        height: Lines.
        letters: From low to high; the last one fills.
    """
    shown = thinned(values, width)
    steps = [0 if not math.isfinite(value) else 1 + _level(value, low, high, height * len(letters)) for value in shown]
    lines = []
    for row in reversed(range(height)):
        parts = [min(max(step - row * len(letters), 0), len(letters)) for step in steps]
        lines.append("".join(letters[part - 1] if part else " " for part in parts))
    return lines


def thinned(values: Sequence[float], width: int) -> list[float]:
    """Return so many values at most: the last of each of equal stretches."""
    count = len(values)
    if count <= width:
        return list(values)
    return [values[(place + 1) * count // width - 1] for place in range(width)]


def _level(value: float, low: float, high: float, levels: int) -> int:
    share = (value - low) / (high - low) if high > low else 1.0
    return min(max(int(share * levels), 0), levels - 1)

"""What the cells of a table sort by, as the page has it: no more than its text does not say already."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)


def sort_key(order: float | None, text: str, falls: bool | None = None) -> str | None:
    """Return what a script sorts a cell by: ``None`` if that is what it shows, or if its column has texts.

    Empty stands for a missing value, and infinity for a trial that failed.

    Args:
        order: That the cell sorts by where the best come first.
        text: What it shows.
        falls: Whether the numbers of its column fall where what it sorts by rises, see :func:`falling`.
    """
    if order is None:
        return None
    if order != order:
        return ""
    value = -float(order) if falls else float(order)
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return None if _NUMBER.fullmatch(text) and float(text) == value else f"{value + 0.0:.15g}"


def falling(cells: Iterable[tuple[float | None, str]]) -> bool | None:
    """Return whether the numbers that a column shows fall where what it sorts by rises; ``None`` if it sorts by texts.

    Args:
        cells: What each sorts by, and what it shows.
    """
    numeric, against = False, 0
    for order, text in cells:
        if order is None:
            continue
        numeric = True
        shown = _NUMBER.match(text.replace("−", "-").replace(",", ""))
        if shown and math.isfinite(order) and order and (value := float(shown[0])):
            against += 1 if (value > 0) != (order > 0) else -1
    return against > 0 if numeric else None

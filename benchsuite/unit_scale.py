"""Spaces as stretches from 0 to 1, on their own scale: what tuners search, and how its places become values."""

from __future__ import annotations

import math

from benchsuite.errors import BenchsuiteError
from benchsuite.spaces import Choice, Integer, LogUniform, OneMinusLogUniform, Space, Uniform, Value

DIGITS = 6
"""A value that a tuner finds is written with so many digits: nobody could read more, and no trial tells them apart."""


def is_searched(space: Space) -> bool:
    """Say whether a tuner has anything to choose in a space: not in a constant, the id of a trial, or a single option."""
    return isinstance(space, Uniform | LogUniform | OneMinusLogUniform | Integer) or (levels(space) or 1) > 1


def levels(space: Space) -> int | None:
    """Return how many values a space has; ``None`` where it has a continuum, or none that can be searched."""
    if isinstance(space, Choice):
        return len(space.options)
    return space.high - space.low + 1 if isinstance(space, Integer) else None


def value_at(space: Space, place: float) -> Value:
    """Return the value at a place of a space: of a continuum on its own scale, else of equal shares in order.

    Args:
        space: One that is searched.
        place: From 0 (the low end, or the first option) to 1 (the high end, or the last option).
    """
    if isinstance(space, Choice | Integer):
        count = levels(space) or 1
        number = min(int(place * count), count - 1)
        return space.options[number] if isinstance(space, Choice) else space.low + number
    if isinstance(space, LogUniform):
        value = float(f"{math.exp(_between(math.log(space.low), math.log(space.high), place)):.{DIGITS}g}")
    elif isinstance(space, OneMinusLogUniform):
        distance = math.exp(_between(math.log(1 - space.low), math.log(1 - space.high), place))
        value = round(1 - distance, DIGITS - 1 - math.floor(math.log10(distance)))
    elif isinstance(space, Uniform):
        width = space.high - space.low
        value = round(_between(space.low, space.high, place), DIGITS - 1 - math.floor(math.log10(width)))
    else:
        raise BenchsuiteError(f"a tuner cannot search {type(space).__name__}: {space.describe()}.")
    return min(max(value, space.low), space.high)


def place_of(space: Space, value: Value) -> float:
    """Return the place of a value; the middle of its share where there is no continuum, the nearest end for one outside.

    Args:
        space: One that is searched.
        value: One of its values; the 0 that switches off what has a logarithmic scale stands at the low end.
    """
    if isinstance(space, Choice):
        return (space.options.index(space.checked(value, "the value")) + 0.5) / len(space.options)
    assert isinstance(value, int | float)
    if isinstance(space, Integer):
        return min(max((value - space.low + 0.5) / (levels(space) or 1), 0.0), 1.0)
    if isinstance(space, LogUniform):
        if value <= space.low:
            return 0.0
        place = math.log(value / space.low) / math.log(space.high / space.low)
    elif isinstance(space, OneMinusLogUniform):
        if value >= space.high:
            return 1.0
        place = math.log((1 - value) / (1 - space.low)) / math.log((1 - space.high) / (1 - space.low))
    elif isinstance(space, Uniform):
        place = (value - space.low) / (space.high - space.low)
    else:
        raise BenchsuiteError(f"a tuner cannot search {type(space).__name__}: {space.describe()}.")
    return min(max(place, 0.0), 1.0)


def linear_place(space: Space, share: float) -> float:
    """Return the place of the value that lies a share of the way from the low end to the high one, as on a linear scale."""
    if isinstance(space, LogUniform | OneMinusLogUniform):
        return place_of(space, _between(space.low, space.high, share))
    return share


def _between(low: float, high: float, share: float) -> float:
    return low * (1 - share) + high * share

"""Where a search begins and how far it may go: part of the declared range around the default, widened up to its ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from benchsuite.components import Dimension
from benchsuite.spaces import LogUniform, OneMinusLogUniform, Space, Value
from benchsuite.tuning.search_space import SearchSpace

AROUND = 1.5
"""Decades on either side of the default in which a search of a logarithmic scale begins."""
AROUND_ONE_MINUS = 1.0
"""The same for what has its logarithmic scale below 1, such as a momentum."""
WIDER = 1.0
"""Decades by which a range is widened at once."""
MOST_WIDENINGS = 2
"""Of one end of one range in a search."""
SIDES = ("low", "high")
DIGITS = 6


def beginning(space: SearchSpace, centre: Mapping[str, Value]) -> SearchSpace:
    """Return the space in which a search begins: of logarithmic scales some decades around the default, of others all.

    Args:
        space: What the components declare: no search leaves it.
        centre: Name → value of the default setting.
    """
    return SearchSpace(tuple(Dimension(one.name, _around(one.space, centre[one.name])) for one in space.dimensions))


def further(space: Space, limit: Space, side: str) -> tuple[float, float] | None:
    """Return the ends of a range that is widened on one side; ``None`` where it cannot be.

    Args:
        space: The range.
        limit: The declared one.
        side: ``low`` or ``high``.
    """
    if isinstance(space, LogUniform) and isinstance(limit, LogUniform):
        low = max(limit.low, _short(space.low / 10**WIDER)) if side == "low" else space.low
        high = min(limit.high, _short(space.high * 10**WIDER)) if side == "high" else space.high
    elif isinstance(space, OneMinusLogUniform) and isinstance(limit, OneMinusLogUniform):
        low = max(limit.low, _below_one((1 - space.low) * 10**WIDER)) if side == "low" else space.low
        high = min(limit.high, _below_one((1 - space.high) / 10**WIDER)) if side == "high" else space.high
    else:
        return None
    return None if (low, high) == (space.low, space.high) else (low, high)


def ends(space: SearchSpace) -> dict[str, tuple[float, float]]:
    """Return name → low and high, of the dimensions that are a continuum."""
    found = {}
    for one in space.dimensions:
        if one.levels is None:
            low, high = one.value(0.0), one.value(1.0)
            assert isinstance(low, float)
            assert isinstance(high, float)
            found[one.name] = low, high
    return found


def _around(space: Space, centre: Value) -> Space:
    if not isinstance(centre, int | float) or not space.contains(centre):
        return space
    if isinstance(space, LogUniform) and centre > 0:
        factor = 10**AROUND
        low, high = max(space.low, _short(centre / factor)), min(space.high, _short(centre * factor))
        return replace(space, low=min(low, centre), high=max(high, centre), default=centre)
    if isinstance(space, OneMinusLogUniform):
        factor, distance = 10**AROUND_ONE_MINUS, 1 - centre
        low, high = max(space.low, _below_one(distance * factor)), min(space.high, _below_one(distance / factor))
        return replace(space, low=min(low, centre), high=max(high, centre), default=centre)
    return space


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _below_one(distance: float) -> float:
    return float(f"{1 - float(f'{distance:.3g}'):.12g}")

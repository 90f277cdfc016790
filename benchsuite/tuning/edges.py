"""Optima at an edge: whether the best setting lies at the end of what was tried, and what to try because of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from benchsuite.components import Dimension
from benchsuite.spaces import Value
from benchsuite.tuning.ranges import SIDES, further
from benchsuite.tuning.search_space import SearchSpace

NEAR = 0.25
"""The share of a range, on its own scale, that is near its end: what is best there, with nothing tried further out, is worth
a look beyond."""
AT = 0.1
"""The share that is the end itself: where the search ended so, its optimum is flagged."""
TELLS = 0.3
"""Of the order of the settings a dimension explains so much, or it has no edge. Ten settings of which it explains nothing give
0.2 on average."""


def edges(
    space: SearchSpace,
    tried: Sequence[Mapping[str, Value]],
    scores: Sequence[float | None],
    best: int,
    share: float = AT,
) -> dict[str, str]:
    """Return name → ``low`` or ``high``, where a setting lies near that end and no other one lies further out.

    A setting further out that failed counts: then the optimum is no edge. And of what hardly matters the best of a few
    settings lies at some end by chance: a dimension counts that explains :data:`TELLS` of the order of the settings.

    Args:
        space: What was searched.
        tried: All settings.
        scores: Theirs.
        best: Place of the one that is asked about.
        share: How near.
    """
    found = {}
    for one in space.dimensions:
        if one.levels is not None:
            continue
        places = [one.place(values[one.name]) for values in tried]
        mine = places[best]
        if len(set(places)) < 2:
            continue
        low, high = mine <= share and mine == min(places), mine >= 1 - share and mine == max(places)
        if (low or high) and weight(one, tried, scores) >= TELLS:
            found[one.name] = "low" if low else "high"
    return found


def weight(dimension: Dimension, tried: Sequence[Mapping[str, Value]], scores: Sequence[float | None]) -> float:
    """Return how much of the order of the settings a parabola of one dimension explains, from 0 to 1.

    Args:
        dimension: The dimension.
        tried: All settings.
        scores: Theirs; a failure is worse than any number.
    """
    places = np.array([dimension.place(values[dimension.name]) for values in tried])
    ranks = _ranks([-math.inf if score is None else score for score in scores])
    spread = ranks - ranks.mean()
    if len(places) < 3 or not spread.any() or np.ptp(places) == 0:
        return 0.0
    terms = np.stack([np.ones_like(places), places, places**2], axis=1)
    fitted = terms @ np.linalg.lstsq(terms, ranks, rcond=None)[0]
    return float(max(0.0, 1 - ((ranks - fitted) ** 2).sum() / (spread**2).sum()))


def pair(
    space: SearchSpace,
    limits: SearchSpace,
    tried: Sequence[Mapping[str, Value]],
    scores: Sequence[float | None],
    best: int,
    worn: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[list[dict[str, Value]], tuple[str, str, tuple[float, float]] | None]:
    """Return the two settings that a reserved pair tries, and which range it looks beyond, if one.

    Both are the best setting with another value in one dimension: of those at whose edge the best lies and that can be
    widened, else of all, the one that explains most of the scores. Beyond an edge they are half way to the wider end, and
    that end; else half way to the neighbours that were tried, or to the ends of the range.

    Args:
        space: The ranges as they are now.
        limits: The declared ones.
        tried: All settings.
        scores: Theirs.
        best: Place of the best.
        worn: Name and side of ranges that were widened as often as may be.
    """
    smooth = [one for one in space.dimensions if one.levels is None]
    if not smooth:
        return [], None
    limit = {one.name: one.space for one in limits.dimensions}
    at = edges(space, tried, scores, best, NEAR)
    wider = {}
    for one in smooth:
        side = at.get(one.name, "")
        ends = further(one.space, limit[one.name], side) if side and (one.name, side) not in worn else None
        if ends is not None:
            wider[one.name] = side, ends
    candidates = [one for one in smooth if one.name in wider] or smooth
    moved = max(candidates, key=lambda one: weight(one, tried, scores))
    if moved.name in wider:
        side, ends = wider[moved.name]
        (beyond,) = (one for one in space.widened({moved.name: ends}).dimensions if one.name == moved.name)
        edge = beyond.place(moved.value(float(SIDES.index(side))))
        last = float(SIDES.index(side))
        values = [beyond.value((edge + last) / 2), beyond.value(last)]
        return [{**tried[best], moved.name: value} for value in values], (moved.name, side, ends)
    # Neighbours may lie beyond the range, where an earlier pair looked: on the declared scale all have a place.
    (scale,) = (one for one in limits.dimensions if one.name == moved.name)
    places = {scale.place(values[moved.name]) for values in tried}
    mine = scale.place(tried[best][moved.name])
    low, high = (scale.place(moved.value(end)) for end in (0.0, 1.0))
    below = max((place for place in places if place < mine), default=min(low, mine))
    above = min((place for place in places if place > mine), default=max(high, mine))
    values = [scale.value((mine + other) / 2) for other in (below, above)]
    return [{**tried[best], moved.name: value} for value in values], None


def _ranks(scores: Sequence[float]) -> np.ndarray:
    """Return the ranks of scores from 0, equal ones their mean."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    first = np.cumsum(counts) - counts
    return np.asarray((first + (counts - 1) / 2)[inverse])

"""Which of the tried settings is chosen: one declared rule, on validation numbers alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchsuite.searches import Tried
from benchsuite.spaces import Value
from benchsuite.tuning.search_space import SearchSpace

RULE = (
    "best validation value of the primary measure where training ended, mean over tuning seeds and folds; settings of which a "
    "trial failed or was stopped are never chosen; of equals the one nearest to the default, then the one proposed first"
)


def mean_score(scores: Sequence[float | None]) -> float | None:
    """Return the mean of a setting's scores; ``None`` where one failed, or there is none."""
    known = [score for score in scores if score is not None and math.isfinite(score)]
    return math.fsum(known) / len(known) if known and len(known) == len(scores) else None


def choose(tried: Sequence[Tried], space: SearchSpace) -> int | None:
    """Return the place of the chosen setting by :data:`RULE`; ``None`` if none can be.

    Args:
        tried: In order of proposal, the default first.
        space: What is searched, for the distance to the default: the largest over the dimensions, each on its own scale.
    """
    ranked = [
        (-one.score, _distance(one.values, tried[0].values, space), place)
        for place, one in enumerate(tried)
        if one.score is not None and one.stop is None
    ]
    return min(ranked)[2] if ranked else None


def _distance(values: Mapping[str, Value], default: Mapping[str, Value], space: SearchSpace) -> float:
    """Return how far a setting lies from the default, from 0 to 1."""
    there, here = space.point(values), space.point(default)
    return max((abs(one - other) for one, other in zip(there, here, strict=True)), default=0.0)

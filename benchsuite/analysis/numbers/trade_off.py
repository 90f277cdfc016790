"""Quality against what it costs: which rows nobody beats in everything at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def pareto_front(points: ArrayLike) -> NDArray[np.bool_]:
    """Return which points no other point beats: at least as good in everything and better in something.

    Equal points are on the front together. A point with a missing number is not, and beats none: it cannot be compared.

    Args:
        points: ``[rows, objectives]``, larger is better in each: costs with a minus. −∞ failed.
    """
    given = np.asarray(points, dtype=np.float64)
    whole = ~np.isnan(given).any(axis=1)
    found = np.zeros(len(given), dtype=bool)
    for place in np.flatnonzero(whole):
        others = given[whole]
        beaten = (others >= given[place]).all(axis=1) & (others > given[place]).any(axis=1)
        found[place] = not beaten.any()
    return found

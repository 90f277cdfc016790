"""Scores between two stated points: 0 is a network that was not trained, 1 the best that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def normalized(
    values: ArrayLike, floor: ArrayLike, reference: ArrayLike, *, logarithmic: bool = False
) -> NDArray[np.float64]:
    """Return (value − floor) / (reference − floor): 0 at the floor, 1 at the reference, more beyond it; failed stays −∞.

    Args:
        values: ``[…, tasks, runs]``, larger is better.
        floor: ``[tasks]``: what an untrained network has.
        reference: ``[tasks]``: the best that is known. A task whose reference is no better than its floor gives NaN, since
            it has no scale.
        logarithmic: Of losses that fall through powers of ten: the same of −log₁₀ of the loss. Values, floor and reference
            are losses with a minus then; a loss of 0 is beyond any number and gives +∞.
    """
    given, low, high = (np.asarray(one, dtype=np.float64) for one in (values, floor, reference))
    if logarithmic:
        with np.errstate(divide="ignore", invalid="ignore"):
            given, low, high = (-np.log10(-one) for one in (given, low, high))
    way = np.where((high > low) & np.isfinite(high - low), high - low, np.nan)[..., None]
    return np.asarray((given - low[..., None]) / way)

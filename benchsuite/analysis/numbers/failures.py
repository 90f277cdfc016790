"""What share of runs fails, and how far apart training and test part end."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@lru_cache(maxsize=4096)
def failure_interval(failed: int, runs: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of Clopper and Pearson for a share: 3 runs without a failure may still fail 7 times in 10.

    Args:
        failed: How many of the runs.
        runs: How many; with none the share is anywhere from 0 to 1.
        confidence: The least confidence.
    """
    from scipy import stats

    if not runs:
        return 0.0, 1.0
    found = stats.binomtest(failed, runs).proportion_ci(confidence, method="exact")
    return float(found.low), float(found.high)


def generalization_gap(train: ArrayLike, test: ArrayLike) -> NDArray[np.float64]:
    """Return by how much a measure is better on the training part than on the test part, run by run.

    NaN where either is missing or the run failed: what has no value has no gap.

    Args:
        train: ``[…]``, larger is better.
        test: ``[…]``, the same measure.
    """
    one, other = (np.asarray(values, dtype=np.float64) for values in (train, test))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isfinite(one) & np.isfinite(other), one - other, np.nan))

"""The split of variance over components and seeds: what the method makes, what the seed makes, and what both make together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """Shares of the variance of one trial's value; they sum to 1, and are NaN where nothing varies or nothing can be said.

    Args:
        component: What differs between the components, whatever the seed: what a comparison looks for.
        seed: What a seed does to all components alike: it cancels where they share their seeds.
        interaction: What is left: what this seed does to this component.
        rows: Components that it was estimated from.
    """

    component: float
    seed: float
    interaction: float
    rows: int


def variance_shares(values: NDArray[np.float64]) -> VarianceShares:
    """Return the shares σ²_c, σ²_s and σ²_cs of y_cs = μ + c + s + cs over σ²_c + σ²_s + σ²_cs.

    Both are random and crossed, each cell has one trial: with mean squares M over C components and S seeds, σ²_cs = M_cs,
    σ²_c = max(0, (M_c − M_cs) / S) and σ²_s = max(0, (M_s − M_cs) / C) (Searle, Casella and McCulloch 1992).

    A component of which some seed failed, or is not there, has no mean: it is left out, and ``rows`` says how many are left.

    Args:
        values: ``[components, seeds]``: larger is better, −∞ failed, NaN not there.
    """
    whole = values[np.isfinite(values).all(axis=1)]
    rows, seeds = whole.shape
    if rows < 2 or seeds < 2:
        return VarianceShares(math.nan, math.nan, math.nan, rows)
    mean = whole.mean()
    of_rows, of_seeds = whole.mean(axis=1) - mean, whole.mean(axis=0) - mean
    left = whole - mean - of_rows[:, None] - of_seeds[None, :]
    both = float((left**2).sum()) / ((rows - 1) * (seeds - 1))
    component = max(0.0, (seeds * float((of_rows**2).sum()) / (rows - 1) - both) / seeds)
    seed = max(0.0, (rows * float((of_seeds**2).sum()) / (seeds - 1) - both) / rows)
    total = component + seed + both
    if total <= 1e-24 * max(1.0, mean**2):  # rounding of equal values
        return VarianceShares(math.nan, math.nan, math.nan, rows)
    return VarianceShares(component / total, seed / total, both / total, rows)

"""Equal differences: kept equal through the rounding of a subtraction, and spread over the step that they stand for.

Accuracies on 359 examples move in steps of 1/359. Their differences are whole steps, and many are equal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAME_DIGITS = 4 * float(np.finfo(np.float64).eps)
"""Two differences are equal if they are so close, relative to the values that were subtracted: the rounding of that."""


def rounding(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much a − b may be wrong in its last digits; 0 where one is infinite."""
    larger = np.maximum(np.abs(a), np.abs(b))
    return np.asarray(SAME_DIGITS * np.where(np.isfinite(larger), larger, 0.0), dtype=np.float64)


def equal_sizes(differences: NDArray[np.float64], slack: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give differences of one size but for rounding the very same size.

    351/359 − 350/359 and 341/359 − 340/359 are one example each, and differ in the last digit as computed.

    Args:
        differences: Of the pairs (n).
        slack: By how much each of them may be wrong (n).
    """
    sizes = np.abs(differences)
    order = np.argsort(sizes, kind="stable")
    starts = _starts(sizes[order], slack[order])
    same = np.empty_like(sizes)
    same[order] = sizes[order][starts][np.cumsum(starts) - 1]
    return np.asarray(np.where(differences == 0, 0.0, np.copysign(same, differences)), dtype=np.float64)


def spread(values: NDArray[np.float64], slack: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values in order, equal ones spread evenly over one step around them: v − u/2 to v + u/2.

    The step u is the smallest distance between two that are not equal. A value without an equal one stays what it is,
    and so do infinite ones. An order statistic of the result is what statisticians of grouped data take: a bound
    between two steps, where that many of the equal differences lie below it.

    Args:
        values: Differences (n).
        slack: By how much each of them may be wrong (n).
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = _starts(ordered, slack[order])
    group = np.cumsum(starts) - 1
    count = np.bincount(group)
    held = ordered[starts]
    steps = np.diff(held[np.isfinite(held)])
    if not len(steps) or len(held) == len(ordered):
        return ordered
    place = np.arange(len(ordered)) - np.flatnonzero(starts)[group]
    share = (place + 0.5) / count[group] - 0.5
    return np.asarray(held[group] + steps.min() * share, dtype=np.float64)


def _starts(ordered: NDArray[np.float64], slack: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of the ordered values differs from the one before it."""
    with np.errstate(invalid="ignore"):  # ∞ − ∞: equal
        apart = np.diff(ordered) > np.maximum(slack[1:], slack[:-1])
    return np.asarray(np.concatenate([[True], apart])[: len(ordered)], dtype=np.bool_)

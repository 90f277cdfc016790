"""Many targets at once: which share of all (run, target) pairs was reached within a budget, as COCO shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def targets_between(floor: float, reference: float, count: int, *, logarithmic: bool = False) -> NDArray[np.float64]:
    """Return targets that are equally far from each other on the way from the floor, left out, to the reference.

    Args:
        floor: What an untrained network has, larger is better.
        reference: The best that is known.
        count: How many.
        logarithmic: Equally far in the logarithm of a loss; floor and reference are losses with a minus.
    """
    if count < 1 or not reference > floor:
        raise BenchsuiteError(
            "targets lie between a floor and a better reference, and there is at least one. "
            f"Received: floor={floor!r}, reference={reference!r}, count={count!r}."
        )
    if logarithmic:
        return np.asarray(-np.geomspace(-floor, -reference, count + 1)[1:])
    return np.asarray(np.linspace(floor, reference, count + 1)[1:])


def times_to_targets(curves: ArrayLike, counted: ArrayLike, targets: ArrayLike) -> NDArray[np.float64]:
    """Return when each curve first reached each target, as ``[…, targets]``; +∞ where it never did, NaN where all is missing.

    Args:
        curves: ``[…, evaluations]``, larger is better; NaN where a value was not finite, which reaches nothing.
        counted: ``[evaluations]`` or ``[…, evaluations]``: steps, epochs or seconds done, growing.
        targets: ``[targets]``.
    """
    given = np.asarray(curves, dtype=np.float64)
    done = np.broadcast_to(np.asarray(counted, dtype=np.float64), given.shape)
    with np.errstate(invalid="ignore"):
        there = given[..., None, :] >= np.asarray(targets, dtype=np.float64)[:, None]
    found = np.where(there, done[..., None, :], np.inf).min(axis=-1, initial=np.inf)
    return np.where(np.isnan(given).all(axis=-1, keepdims=True), np.nan, found)


def share_reached(times: ArrayLike, budgets: ArrayLike) -> NDArray[np.float64]:
    """Return the share of pairs that were reached within each budget, as ``[rows, budgets]``.

    No run is restarted, as COCO does to runs that stopped: a pair that was not reached stays so.

    Args:
        times: ``[rows, …]``, over all pairs of a row; +∞ where not reached, NaN where the run is missing, which is left out.
        budgets: Steps, epochs, seconds; or parts of a task's budget if times are.
    """
    given = np.asarray(times, dtype=np.float64)
    flat = given.reshape(len(given), -1)
    there = (~np.isnan(flat)).sum(axis=1)
    ordered = np.sort(flat, axis=1)  # NaN last
    wanted = np.asarray(budgets, dtype=np.float64)
    within = np.array(
        [np.searchsorted(row[:count], wanted, side="right") for row, count in zip(ordered, there, strict=True)]
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(within.reshape(len(given), len(wanted)) / there[:, None])


def area_reached(times: ArrayLike, low: float, high: float) -> NDArray[np.float64]:
    """Return the mean of the share reached over budgets from low to high, equally in the logarithm of the budget: ``[rows]``.

    Exactly: the mean over pairs of how much of log(high / low) is left when a pair is reached.

    Args:
        times: ``[rows, …]``, as :func:`share_reached` takes them.
        low: The smallest budget, above 0.
        high: The largest, above it.
    """
    if not 0 < low < high:
        raise BenchsuiteError(f"budgets must grow from above 0. Received: low={low!r}, high={high!r}.")
    given = np.asarray(times, dtype=np.float64)
    flat = given.reshape(len(given), -1)
    there = ~np.isnan(flat)
    left = np.log(high / np.clip(np.where(there, flat, high), low, high)) / np.log(high / low)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(there, left, 0.0).sum(axis=1) / there.sum(axis=1))

"""How many times faster than a reference a curve gets to each level, and on which part of the way that holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class SpeedUp:
    """A curve against a reference.

    Args:
        parts: ``[levels]``: what part of the reference's way, from its first value to its best, is done.
        ratios: Time of the reference divided by that of the curve; 0 where only the reference got there, NaN where neither did.
        median: Over the levels.
        faster: The first and the last part between which every level is reached sooner, the longest such stretch; ``None``
            where there is none.
        reached: The part of the reference's way that the curve did within its budget; above 1 it went further.
    """

    parts: NDArray[np.float64]
    ratios: NDArray[np.float64]
    median: float
    faster: tuple[float, float] | None
    reached: float


def speed_up(
    curve: ArrayLike, counted: ArrayLike, reference: ArrayLike, reference_counted: ArrayLike, *, levels: int = 20
) -> SpeedUp:
    """Return the speed-up at equally far levels of the reference's way.

    Curves count as their best so far, straight between evaluations: otherwise two that are evaluated once an epoch
    would be equally fast or a whole epoch apart.

    Args:
        curve: ``[evaluations]``, larger is better; NaN where a value was not finite.
        counted: ``[evaluations]``: steps, epochs or seconds done, growing.
        reference: ``[evaluations of the reference]``.
        reference_counted: Of the reference.
        levels: How many levels, the last of which is the reference's best.
    """
    best, of_reference = (np.fmax.accumulate(np.asarray(one, dtype=np.float64)) for one in (curve, reference))
    first, last = (float(of_reference[0]), float(of_reference[-1])) if len(of_reference) else (np.nan, np.nan)
    parts = np.arange(1, levels + 1) / levels
    if not last > first:
        return SpeedUp(parts, np.full(levels, np.nan), float("nan"), None, float("nan"))
    wanted = first + parts * (last - first)
    wanted[-1] = last  # as it is, not as it is rounded
    mine = crossings(best, np.asarray(counted, dtype=np.float64), wanted)
    its = crossings(of_reference, np.asarray(reference_counted, dtype=np.float64), wanted)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(mine == its, 1.0, its / mine)
    ratios = np.where(np.isinf(mine), np.where(np.isinf(its), np.nan, 0.0), ratios)
    known = ratios[~np.isnan(ratios)]
    reached = (np.nanmax(best) - first) / (last - first) if (~np.isnan(best)).any() else np.nan
    middle = float(np.median(known)) if len(known) else float("nan")
    return SpeedUp(parts, ratios, middle, _longest(parts, ratios > 1), float(reached))


def crossings(
    best: NDArray[np.float64], counted: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return when a growing curve, straight between its points, first comes to each level; +∞ where it never does."""
    there = ~np.isnan(best)
    best, counted = best[there], counted[there]
    place = np.searchsorted(best, wanted, side="left")
    found = np.full(len(wanted), np.inf)
    for number, at in enumerate(place.tolist()):
        if at == 0 and len(best):
            found[number] = counted[0]
        elif at < len(best):
            part = (wanted[number] - best[at - 1]) / (best[at] - best[at - 1]) if np.isfinite(best[at]) else 1.0
            found[number] = counted[at - 1] + part * (counted[at] - counted[at - 1])
    return found


def _longest(parts: NDArray[np.float64], holds: NDArray[np.bool_]) -> tuple[float, float] | None:
    edges = np.diff(np.concatenate([[0], holds.astype(np.int64), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    if not len(starts):
        return None
    place = int(np.argmax(ends - starts))
    return float(parts[starts[place]]), float(parts[ends[place]])

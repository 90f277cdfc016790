"""Targets from curves: what the trials of tuned reference components reach, at the 10th, 50th and 90th percentile."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

VERSION = 1
"""Of the rule: raise it when the same curves give other targets."""
PERCENTILES = {"early": 10, "middle": 50, "late": 90}
"""Of what trials reach, oriented so that more is harder: nine trials of ten reach the early target, one of ten the late one."""
DIGITS = 10
"""A target is rounded to a step of at most this part of the distance to its nearest neighbour."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets of a task, easy ones first.

    Args:
        measure: The measure that they are values of, on the validation part.
        early: What nine trials of ten reach.
        middle: What half of them reach.
        late: What one of ten reaches.
    """

    measure: str
    early: float
    middle: float
    late: float

    @property
    def values(self) -> tuple[float, ...]:
        """Those that differ, from easy to hard: what ``targets`` of a task may be."""
        return tuple(dict.fromkeys((self.early, self.middle, self.late)))

    def to_json(self) -> dict[str, Any]:
        """Return what a certificate keeps."""
        return {
            "version": VERSION,
            "measure": self.measure,
            "early": self.early,
            "middle": self.middle,
            "late": self.late,
        }


def targets_of(measure: str, curves: Iterable[ArrayLike], direction: str) -> Targets | None:
    """Return the targets that curves give; ``None`` where no trial reaches anything.

    b_i is the best finite value of trial i after its first epoch and later: what it has before training is no merit of it. A
    target is the least value that p % of the b_i do not exceed, where larger is harder (Hyndman and Fan 1996, type 1): a value
    that some trial reached. It is rounded towards the easy side, to a step of 1, 0.1, 0.01 … that is a tenth of the distance to
    the nearest other target, or less: so no target lies beyond what is reached.

    Args:
        measure: Its name.
        curves: Of each trial that trained to its end, its value on the validation part before training and after each epoch;
            trials that failed are left out.
        direction: ``"max"`` where larger is better, else ``"min"``.
    """
    sign = 1.0 if direction == "max" else -1.0
    best = sorted(found for curve in curves if (found := _best(sign * np.asarray(curve, float))) is not None)
    if not best:
        return None
    raw = [best[max(0, math.ceil(percent / 100 * len(best)) - 1)] for percent in PERCENTILES.values()]
    early, middle, late = (_easier(value, raw) * sign for value in raw)
    return Targets(measure, early, middle, late)


def _best(curve: np.ndarray) -> float | None:
    found = curve[1:][np.isfinite(curve[1:])]
    return float(found.max()) if len(found) else None


def _easier(value: float, among: Sequence[float]) -> float:
    """Return a value rounded down to a step that keeps it apart from the others."""
    distances = [abs(value - other) for other in among if other != value] or [abs(value)]
    # A loss of 1e-9 beside one of 1e-4 keeps its digits as well.
    nearest = min([*distances, *([abs(value)] if value else [])])
    if not nearest:
        return value
    digits = -math.floor(math.log10(nearest / DIGITS))
    # First to more digits than a float has right: 0.83 must not become 0.82 for being 0.83 − 1e-17.
    scaled = round(value * 10.0**digits, 6)
    return round(math.floor(scaled) / 10.0**digits, max(digits, 0)) + 0.0

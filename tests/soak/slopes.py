"""How fast something grows, with an interval, from a series of samples that hang together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

BLOCKS = 16
"""A series is cut into so many parts of equal length; their means hang together hardly at all."""
CONFIDENCE = 0.95
DAY = 86_400.0


@dataclass(frozen=True)
class Slope:
    """Growth by the second, and the ends of its interval; those are infinite where nothing can be told."""

    value: float
    low: float
    high: float

    def a_day(self) -> str:
        """Return what it would come to in a day, in words."""
        return f"{self.value * DAY:+,.1f} ({self.low * DAY:+,.1f} … {self.high * DAY:+,.1f})"


def slope(seconds: Sequence[float], values: Sequence[float], blocks: int = BLOCKS) -> Slope:
    """Return the slope of a straight line through a series.

    Least squares through the means of equally many samples each, ȳ = a + b·t̄, with Student's interval b ± t·s_b on blocks − 2
    degrees of freedom. Samples of one process hang together over seconds: taken one by one, their interval would be far too short.

    Args:
        seconds: When.
        values: What was found.
        blocks: How many means; no more than there are samples.
    """
    parts = min(blocks, len(values))
    if parts < 3:
        return Slope(math.nan, -math.inf, math.inf)
    x = np.array([np.mean(part) for part in np.array_split(np.asarray(seconds, "float64"), parts)])
    y = np.array([np.mean(part) for part in np.array_split(np.asarray(values, "float64"), parts)])
    if np.ptp(y) == 0.0:  # a line without any error, of which none can be computed
        return Slope(0.0, 0.0, 0.0)
    found = stats.linregress(x, y)
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, parts - 2)) * float(found.stderr)
    return Slope(float(found.slope), float(found.slope) - reach, float(found.slope) + reach)

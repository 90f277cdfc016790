"""How a quantity changes along an axis: one slope for each seed, and what these say together.

The seeds are what was drawn independently; what one seed gave at two values of the axis may hang together (it orders the
examples alike). So each seed has a straight line of its own, by least squares over the values, and the slopes of the seeds are
compared with 0 as differences of pairs are: Wilcoxon's exact signed ranks, with Hodges and Lehmann's interval. Neither needs
equal spread along the axis, nor any shape of the chance but that it lies evenly around its middle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.difference import with_test_error
from benchsuite.analysis.inference.outcome import Values
from benchsuite.analysis.inference.paired import smallest_p_paired, wilcoxon
from benchsuite.analysis.inference.population import for_population
from benchsuite.analysis.inference.shift import paired_shift
from benchsuite.analysis.over_all import ALPHA
from benchsuite.errors import BenchsuiteError

Floats = NDArray[np.float64]
TrendWord = Literal["grows", "shrinks", "cannot tell"]
EVEN = 0.75
"""Gaps of logarithms count as evener than those of the values themselves below this share of their relative spread."""


@dataclass(frozen=True, slots=True)
class Trend:
    """How a quantity changes along an axis.

    Args:
        word: ``grows`` or ``shrinks`` where the slope is told from 0, else ``cannot tell``.
        slope: Change with each doubling of the axis, or with each 1 of it where it is not logarithmic; infinite where failed
            runs decide, NaN without a seed.
        low: Lower end of its interval.
        high: Upper end.
        p: Two-sided, of such slopes if there is no trend.
        smallest_p: The smallest that so many seeds can give.
        confidence: That the interval has against the chance of the seeds; less than 0.95 with fewer than six.
        seeds: How many have a line.
        first: What the line says at the smallest value.
        last: At the largest.
        logarithmic: Whether the slope is that over log₂ of the axis.
        slopes: Of each seed.
    """

    word: TrendWord
    slope: float
    low: float
    high: float
    p: float
    smallest_p: float
    confidence: float
    seeds: int
    first: float
    last: float
    logarithmic: bool
    slopes: tuple[float, ...] = ()


def is_logarithmic(values: Sequence[float]) -> bool:
    """Say whether an axis is better drawn, and a slope better taken, over the logarithm of its values.

    So it is where all lie above 0 and their ratios are more alike than their differences; of two values, where the larger is
    twice the smaller or more.

    Args:
        values: From small to large, two or more.
    """
    held = np.asarray(values, dtype=np.float64)
    if held.min() <= 0:
        return False
    if len(held) == 2:
        return bool(held[1] >= 2 * held[0])
    ratios, differences = np.diff(np.log(held)), np.diff(held)
    return bool(ratios.std() / ratios.mean() < EVEN * differences.std() / differences.mean())


def places_on(values: Sequence[float]) -> tuple[Floats, bool]:
    """Return where the values of an axis lie, log₂ of them or themselves, and whether it is the logarithm."""
    logarithmic = is_logarithmic(values)
    held = np.asarray(values, dtype=np.float64)
    return (np.log2(held) if logarithmic else held), logarithmic


def trend(values: Sequence[float], table: Floats, *, test_errors: Values = (), alpha: float = ALPHA) -> Trend:
    """Return how a quantity changes along an axis.

    slope of a seed = Σᵥ (xᵥ − x̄)·qᵥ ÷ Σᵥ (xᵥ − x̄)², with xᵥ = log₂ of the value, or the value itself.

    Args:
        values: Of the axis, from small to large (v ≥ 2).
        table: The quantity, ``[v, seeds]``; larger is more. ±∞ where only one side failed, NaN where a run is not there. A seed
            has no line, and does not count, where a run is not there or infinities speak for either direction.
        test_errors: Standard errors of the quantity at each value that the finite test part adds; none where none are known.
            They are taken as independent from value to value, which makes the interval too wide rather than too short.
        alpha: The chance of a false word.

    Raises:
        BenchsuiteError: If the values do not grow, or the table does not fit.
    """
    held = np.asarray(table, dtype=np.float64)
    if len(values) < 2 or list(values) != sorted(set(values)) or held.ndim != 2 or len(held) != len(values):
        raise BenchsuiteError(
            "a trend needs two or more values of an axis, growing, and a row of numbers for each. "
            f"Received: values {list(values)!r} and an array of shape {held.shape}."
        )
    places, logarithmic = places_on(values)
    away = places - places.mean()
    weights = away / float((away**2).sum())
    whole = held[:, ~np.isnan(held).any(axis=0)]
    lines = _weighted(weights, whole)
    whole, slopes = whole[:, ~np.isnan(lines)], lines[~np.isnan(lines)]
    if not len(slopes):
        nothing = math.nan
        return Trend("cannot tell", nothing, -math.inf, math.inf, 1.0, 1.0, 0.0, 0, nothing, nothing, logarithmic)
    found, test = paired_shift(slopes, 1 - alpha), wilcoxon(slopes)
    errors = np.asarray(test_errors, dtype=np.float64)
    error = float(np.sqrt(((weights * errors) ** 2).sum())) if len(errors) else 0.0
    low, high = with_test_error(found, 1 - alpha, error)
    p = for_population(test.p, found.estimate, error)
    middle = paired_shift(_weighted(np.full(len(values), 1 / len(values)), whole)).estimate
    word: TrendWord = "cannot tell" if p > alpha else _word(found.estimate, low, high)
    return Trend(
        word, found.estimate, low, high, p, smallest_p_paired(len(slopes)), found.attained, len(slopes),
        _on_line(middle, found.estimate, away[0]), _on_line(middle, found.estimate, away[-1]), logarithmic,
        tuple(slopes.tolist()),
    )  # fmt: skip


def _word(slope: float, low: float, high: float) -> TrendWord:
    if slope == 0 or low < 0 < high:
        return "cannot tell"
    return "grows" if slope > 0 else "shrinks"


def _weighted(weights: Floats, table: Floats) -> Floats:
    """Return Σ wᵥ·qᵥ of each column; NaN where infinities speak for either side."""
    with np.errstate(invalid="ignore"):
        products: Floats = np.where(weights[:, None] == 0, 0.0, weights[:, None] * table)
        return np.asarray(products.sum(axis=0))


def _on_line(middle: float, slope: float, away: float) -> float:
    return middle + slope * away if math.isfinite(middle) and math.isfinite(slope) else math.nan

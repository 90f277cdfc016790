"""Two factors on an array: how much of the spread each makes alone, how much both make together, and how sure that is.

The model is y = cell mean + seed + error. All cells see the same seeds, so a seed that is lucky everywhere is no error: it is
a block. Sums of squares are those of type II: each factor beside the other, both together beside the two alone. Cells may be
missing, and seeds in cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
NO_DIFFERENCE = 1e-12
"""A sum of squares below this part of the whole is rounding."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One source of spread.

    Args:
        name: ``rows``, ``columns``, ``both`` or ``seeds``.
        share: Of the whole variance, 0 to 1: unbiased estimates of all variances, none below 0, divided by their sum.
        times: Standard deviation of the effect as a multiple of that of the error.
        low: Its lower end: exact for normal errors, by the noncentral F distribution.
        high: Its upper end.
        f: The F statistic.
        p: Its p-value.
        degrees: Degrees of freedom of the effect.
    """

    name: str
    share: float
    times: float
    low: float
    high: float
    f: float
    p: float
    degrees: int


@dataclass(frozen=True, slots=True)
class Level:
    """What one row or column adds to the mean, and its interval by the t distribution."""

    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TwoWay:
    """The decomposition of an array.

    Args:
        effects: Rows, columns, both together, seeds; those that the array can tell.
        error_share: Of the whole variance.
        error: Standard deviation of the error.
        error_degrees: Its degrees of freedom.
        rows: Of each row.
        columns: Of each column.
        mean: The mean over all cells.
        error_is_interaction: Whether one seed makes the two indistinguishable: the error is then what both make together.
    """

    effects: tuple[Effect, ...]
    error_share: float
    error: float
    error_degrees: int
    rows: tuple[Level, ...]
    columns: tuple[Level, ...]
    mean: float
    error_is_interaction: bool


def two_way(values: NDArray[np.float64], confidence: float = CONFIDENCE) -> TwoWay | None:
    """Decompose an array.

    Args:
        values: ``[rows, columns, seeds]``, at least two of either; NaN where there is no trial.
        confidence: Of the intervals.

    Returns:
        ``None`` where nothing is left to tell an error from: too few values, or rows that share no column with others.
    """
    down, right = values.shape[:2]
    at = np.argwhere(~np.isnan(values))
    y = values[~np.isnan(values)]
    if down < 2 or right < 2 or len(y) < 2:
        return None
    rows, columns, seeds = (_contrasts(at[:, axis], size) for axis, size in enumerate(values.shape))
    one = np.ones((len(y), 1))
    pairs = np.unique(at[:, :2], axis=0, return_inverse=True)[1].reshape(-1)
    cells = np.eye(pairs.max() + 1)[pairs]
    several = len(np.unique(at[:, 2])) > 1
    additive = np.hstack([one, rows, columns, seeds])
    if np.linalg.matrix_rank(np.hstack([one, rows, columns])) < down + right - 1:
        return None
    fits = {
        "rows": _fit(np.hstack([one, columns, seeds]), y),
        "columns": _fit(np.hstack([one, rows, seeds]), y),
        "both": _fit(additive, y),
        "seeds": _fit(cells, y),
    }
    whole = _fit(np.hstack([cells, seeds]), y)
    error = whole if several and whole[1] > 0 else fits["both"]
    if error[1] <= 0:
        return None
    total = float(((y - y.mean()) ** 2).sum())
    mean_square = _rounded(error[0], total) / error[1]
    against = {"rows": fits["both"], "columns": fits["both"], "both": whole, "seeds": whole}
    names = ("rows", "columns", "both", "seeds") if error is whole else ("rows", "columns")
    squares = {}
    for name in names:
        sum_of_squares = _rounded(fits[name][0] - against[name][0], total)
        degrees = fits[name][1] - against[name][1]
        if degrees > 0:
            squares[name] = (sum_of_squares, degrees)
    variances = {name: max(0.0, (s - d * mean_square) / len(y)) for name, (s, d) in squares.items()}
    sum_of_variances = math.fsum(variances.values()) + mean_square
    effects = tuple(
        _effect(
            name, variances[name] / (sum_of_variances or 1.0), *squares[name], mean_square, error[1], len(y), confidence
        )
        for name in squares
    )
    levels = _levels(additive, y, mean_square, error[1], confidence)
    return TwoWay(
        effects,
        mean_square / (sum_of_variances or 1.0),
        math.sqrt(mean_square),
        error[1],
        levels(1, down),
        levels(down, right),
        float(np.linalg.lstsq(additive, y, rcond=None)[0][0]),
        error is not whole,
    )


def _contrasts(which: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Return the columns of a factor whose effects sum to 0."""
    coded = np.vstack([np.eye(size - 1), -np.ones((1, size - 1))]) if size > 1 else np.zeros((1, 0))
    return np.asarray(coded[which])


def _fit(design: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, int]:
    """Return the sum of squares that a model leaves, and its degrees of freedom."""
    solution, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    return float(((y - design @ solution) ** 2).sum()), len(y) - int(rank)


def _rounded(square: float, total: float) -> float:
    return square if square > NO_DIFFERENCE * total else 0.0


def _effect(
    name: str,
    share: float,
    square: float,
    degrees: int,
    error: float,
    error_degrees: int,
    count: int,
    confidence: float,
) -> Effect:
    from scipy import stats

    if error == 0:
        size = math.inf if square > 0 else 0.0
        return Effect(name, share, size, size, size, size, 0.0 if square > 0 else 1.0, degrees)
    f = square / degrees / error
    tails = (1 + confidence) / 2, (1 - confidence) / 2
    low, high = (_noncentrality(f, degrees, error_degrees, tail) for tail in tails)
    times = math.sqrt(max(0.0, (square - degrees * error) / count) / error)
    ends = (math.sqrt(low / count), math.sqrt(high / count))
    return Effect(name, share, times, *ends, f, float(stats.f.sf(f, degrees, error_degrees)), degrees)


def _noncentrality(f: float, degrees: int, error_degrees: int, share: float) -> float:
    """Return the noncentrality under which the statistic is no larger than ``f`` with probability ``share``; 0 if none is."""
    from scipy import optimize, stats

    def above(value: float) -> float:
        held = stats.f.cdf(f, degrees, error_degrees) if value == 0 else stats.ncf.cdf(f, degrees, error_degrees, value)
        return float(held) - share

    if above(0.0) <= 0:
        return 0.0
    most = max(1.0, 2 * f * degrees)
    while above(most) > 0:
        most *= 2
    return float(optimize.brentq(above, 0.0, most, xtol=1e-9 * most))


def _levels(
    design: NDArray[np.float64], y: NDArray[np.float64], error: float, degrees: int, confidence: float
) -> Callable[[int, int], tuple[Level, ...]]:
    """Return what gives the effects of a factor by where its columns begin in the design, and how many levels it has."""
    from scipy import stats

    inverse = np.linalg.pinv(design.T @ design)
    solution = inverse @ design.T @ y
    reach = float(stats.t.ppf((1 + confidence) / 2, degrees)) * math.sqrt(error)

    def levels(start: int, size: int) -> tuple[Level, ...]:
        found = []
        for coded in np.vstack([np.eye(size - 1), -np.ones((1, size - 1))]):
            weights = np.zeros(design.shape[1])
            weights[start : start + size - 1] = coded
            effect, half = float(weights @ solution), reach * math.sqrt(max(0.0, float(weights @ inverse @ weights)))
            found.append(Level(effect, effect - half, effect + half))
        return tuple(found)

    return levels

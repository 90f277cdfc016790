"""Two rows compared by all their runs: a rank-sum test within each task, summed over the tasks; and all pairs of a table.

The statistic of two rows is van Elteren's: of each task the wins of one over the other, less what chance gives, weighed by
1/(runs of both + 1). With one task it is that of Mann and Whitney. Its distribution under "on no task do the two differ" is
counted out, ties and failed runs as they are. Where that would take long it is taken for normal, with the variance of
values without ties, which is never too small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.inference.population import for_population, over_tasks
from benchsuite.analysis.inference.test_set import least_examples_errors
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchsuite.analysis.test_part import MeasuredPart

    Floats = NDArray[np.float64]

Stratum = tuple[int, int, tuple[int, ...]]
"""Of one task: runs of the first row, runs of the second, and how often each value of both together is there, growing."""

MOST_ROWS = 64
"""Rows whose pairs are tested one by one and corrected by Holm; pairs of more by the normal distribution and Bonferroni."""
MOST_RUNS = 60
"""Runs of two rows on one task up to which the distribution is counted out."""
ROUNDING = 1e-3
"""Of the smallest difference that counts, what rounding may hide."""
LONGEST = 100_000
"""Values of the statistic up to which it is."""


@dataclass(frozen=True, slots=True)
class RankSum:
    """What one test says.

    Args:
        sign: 1 where the first row wins more, −1 where the second does, 0 where neither.
        p: Two-sided; 1 where the two share no task.
        smallest_p: The smallest that so many runs can give.
        exact: Whether the distribution was counted out.
    """

    sign: int
    p: float
    smallest_p: float
    exact: bool


@dataclass(frozen=True, eq=False)
class PairsTold:
    """Which rows of a table are told apart.

    Args:
        better: ``[rows]``: how many rows are told to be better than it.
        worse: ``[rows]``: how many are told to be worse.
        pairs: ``[rows, rows]``: whether the first is told to be better than the second; ``None`` where rows are too many.
        tests: How many pairs were tested.
        smallest_p: The smallest p that any pair could have given.
        exact: Whether all distributions were counted out; the correction is then Holm's, else Bonferroni's.
        withheld: How many pairs the seeds alone would have told apart, and finite test parts do not.
    """

    better: NDArray[np.int64]
    worse: NDArray[np.int64]
    pairs: NDArray[np.bool_] | None
    tests: int
    smallest_p: float
    exact: bool
    withheld: int = 0


def rank_sum(first: Floats, second: Floats) -> RankSum:
    """Test whether the runs of one row are better than those of another, whatever their sizes.

    Args:
        first: ``[tasks, seeds]``, larger is better, −∞ failed, NaN not there.
        second: ``[tasks, seeds]``.
    """
    strata: list[Stratum] = []
    centred: list[int] = []
    for one, other in zip(first, second, strict=True):
        one, other = one[~np.isnan(one)], other[~np.isnan(other)]
        if len(one) and len(other):
            _, places, counts = np.unique(np.concatenate([one, other]), return_inverse=True, return_counts=True)
            doubled = 2 * np.cumsum(counts) - counts + 1  # twice the middle rank of each value
            both = len(one) + len(other)
            centred.append(int(doubled[places.reshape(-1)[: len(one)]].sum()) - len(one) * (both + 1))
            strata.append((len(one), len(other), tuple(counts.tolist())))
    if not strata:
        return RankSum(0, 1.0, 1.0, exact=True)
    smallest = min(1.0, 2 / math.prod(math.comb(n + m, n) for n, m, _ in strata))
    shared = math.lcm(*(n + m + 1 for n, m, _ in strata))
    weights = [shared // (n + m + 1) for n, m, _ in strata]
    statistic = sum(weight * value for weight, value in zip(weights, centred, strict=True))
    sign = (statistic > 0) - (statistic < 0)
    length = sum(2 * weight * n * m + 1 for weight, (n, m, _) in zip(weights, strata, strict=True))
    if length <= LONGEST and all(n + m <= MOST_RUNS for n, m, _ in strata):
        # In one order, so that equal strata are counted out once.
        table = _joint(tuple(sorted(zip(strata, weights, strict=True))))
        return RankSum(sign, _tail(table, statistic), smallest, exact=True)
    variance = sum(w * w * n * m * (n + m + 1) / 3 for w, (n, m, _) in zip(weights, strata, strict=True))
    step = max(weights)  # ties make the statistic move by this at least
    p = math.erfc(max(0.0, abs(statistic) - step) / math.sqrt(2 * variance))
    return RankSum(sign, min(1.0, p), smallest, exact=False)


def told_apart(
    values: Floats, alpha: float, least: Floats | None = None, parts: Sequence[MeasuredPart | None] | None = None
) -> PairsTold:
    """Test every two rows and say which are told apart, all of them together at one level.

    Args:
        values: ``[rows, tasks, seeds]``, larger is better, −∞ failed, NaN not there.
        alpha: With what chance, at most, any two rows that are alike are told apart.
        least: ``[tasks]``: two rows whose medians differ by no more than this on every task are not told apart, whatever
            a test says: one test example is no difference. 0 unless given.
        parts: Of each task the part that it is measured on, where that is finite and its error known: the tests are then for the
            population, as verdicts are (:mod:`benchsuite.analysis.inference.population`).
    """
    if not 0 < alpha < 1:
        raise BenchsuiteError(f"alpha must lie between 0 and 1, both excluded. Received: {alpha!r}.")
    known = np.zeros(values.shape[1]) if least is None else least
    held = parts if parts is not None and any(parts) else [None] * values.shape[1]
    return (_each if len(values) <= MOST_ROWS else _many)(values, alpha, known, held)


def _each(values: Floats, alpha: float, least: Floats, parts: Sequence[MeasuredPart | None]) -> PairsTold:
    rows = len(values)
    one, other = np.triu_indices(rows, 1)
    found = [rank_sum(values[a], values[b]) for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    p, sign = np.array([test.p for test in found]), np.array([test.sign for test in found])
    medians = _medians(values)
    differ = _differ(medians[one], medians[other], least)
    apart = seeds = (holm(p) <= alpha) & differ
    if any(parts):
        means = _means(values, medians)
        for at in np.flatnonzero(p <= alpha).tolist():  # those of larger p are told by no test part
            p[at] = _with_parts(values, means, parts, int(one[at]), int(other[at]), found[at])
        apart = (holm(p) <= alpha) & differ
    pairs = np.zeros((rows, rows), dtype=bool)
    pairs[one[apart & (sign > 0)], other[apart & (sign > 0)]] = True
    pairs[other[apart & (sign < 0)], one[apart & (sign < 0)]] = True
    return PairsTold(
        better=pairs.sum(axis=0),
        worse=pairs.sum(axis=1),
        pairs=pairs,
        tests=len(found),
        smallest_p=min((test.smallest_p for test in found), default=1.0),
        exact=all(test.exact for test in found),
        withheld=int((seeds & ~apart).sum()),
    )


def _with_parts(
    values: Floats, means: Floats, parts: Sequence[MeasuredPart | None], one: int, other: int, seeds: RankSum
) -> float:
    """Return p of two rows with the errors of the test parts, task by task, added to the chance of the seeds."""
    each, known = [], False
    for task, part in enumerate(parts):
        if np.isnan(values[one, task]).all() or np.isnan(values[other, task]).all():
            continue
        test = rank_sum(values[one, [task]], values[other, [task]])
        ends = float(means[one, task]), float(means[other, task])
        # Where failed runs decide there is no difference of shares.
        difference = ends[0] - ends[1] if all(map(math.isfinite, ends)) else math.inf
        error = part.error(one, other, difference) if part is not None and math.isfinite(difference) else 0.0
        known = known or error > 0
        each.append((for_population(test.p, difference, error), float(test.sign)))
    return over_tasks(seeds.p, seeds.sign, each) if known else seeds.p


def _many(values: Floats, alpha: float, least: Floats, parts: Sequence[MeasuredPart | None]) -> PairsTold:
    """Count for each row, by the normal distribution, those that are told apart from it; nothing is held for each pair."""
    rows, tasks, _ = values.shape
    tests = rows * (rows - 1) // 2
    bound = -NormalDist().inv_cdf(alpha / 2 / tests)
    counts = (~np.isnan(values)).sum(axis=2).astype(np.float64)
    better, worse = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    places, medians = [_places(values[:, task]) for task in range(tasks)], _medians(values)
    means = _means(values, medians)
    smallest, withheld = 0.0, 0
    for row in range(rows):
        statistic, variance, step, ways, z, shared = (np.zeros(rows) for _ in range(6))
        for task in range(tasks):
            n, m = counts[row, task], counts[:, task]
            if not n:
                continue
            weight = (m > 0) / (n + m + 1)
            won, spread = weight * _wins_less_losses(places[task], row), weight**2 * n * m * (n + m + 1) / 3
            statistic += won
            variance += spread
            if any(parts):
                z += _z(won, spread, means[row, task], means[:, task], parts[task])
                shared += m > 0
            step = np.maximum(step, weight)
            ways += _log_ways(n, m)
        far = np.maximum(0.0, np.abs(statistic) - step) > bound * np.sqrt(variance)
        far &= _differ(medians[row], medians, least)
        if any(parts):
            seen = far & (z * np.sign(statistic) > bound * np.sqrt(shared))
            withheld, far = withheld + int((far & ~seen).sum()), seen
        worse[row], better[row] = int((far & (statistic > 0)).sum()), int((far & (statistic < 0)).sum())
        ways[row] = 0
        smallest = max(smallest, float(ways.max()))
    smallest_p = min(1.0, 2 * math.exp(-smallest))
    return PairsTold(better, worse, None, tests, smallest_p, exact=False, withheld=withheld // 2)


def _z(won: Floats, variance: Floats, mean: float, means: Floats, part: MeasuredPart | None) -> Floats:
    """Return the normal z of one row against each on a task, with the least error that its test part can have."""
    error = np.zeros(len(won))
    with np.errstate(invalid="ignore"):
        differences = np.abs(mean - means)
    if part is not None and part.examples:
        within = np.flatnonzero(differences <= 1)
        error[within] = least_examples_errors(differences[within], part.examples)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(error > 0, error / differences, 0.0)
        return np.nan_to_num(won / np.sqrt(variance + np.square(won * ratio)))


def _means(values: Floats, medians: Floats) -> Floats:
    """Return the mean of the runs that did not fail; infinite where the median one did, NaN where there is none."""
    finite = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        means = np.where(finite, values, 0.0).sum(axis=2) / finite.sum(axis=2)
    return np.where(np.isinf(medians), medians, means)


def _medians(values: Floats) -> Floats:
    """Return the median of each row on each task, a run of it: ``[rows, tasks]``; NaN where there is none."""
    ordered = np.sort(values, axis=2)  # what is not there comes last
    middle = np.maximum((~np.isnan(values)).sum(axis=2) - 1, 0) // 2
    return np.take_along_axis(ordered, middle[:, :, None], axis=2)[:, :, 0]


def _differ(one: Floats, other: Floats, least: Floats) -> NDArray[np.bool_]:
    """Say whether two rows differ by enough on any task that both have; two that failed do not differ."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(one - other) > least * (1 + ROUNDING)).any(axis=-1))


def _places(values: Floats) -> NDArray[np.int32]:
    """Return for each run of one task how many smaller values there are, from 1; 0 where there is no run: ``[seeds, rows]``."""
    there = ~np.isnan(values)
    places = np.zeros(values.shape, dtype=np.int32)
    places[there] = np.unique(values[there], return_inverse=True)[1].reshape(-1) + 1
    return np.ascontiguousarray(places.T)


def _wins_less_losses(places: NDArray[np.int32], row: int) -> Floats:
    """Return 2·U − n·m of one row's runs against those of each row: how many comparisons it wins, less those it loses."""
    found = np.zeros(places.shape[1])
    there = places > 0
    for own in places[places[:, row] > 0, row].tolist():
        won, lost = ((own > places) & there).view(np.int8), (own < places).view(np.int8)
        found += (won - lost).sum(axis=0, dtype=np.int32)
    return found


def _log_ways(n: float, m: Floats) -> Floats:
    """Return the logarithm of the ways to choose n runs out of n + m."""
    unique, places = np.unique(m, return_inverse=True)
    ways = [math.lgamma(n + k + 1) - math.lgamma(n + 1) - math.lgamma(k + 1) for k in unique.tolist()]
    return np.array(ways)[places.reshape(-1)]


@lru_cache(maxsize=4096)
def _joint(strata: tuple[tuple[Stratum, int], ...]) -> Floats:
    """Return the chances of every value of the weighted sum, from its lowest to its highest, 0 in the middle."""
    table = np.ones(1)
    for stratum, weight in strata:
        chances = _counted(stratum)
        wider = np.zeros(len(table) + weight * (len(chances) - 1))
        for at in np.flatnonzero(
            chances
        ).tolist():  # most values of a weighted sum cannot be: a convolution would add them all
            wider[weight * at : weight * at + len(table)] += chances[at] * table
        table = wider
    return table


@lru_cache(maxsize=4096)
def _counted(stratum: Stratum) -> Floats:
    """Return the chances of 2·U − n·m from −n·m to n·m, where every choice of n of all runs is as likely as any other."""
    n, m, counts = stratum
    # ways[k, s]: so many choices of k runs have ranks that sum up to s, ranks doubled and counted from 0.
    ways = np.zeros((n + 1, 2 * n * (n + m) + 1))
    ways[0, 0] = 1
    seen = 0
    for count in counts:
        rank = 2 * seen + count - 1
        seen += count
        before = ways.copy()
        for taken in range(1, min(count, n) + 1):
            shift = taken * rank
            ways[taken:, shift:] += math.comb(count, taken) * before[: n + 1 - taken, : ways.shape[1] - shift]
    # The ranks of the first n are 0, 2, 4 …, and their sum n·(n − 1) is the lowest there is without ties.
    first = n * (n - 1)
    chances = ways[n, first : first + 2 * n * m + 1]
    return np.asarray(chances / chances.sum())


def _tail(table: Floats, statistic: int) -> float:
    """Return the chance of a value as far from 0 as this one, or farther."""
    middle, far = (len(table) - 1) // 2, abs(statistic)
    return float(min(1.0, table[: middle - far + 1].sum() + table[middle + far :].sum())) if far else 1.0

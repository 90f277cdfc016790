"""Many methods on many tasks: Friedman's test of the average ranks, and which pairs differ by Nemenyi or Wilcoxon (Demšar 2006)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.holm import holm
from benchsuite.analysis.inference.outcome import doubled_ranks
from benchsuite.analysis.inference.paired import pair_differences, wilcoxon
from benchsuite.errors import BenchsuiteError


@dataclass(frozen=True, slots=True)
class Friedman:
    """Friedman's test, in the three forms in use.

    Args:
        ranks: Average rank of each entrant over the tasks, 1 for the best.
        chi_square: Friedman's χ² as Demšar prints it, 12·N/(k(k+1))·(Σ R² − k(k+1)²/4): without a correction for ties.
        p: Its probability, by χ² with k − 1 degrees of freedom.
        corrected: χ² divided by its correction for ties, which is what scipy returns. NaN where all are equal on
            every task.
        corrected_p: Its probability.
        f: Iman and Davenport's F = (N − 1)·χ²/(N(k − 1) − χ²), less timid than χ²; NaN with one task.
        f_p: Its probability, by F with k − 1 and (k − 1)(N − 1) degrees of freedom.
        tasks: Tasks that entered (N): those on which every entrant has a value.
        left_out: Tasks that did not.
    """

    ranks: tuple[float, ...]
    chi_square: float
    p: float
    corrected: float
    corrected_p: float
    f: float
    f_p: float
    tasks: int
    left_out: int


def ranks_by_task(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each entrant on each task, 1 for the best; equal ones share the mean, failed ones the last ranks.

    Args:
        values: One value for each entrant and task, [entrants, tasks]; larger is better, none missing.
    """
    return np.stack([doubled_ranks(-task) / 2 for task in values.T], axis=1) if values.size else np.empty(values.shape)


def complete(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the tasks on which every entrant has a value.

    Raises:
        BenchsuiteError: If there are not at least two entrants.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2:
        raise BenchsuiteError(
            f"ranks need at least two entrants on some tasks. Received: an array of shape {table.shape}. Give [entrants, tasks]."
        )
    return table[:, ~np.isnan(table).any(axis=0)]


def friedman(values: NDArray[np.float64]) -> Friedman:
    """Test whether all entrants are alike, by their ranks within each task.

    A task that lacks an entrant's value is left out: a rank among fewer is another quantity.

    Args:
        values: One value for each entrant and task, [entrants (k), tasks (N)]; larger is better, −∞ failed, NaN
            missing.

    Raises:
        BenchsuiteError: If there are not at least two entrants.
    """
    table = complete(values)
    entrants, tasks = table.shape
    left_out = np.asarray(values).shape[1] - tasks
    if not tasks:
        nothing = (math.nan, 1.0)
        return Friedman((math.nan,) * entrants, *nothing, *nothing, *nothing, 0, left_out)
    from scipy.special import chdtrc, fdtrc

    ranks = ranks_by_task(table)
    average = ranks.mean(axis=1)
    middle = (entrants + 1) / 2
    chi_square = 12 * tasks / (entrants * (entrants + 1)) * float(((average - middle) ** 2).sum())
    # Ranks without ties have this variance on each task; ties take from it.
    share = float(((ranks - middle) ** 2).sum()) / (tasks * entrants * (entrants**2 - 1) / 12)
    corrected = chi_square / share if share else math.nan
    degrees = entrants - 1
    rest = tasks * degrees - chi_square
    f, f_p = math.nan, 1.0
    if tasks > 1:
        f = (tasks - 1) * chi_square / rest if rest > 1e-9 * tasks else math.inf
        f_p = float(fdtrc(degrees, degrees * (tasks - 1), f)) if math.isfinite(f) else 0.0
    return Friedman(
        ranks=tuple(average.tolist()),
        chi_square=chi_square,
        p=float(chdtrc(degrees, chi_square)),
        corrected=corrected,
        corrected_p=float(chdtrc(degrees, corrected)) if share else 1.0,
        f=f,
        f_p=f_p,
        tasks=tasks,
        left_out=left_out,
    )


@lru_cache(maxsize=256)
def nemenyi_critical_difference(entrants: int, tasks: int, alpha: float = 0.05) -> float:
    """Return how far apart two average ranks must be to differ, all pairs considered: q·√(k(k + 1)/(6·N)) (Nemenyi).

    q is the upper ``alpha`` quantile of the studentized range of k normal values, divided by √2.

    Args:
        entrants: Entrants (k), at least two.
        tasks: Tasks (N), at least one.
        alpha: The level for the whole family of pairs.
    """
    if entrants < 2 or tasks < 1:
        raise BenchsuiteError(
            f"a critical difference needs two entrants and one task. Received: {entrants} and {tasks}. Give more."
        )
    from scipy.stats import studentized_range

    q = float(studentized_range.ppf(1 - alpha, entrants, np.inf)) / math.sqrt(2)
    return q * math.sqrt(entrants * (entrants + 1) / (6 * tasks))


def cliques(ranks: Sequence[float], critical_difference: float) -> tuple[tuple[int, ...], ...]:
    """Return the groups of entrants whose average ranks do not differ: the largest ones, of at least two.

    Two differ where their ranks are at least the critical difference apart. Groups overlap where A is like B and B like
    C, but A is not like C.

    Args:
        ranks: Average rank of each entrant.
        critical_difference: As :func:`nemenyi_critical_difference` gives it.

    Returns:
        The groups from the best to the worst, each as places in ``ranks`` from the best to the worst.
    """
    given = np.asarray(ranks, dtype=np.float64)
    return runs_alike(given, np.abs(given[:, None] - given[None, :]) >= critical_difference)


def runs_alike(ranks: NDArray[np.float64], differ: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    """Return the longest runs of neighbours in rank among whom no pair differs, of at least two.

    Args:
        ranks: Average rank of each entrant [entrants].
        differ: Whether two entrants differ [entrants, entrants].
    """
    order = np.argsort(ranks, kind="stable")
    runs: list[tuple[int, ...]] = []
    end = 0
    for start in range(len(order)):
        stop = start + 1
        while stop < len(order) and not differ[order[start : stop + 1], order[stop]].any():
            stop += 1
        if stop > end and stop - start > 1:
            runs.append(tuple(order[start:stop].tolist()))
        end = max(end, stop)
    return tuple(runs)


@dataclass(frozen=True, slots=True)
class Pairwise:
    """A test of every pair of entrants.

    Args:
        p: Of each pair [entrants, entrants], 1 on the diagonal.
        corrected: The same, corrected by Holm over all pairs.
        tasks: Tasks that the pair shares [entrants, entrants].
    """

    p: NDArray[np.float64]
    corrected: NDArray[np.float64]
    tasks: NDArray[np.int64]

    def differ(self, alpha: float = 0.05) -> NDArray[np.bool_]:
        """Return which pairs differ at the level ``alpha`` for the whole family."""
        return np.asarray(self.corrected <= alpha)


def wilcoxon_holm(values: NDArray[np.float64]) -> Pairwise:
    """Test every pair of entrants over the tasks that both have (Wilcoxon), corrected for all pairs (Holm).

    Unlike Nemenyi's test it does not depend on which others take part.

    Args:
        values: One value for each entrant and task, [entrants, tasks]; larger is better, −∞ failed, NaN missing.

    Raises:
        BenchsuiteError: If there are not at least two entrants.
    """
    table = np.asarray(values, dtype=np.float64)
    complete(table)
    entrants = len(table)
    p, corrected, tasks = (
        np.ones((entrants, entrants)),
        np.ones((entrants, entrants)),
        np.zeros((entrants, entrants), int),
    )
    rows, columns = np.triu_indices(entrants, 1)
    for i, j in zip(rows, columns, strict=True):
        test = wilcoxon(pair_differences(table[i], table[j]))
        p[i, j] = p[j, i] = test.p
        tasks[i, j] = tasks[j, i] = test.n
    corrected[rows, columns] = corrected[columns, rows] = holm(p[rows, columns])
    return Pairwise(p, corrected, tasks)

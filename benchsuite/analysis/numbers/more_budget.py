"""Would more budget have changed the winner? Backwards exactly, forwards by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.numbers.best_of_k import best_distribution

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SPACINGS = 2
"""Of the distances between the best values, those that tell how far a better one may lie beyond."""


@dataclass(frozen=True, eq=False)
class MoreBudget:
    """Who leads with which chance.

    Args:
        leads_now: ``[rows]``: 1 for the row that leads with all trials that were run, shared by equal ones.
        leads_at_half: The chance to lead, had each row had half of its trials: exact, without replacement.
        leads_at_double: The chance to lead with as many more.
        changes_at_half: The chance that none of those that lead now led then.
        changes_at_double: The chance that none of those that lead now will.
    """

    leads_now: NDArray[np.float64]
    leads_at_half: NDArray[np.float64]
    leads_at_double: NDArray[np.float64]
    changes_at_half: float
    changes_at_double: float


def chance_to_lead(rows: Sequence[ArrayLike], k: Sequence[int]) -> NDArray[np.float64]:
    """Return the chance that a row's best of k different trials is better than that of every other; equal ones share it.

    Exactly: Σ over values v of the part of row i in P(all best ≤ v) − P(all best < v), rows being independent.

    Args:
        rows: ``[trials]`` each, larger is better, −∞ failed; missing ones are left out. A row without any never leads.
        k: How many trials of each row, at most those that it has.
    """
    held = [_sorted(row) for row in rows]
    found = np.zeros(len(held))
    there = [place for place, row in enumerate(held) if len(row)]
    if not there:
        return found
    values = np.unique(np.concatenate([held[place] for place in there]))
    values = values[np.isfinite(values)]  # who failed altogether leads nothing
    at_most, exactly = np.zeros((len(there), len(values))), np.zeros((len(there), len(values)))
    for number, place in enumerate(there):
        row = held[place]
        below = best_distribution(len(row), np.array([min(k[place], len(row))]), replacement=False)[0]
        at_most[number] = np.concatenate([[0.0], below])[np.searchsorted(row, values, side="right")]
        failed = below[np.isneginf(row)].max(initial=0.0)
        exactly[number] = np.diff(at_most[number], prepend=failed)
    # What is left for each number of others that tie: a polynomial in one variable, z the share of a tie.
    nodes, weights = np.polynomial.legendre.leggauss(max((len(there) + 1) // 2, 1))
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        # E[1/(1 + ties)] = ∫₀¹ z^ties dz, and the integrand is a product over the other rows.
        less = at_most - exactly
        each = less + node * exactly
        for number, place in enumerate(there):
            others = np.prod(np.delete(each, number, axis=0), axis=0)
            found[place] += weight * float((exactly[number] * others).sum())
    return found


def more_budget(rows: Sequence[ArrayLike], generator: np.random.Generator, *, draws: int = 4000) -> MoreBudget:
    """Return who would lead with half and with twice the tuning trials, on one task.

    Half is exact. For twice, each row gets as many new trials as it had, n. That the k best of all 2n are new ones has the
    probability Π (n − j)/(2n − j) over j < k, whatever the distribution: one half for a new best. How far those lie
    beyond is guessed: exponentially, with the mean of the two distances between the three best values. An exponential
    tail has no end, so on a measure that has one the guess is rather too far: a change is foretold too often, not too seldom.

    Args:
        rows: ``[trials]`` each, larger is better, −∞ failed; missing ones are left out.
        generator: Where all chance comes from.
        draws: How many futures.
    """
    held = [_sorted(row) for row in rows]
    counts = [len(row) for row in held]
    best = np.array([row[-1] if len(row) else -np.inf for row in held])
    now = _shared(best[:, None])[:, 0] if np.isfinite(best).any() else np.zeros(len(held))
    half = chance_to_lead(held, [max(count // 2, 1) for count in counts])
    futures = np.stack([_future(row, generator.random((2, draws))) for row in held]) if held else np.empty((0, draws))
    later = _shared(futures)
    leaders = now > 0
    changes = _changes(held, leaders) if leaders.any() else 0.0
    lost = float((~later[leaders].any(axis=0)).mean()) if leaders.any() else 0.0
    return MoreBudget(now, half, later.mean(axis=1), changes, lost)


def more_budget_overall(
    tasks: Sequence[Sequence[ArrayLike]], generator: np.random.Generator, *, draws: int = 4000
) -> MoreBudget:
    """Return the same of several tasks, where the row with the best mean rank leads; all of it by chance.

    A row that lacks a task, or failed on it, is last there.

    Args:
        tasks: ``[tasks][rows]``, each ``[trials]``, larger is better, −∞ failed; the same rows everywhere.
        generator: Where all chance comes from.
        draws: How many pasts and futures.
    """
    held = [[_sorted(row) for row in rows] for rows in tasks]
    count = len(held[0]) if held else 0
    if not count:
        nothing = np.zeros(0)
        return MoreBudget(nothing, nothing, nothing, 0.0, 0.0)
    now, half, later = (np.zeros((count, many)) for many in (1, draws, draws))
    for rows in held:
        now += _ranks(np.array([[row[-1] if len(row) else -np.inf] for row in rows]))
        half += _ranks(np.stack([_past(row, generator.random(draws)) for row in rows]))
        later += _ranks(np.stack([_future(row, generator.random((2, draws))) for row in rows]))
    first, at_half, at_double = (_shared(-ranks) for ranks in (now, half, later))
    leaders = first[:, 0] > 0
    lost = [float((~shares[leaders].any(axis=0)).mean()) for shares in (at_half, at_double)]
    return MoreBudget(first[:, 0], at_half.mean(axis=1), at_double.mean(axis=1), lost[0], lost[1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks of the rows in each column, 1 for the best, equal ones their mean."""
    from scipy import stats

    return np.asarray(stats.rankdata(-values, axis=0))


def _past(row: NDArray[np.float64], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the best of half of the trials, ``[draws]``."""
    if not len(row):
        return np.full(len(chance), -np.inf)
    below = best_distribution(len(row), np.array([max(len(row) // 2, 1)]), replacement=False)[0]
    return np.asarray(row[np.searchsorted(below, chance, side="left").clip(max=len(row) - 1)])


def _future(row: NDArray[np.float64], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the best after as many new trials as there were, ``[draws]``.

    Args:
        row: The values, growing.
        chance: ``[2, draws]`` of what is uniform from 0 to 1.
    """
    finite = row[np.isfinite(row)]
    if not len(finite):
        return np.full(chance.shape[1], -np.inf)
    steps = np.diff(finite)[::-1][:SPACINGS]
    scale = float(steps.mean()) if len(steps) else 0.0
    many = np.zeros(chance.shape[1], dtype=np.int64)
    count, reached = len(row), 1.0
    for k in range(count):
        reached *= (count - k) / (2 * count - k)
        many += chance[0] < reached
    # The largest of m exponentials is −log(1 − u^(1/m)).
    with np.errstate(divide="ignore"):
        further = -np.log1p(-(chance[1] ** (1 / np.maximum(many, 1))))
    return np.asarray(finite[-1] + np.where(many > 0, scale * further, 0.0))


def _changes(held: list[NDArray[np.float64]], leaders: NDArray[np.bool_]) -> float:
    """Return the chance that no leader of today leads at half: all of them together stand against the rest."""
    groups = [np.flatnonzero(leaders), np.flatnonzero(~leaders)]
    values = np.unique(np.concatenate(held))
    at_most = []
    for group in groups:
        product = np.ones(len(values))
        for place in group:
            row = held[place]
            if len(row):
                below = best_distribution(len(row), np.array([max(len(row) // 2, 1)]), replacement=False)[0]
                product = product * np.concatenate([[0.0], below])[np.searchsorted(row, values, side="right")]
        at_most.append(product)
    if not any(len(held[place]) for place in groups[1]):
        return 0.0
    strictly = np.concatenate([[0.0], at_most[0][:-1]])
    return float((np.diff(at_most[1], prepend=0.0) * strictly).sum())


def _shared(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 for the best of each column, shared by equal ones; failed ones never lead."""
    first = (values == values.max(axis=0)) & np.isfinite(values)
    return np.asarray(first / np.maximum(first.sum(axis=0), 1))


def _sorted(row: ArrayLike) -> NDArray[np.float64]:
    held = np.sort(np.asarray(row, dtype=np.float64).ravel())
    return held[~np.isnan(held)]

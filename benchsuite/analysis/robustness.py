"""Whether the first of a ranking stays the first where one task, seed or entrant is left out, or the budget is another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.ranking import mean_shares, on_most_tasks
from benchsuite.analysis.win_shares import win_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_SEEDS = 100
"""Seeds that are left out one by one; of more, these first ones."""
SAME = 1e-9
"""Two scores that are no farther apart are equal."""


@dataclass(frozen=True, slots=True)
class Without:
    """The ranking with one thing changed.

    Args:
        what: ``task``, ``seed``, ``entrant`` or ``budget``.
        name: Which one.
        first: The rows that then have the best score.
        rank: The rank that the first of before then has; the worst, of several.
    """

    what: str
    name: str
    first: tuple[int, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class Robustness:
    """What becomes of the first.

    Args:
        first: The rows with the best score: one, or several that share it.
        changes: One for each thing that was left out or changed.
    """

    first: tuple[int, ...]
    changes: tuple[Without, ...]

    def flipped(self, change: Without) -> bool:
        """Say whether one of the first has no longer the best score."""
        return not set(self.first) <= set(change.first)

    @property
    def flips(self) -> tuple[Without, ...]:
        """The changes after which other rows are first, or not all of those that were."""
        return tuple(change for change in self.changes if self.flipped(change))

    def of(self, what: str) -> tuple[Without, ...]:
        """Return the changes of one sort."""
        return tuple(change for change in self.changes if change.what == what)


def robustness(
    values: Floats,
    *,
    rows: Sequence[str],
    tasks: Sequence[str],
    seeds: Sequence[int],
    budgets: Mapping[str, Floats] | None = None,
) -> Robustness | None:
    """Leave out each task, seed and other entrant, take each other budget, and see who is first by score.

    Args:
        values: ``[rows, tasks, seeds]``: larger is better, −∞ failed, NaN not there.
        rows: Their labels.
        tasks: Their labels.
        seeds: Their numbers.
        budgets: Name → the same table with another budget.

    Returns:
        ``None`` where fewer than two rows can be ranked.
    """
    chosen = on_most_tasks(values)
    if len(chosen) < 2:
        return None
    values, rows = values[chosen], [rows[row] for row in chosen.tolist()]
    shares = win_shares(values)
    score = mean_shares(shares)
    first = np.flatnonzero(score >= score.max() - SAME)
    found: list[Without] = []

    def add(what: str, name: str, scores: Floats) -> None:
        if np.isnan(scores[first]).any():
            return
        known = scores[~np.isnan(scores)]
        rank = 1 + int((known > scores[first].min() + SAME).sum())
        now = np.flatnonzero(scores >= known.max() - SAME)
        found.append(Without(what, name, tuple(chosen[now].tolist()), rank))

    ranked = np.flatnonzero((~np.isnan(shares)).any(axis=0)).tolist()
    for task in ranked if len(ranked) > 1 else ():
        add("task", tasks[task], mean_shares(np.delete(shares, task, axis=1)))
    there = np.flatnonzero((~np.isnan(values)).any(axis=(0, 1))).tolist()
    for seed in there[:MOST_SEEDS] if len(there) > 1 else ():
        add("seed", str(seeds[seed]), mean_shares(win_shares(np.delete(values, seed, axis=2))))
    for row, scores in _without_each(values, shares, first):
        add("entrant", rows[row], scores)
    for name, other in (budgets or {}).items():
        add("budget", name, mean_shares(win_shares(other[chosen])))
    return Robustness(tuple(chosen[first].tolist()), tuple(found))


def _without_each(values: Floats, shares: Floats, first: NDArray[np.intp]) -> list[tuple[int, Floats]]:
    """Return, for each row but the first ones, the scores of all without it; NaN for those that cannot become the first."""
    present = ~np.isnan(shares)
    entrants = present.sum(axis=0)  # of each task
    least = int(entrants[entrants > 1].min())
    if least < 3:
        return []
    held = mean_shares(shares)
    # One opponent less moves a score by no more than 1/(entrants − 2).
    near = np.flatnonzero(held >= held[first].min() - 2 / (least - 2)).tolist()
    total = np.zeros((len(near), len(values)))
    for at, row in enumerate(near):
        for task in np.flatnonzero(present[row]).tolist():
            count = entrants[task]
            gone = (shares[row, task] * (count - 1) - _wins(values[row, task], values[:, task])) / (count - 2)
            # A row that is not on the task changes nothing there.
            total[at] += np.where(present[:, task], gone, shares[row, task])
        total[at] /= present[row].sum()
    found = []
    for row in range(len(values)):
        if row not in first:
            scores = np.full(len(values), np.nan)
            scores[near] = total[:, row]
            scores[row] = np.nan
            found.append((row, scores))
    return found


def _wins(own: Floats, others: Floats) -> Floats:
    """Return the share of comparisons that a row's runs win over those of each row of a task."""
    there = (~np.isnan(others)).sum(axis=1)
    won = np.zeros(len(others))
    mine = own[~np.isnan(own)]
    for value in mine.tolist():
        won += (value > others).sum(axis=1) + (value == others).sum(axis=1) / 2
    return np.asarray(won / np.maximum(there, 1) / len(mine))

"""What a diagram of critical differences shows: average ranks, and the groups of entrants that nothing tells apart (Demšar 2006)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.friedman import (
    Friedman,
    cliques,
    complete,
    friedman,
    nemenyi_critical_difference,
    runs_alike,
    wilcoxon_holm,
)
from benchsuite.errors import BenchsuiteError

Pairs = Literal["nemenyi", "wilcoxon"]


@dataclass(frozen=True, slots=True)
class CriticalDifference:
    """A diagram of critical differences, as numbers.

    Args:
        ranks: Average rank of each entrant, 1 for the best.
        groups: The largest groups that are not told apart, from the best to the worst, as places in ``ranks``.
        difference: How far apart two ranks must be to differ; ``None`` where every pair has a test of its own.
        alpha: The level for all pairs together.
        test: Friedman's test, whether any differ at all.
        pairs: How pairs are told apart.
    """

    ranks: tuple[float, ...]
    groups: tuple[tuple[int, ...], ...]
    difference: float | None
    alpha: float
    test: Friedman
    pairs: Pairs


def critical_difference(
    values: NDArray[np.float64], *, alpha: float = 0.05, pairs: Pairs = "nemenyi"
) -> CriticalDifference:
    """Return average ranks with the groups of entrants that nothing tells apart.

    Args:
        values: One value for each entrant and task, [entrants, tasks]; larger is better, −∞ failed, NaN missing. Tasks
            that lack an entrant are left out.
        alpha: The level for all pairs together.
        pairs: ``"nemenyi"``: by a difference of ranks that is the same for all; ``"wilcoxon"``: each pair by Wilcoxon's
            test over the tasks, corrected by Holm, which the other entrants cannot change.

    Raises:
        BenchsuiteError: If there are not two entrants and one task that all have, or ``pairs`` is unknown.
    """
    table = complete(values)
    if not table.shape[1]:
        raise BenchsuiteError(
            "average ranks need a task that all entrants have. Received: none. Leave out who lacks tasks."
        )
    test = friedman(values)
    if pairs == "nemenyi":
        difference = nemenyi_critical_difference(len(table), test.tasks, alpha)
        return CriticalDifference(test.ranks, cliques(test.ranks, difference), difference, alpha, test, pairs)
    if pairs != "wilcoxon":
        raise BenchsuiteError(f"unknown test of pairs. Received: {pairs!r}. Known: 'nemenyi', 'wilcoxon'.")
    groups = runs_alike(np.array(test.ranks), wilcoxon_holm(table).differ(alpha))
    return CriticalDifference(test.ranks, groups, None, alpha, test, pairs)

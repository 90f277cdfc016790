"""The ranking of a table: a score, the range of ranks that chance allows, and places that no two rows share a false order in.

A row's *score* is its win share, the mean over its tasks (:func:`~benchsuite.analysis.win_shares.win_shares`). Its *place* is
1 + the number of rows that are told to be better by a corrected test of every pair, and down the scores it never rises again: a
row that is told apart from nobody only since its runs scatter stands below no row that it beats by score, and above none that
beats it. Its *range* of ranks is that of the bootstrap over seeds within tasks, widened to what these tests leave open: a
bootstrap of a few seeds alone is too narrow, and would claim what the tests deny.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.inference.friedman import runs_alike
from benchsuite.analysis.rank_sums import told_apart
from benchsuite.analysis.win_shares import resampled_shares, win_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchsuite.analysis.test_part import MeasuredPart

    Floats = NDArray[np.float64]

RESAMPLES = 1000
"""Resamples of the bootstrap."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a row stands.

    Args:
        place: 1 + how many rows are told to be better, at most its rank by score, and never above that of a row with a higher score.
        tied: Whether another row has the same place.
        low: The best rank that cannot be excluded.
        high: The worst.
        score: From 0 to 1; 0.5 is like the others.
        score_low: The lower end of its bootstrap interval.
        score_high: The upper end.
    """

    place: int
    tied: bool
    low: int
    high: int
    score: float
    score_low: float
    score_high: float

    @property
    def text(self) -> str:
        """The place; ``1=`` where several share it."""
        return f"{self.place}{'=' * self.tied}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The places of all rows, and what they rest on.

    Args:
        places: Of each row; ``None`` for one that lacks tasks which others have, or has no run that counts: it enters no score.
        order: The rows, best score first; those without a place last.
        cliques: Runs of rows in that order no two of whom are told apart, of two rows or more, none within another.
        tasks: Tasks on which there was something to rank.
        confidence: Of ranges and tests.
        resamples: Of the bootstrap.
        tests: Pairs of rows that were tested.
        smallest_p: The smallest p that any of these tests could have given with so many runs.
        exact: Whether all p were counted out, and corrected by Holm; else they are of the normal distribution, by Bonferroni.
        withheld: Pairs that the seeds alone would have told apart, and finite test parts do not.
        told: Pairs that are told apart.
    """

    places: tuple[Standing | None, ...]
    order: tuple[int, ...]
    cliques: tuple[tuple[int, ...], ...]
    tasks: int
    confidence: float
    resamples: int
    tests: int
    smallest_p: float
    exact: bool
    withheld: int = 0
    told: int = 0

    @property
    def ranked(self) -> tuple[int, ...]:
        """The rows that have a place, in order."""
        return tuple(row for row in self.order if self.places[row] is not None)

    @property
    def first(self) -> tuple[int, ...]:
        """The rows that share the first place."""
        return tuple(row for row in self.ranked if (held := self.places[row]) is not None and held.place == 1)

    @property
    def decides(self) -> bool:
        """Whether so few runs can tell any two rows apart at all."""
        return self.tests > 0 and self.smallest_p * self.tests <= 1 - self.confidence

    @property
    def enough(self) -> int:
        """The fewest seeds, the same on every task, that could tell two rows apart: 2 ÷ C(2n, n)^tasks ≤ α ÷ tests."""
        needed = (1 - self.confidence) / max(self.tests, 1)
        return next(n for n in itertools.count(2) if 2 / math.comb(2 * n, n) ** max(self.tasks, 1) <= needed)


def ranking(
    values: Floats,
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    least: Floats | None = None,
    parts: Sequence[MeasuredPart | None] | None = None,
) -> Ranking:
    """Rank the rows of a table.

    Args:
        values: ``[rows, tasks, seeds]``: larger is better, −∞ failed, NaN not there.
        generator: Where the bootstrap's chance comes from; equal generators give equal rankings.
        confidence: Of ranges, and of all tests together.
        resamples: Of the bootstrap.
        least: ``[tasks]``: the largest difference that is none, such as that of one test example.
        parts: Of each task the part that it is measured on, where that is finite and its error known.
    """
    chosen = on_most_tasks(values)
    places: list[Standing | None] = [None] * len(values)
    if len(chosen) < 2:
        return Ranking(tuple(places), tuple(range(len(values))), (), 0, confidence, resamples, 0, 1.0, exact=True)
    held_values = values[chosen]
    shares = win_shares(held_values)
    score = mean_shares(shares)
    told = told_apart(held_values, 1 - confidence, least, [part and part.only(chosen) for part in parts or ()] or None)
    drawn = np.concatenate(list(resampled_shares(held_values, generator, resamples)))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(_ranks(drawn), tails, axis=0, method="inverted_cdf").astype(int)
    score_low, score_high = np.quantile(drawn, tails, axis=0, method="inverted_cdf")
    rank = _ranks(score[None])[0]
    open_to = 1 + told.better  # the best place that the tests leave open
    place = _places(rank, open_to)
    held, counts = np.unique(place, return_counts=True)
    shared = set(held[counts > 1].tolist())
    for at, row in enumerate(chosen.tolist()):
        places[row] = Standing(
            place=int(place[at]),
            tied=int(place[at]) in shared,
            low=int(min(low[at], place[at], open_to[at])),
            high=int(max(high[at], rank[at], len(chosen) - told.worse[at])),
            score=float(score[at]),
            # The score itself is in its interval, whatever was drawn.
            score_low=float(min(score_low[at], score[at])),
            score_high=float(max(score_high[at], score[at])),
        )
    inside = sorted(range(len(chosen)), key=lambda at: (int(rank[at]), at))
    order = [int(chosen[at]) for at in inside]
    rest = sorted(set(range(len(values))) - set(order))
    return Ranking(
        places=tuple(places),
        order=(*order, *rest),
        cliques=() if told.pairs is None else _alike(told.pairs[np.ix_(inside, inside)], order),
        tasks=int((~np.isnan(shares)).any(axis=0).sum()),
        confidence=confidence,
        resamples=resamples,
        tests=told.tests,
        smallest_p=told.smallest_p,
        exact=told.exact,
        withheld=told.withheld,
        told=int(told.better.sum()),
    )


def _places(rank: NDArray[np.int64], open_to: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return places that contradict no score: down the ranks the largest of 1 + the rows told to be better, so far.

    Args:
        rank: Of each row by its score; rows of one score share it.
        open_to: 1 + how many rows are told to be better.
    """
    places = np.ones(len(rank), dtype=np.int64)
    so_far = 1
    for one in np.unique(rank).tolist():
        held = rank == one
        so_far = max(so_far, min(one, int(open_to[held].min())))
        places[held] = so_far
    return places


def one_example(values: Floats, shares: Sequence[bool]) -> Floats:
    """Return, of each task, the smallest step between two values, which is one test example; 0 where values are no shares.

    Args:
        values: ``[rows, tasks, seeds]``.
        shares: Of each task, whether values are shares of the test examples, as accuracies are.
    """
    found = np.zeros(values.shape[1])
    for task in np.flatnonzero(shares).tolist():
        known = np.unique(np.round(values[:, task][np.isfinite(values[:, task])], 7))
        found[task] = float(np.diff(known).min()) if len(known) > 1 else 0.0
    return found


def on_most_tasks(values: Floats) -> NDArray[np.intp]:
    """Return the rows that are there on as many tasks as any: a mean over fewer tasks is another quantity.

    Only tasks count on which two rows or more are there.

    Args:
        values: ``[rows, tasks, seeds]``, NaN where nothing is there.
    """
    present = np.asarray((~np.isnan(values)).any(axis=2))
    counts = present[:, present.sum(axis=0) >= 2].sum(axis=1)
    return np.flatnonzero((counts == counts.max(initial=0)) & (counts > 0))


def mean_shares(shares: Floats) -> Floats:
    """Return the mean over the tasks of each row; NaN for one that is on none."""
    counts = (~np.isnan(shares)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(shares, axis=1) / np.where(counts, counts, np.nan))


def _ranks(scores: Floats) -> NDArray[np.int64]:
    """Return the rank of each row of each resample: 1 + how many have a higher score, up to rounding."""
    rounded = np.round(scores, 12)
    order = np.sort(rounded, axis=1)
    rows = scores.shape[1]
    return np.stack(
        [1 + rows - np.searchsorted(line, own, side="right") for line, own in zip(order, rounded, strict=True)]
    )


def _alike(told: NDArray[np.bool_], rows: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return the longest runs of rows, which stand in their order, no two of whom are told apart."""
    runs = runs_alike(np.arange(len(rows), dtype=np.float64), np.logical_or(told, told.T))
    return tuple(tuple(rows[place] for place in run) for run in runs)

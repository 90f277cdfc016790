"""Budget curves: what each row reaches with how many tuning trials, and whether more would have changed who leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.numbers.best_of_k import BestOf, best_distribution, best_of, running_best
from benchsuite.analysis.numbers.more_budget import MoreBudget, more_budget, more_budget_overall
from benchsuite.analysis.sample import Column, column_labels
from benchsuite.analysis.searched_rows import column_of_search, costs, row_labels, tuned_by, whole_scores
from benchsuite.record import Record
from benchsuite.searches import Search

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class BudgetCurve:
    """What one row reached on one task, by what was spent.

    Args:
        row: Its label.
        column: Of the task.
        spent: ``[tried]``: whole trainings spent after each setting.
        best: ``[tried]``: the best validation score so far, larger is better; −∞ while all failed, NaN before the first
            whole training. It is the order in which they came: one history among many.
        expected: The best of k settings for each k, exactly, over the histories that could have been: the default first,
            as the protocol has it, and k − 1 of those that the tuner proposed. It holds for a tuner whose proposals could
            have come in any order.
    """

    row: str
    column: str
    spent: NDArray[np.float64]
    best: NDArray[np.float64]
    expected: BestOf


@dataclass(frozen=True, eq=False)
class BudgetCheck:
    """Would more budget have changed the winner?

    Args:
        rows: Labels of all rows.
        columns: Labels of the tasks.
        by_column: Of each task.
        overall: Where the row with the best mean rank leads.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    by_column: tuple[MoreBudget, ...]
    overall: MoreBudget


def expected_best(search: Search, coverage: float = 0.8) -> BestOf:
    """Return the best of k settings of a search, for each k: the default, and k − 1 that the tuner proposed.

    Args:
        search: The search; settings that were stopped at a rung are left out.
        coverage: As :func:`~benchsuite.analysis.numbers.best_of_k.best_of` has it.
    """
    floor, held = _histories(search)
    found = best_of(held, coverage=coverage)
    if np.isnan(floor):
        return found
    known = np.array([floor])
    return BestOf(
        np.arange(1, len(held) + 2), *(
            np.concatenate([start, part])
            for start, part in (
                (known, found.expected), (known, found.low), (known, found.high), (known, found.middle),
                (np.array([np.nan]), found.error),
            )
        )
    )  # fmt: skip


def futures_of_best(search: Search, k: int, generator: np.random.Generator, draws: int) -> NDArray[np.float64]:
    """Return the best of k settings in histories that could have been, ``[draws]``: what :func:`expected_best` is the mean of.

    Args:
        search: The search.
        k: How many settings, at least one and at most those that were trained to the end.
        generator: Where all chance comes from.
        draws: How many histories.
    """
    floor, held = _histories(search)
    proposed = k if np.isnan(floor) else k - 1
    shares = generator.random(draws)
    if not proposed:
        return np.full(draws, floor)
    below = best_distribution(len(held), np.array([proposed]), replacement=False)[0]
    return np.asarray(np.sort(held)[np.searchsorted(below, shares).clip(max=len(held) - 1)])


def _histories(search: Search) -> tuple[float, NDArray[np.float64]]:
    """Return the score of the default (NaN where none came first), and those of what was proposed, none below it."""
    scores, proposed = whole_scores(search), tuned_by(search)
    first = scores[~proposed][:1]
    # The default is there in every history, so none is worse than it.
    floor = float(first[0]) if len(first) and search.tried[0].source == "default" else float("nan")
    return floor, np.fmax(scores[proposed & ~np.isnan(scores)], floor)


def budget_curves(searches: Iterable[Search], records: Mapping[str, Record]) -> list[BudgetCurve]:
    """Return the curve of every search, sorted by task and row.

    Args:
        searches: Of one kind and track.
        records: Id → record, of the evaluations.
    """
    return [
        BudgetCurve(row, name, costs(search), running_best(whole_scores(search)), expected_best(search))
        for (_, name), rows in _by_column(searches, records).items()
        for row, search in sorted(rows.items())
    ]


def budget_check(
    searches: Iterable[Search], records: Mapping[str, Record], generator: np.random.Generator, *, draws: int = 4000
) -> BudgetCheck:
    """Return who would lead with half and with twice the tuning trials, by validation scores.

    Args:
        searches: Of one kind and track.
        records: Id → record, of the evaluations.
        generator: Where all chance comes from.
        draws: How many futures.
    """
    held = _by_column(searches, records)
    rows = sorted({row for of_column in held.values() for row in of_column})
    nothing = np.empty(0)
    tasks = [
        [whole_scores(of_column[row]) if row in of_column else nothing for row in rows] for of_column in held.values()
    ]
    each = tuple(more_budget(task, generator, draws=draws) for task in tasks)
    overall = more_budget_overall(tasks, generator, draws=draws)
    return BudgetCheck(tuple(rows), tuple(name for _, name in held), each, overall)


def _by_column(
    searches: Iterable[Search], records: Mapping[str, Record]
) -> dict[tuple[Column, str], dict[str, Search]]:
    """Return column and its label → row → search."""
    held: Sequence[Search] = sorted(searches, key=lambda search: search.id)
    columns: defaultdict[Column, dict[str, Search]] = defaultdict(dict)
    for label, search in zip(row_labels(held), held, strict=True):
        columns[column_of_search(search, records)][label] = search
    names = column_labels(sorted(columns))
    return {(column, names[column]): columns[column] for column in sorted(columns)}

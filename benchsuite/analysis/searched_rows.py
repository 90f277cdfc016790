"""Searches as rows and columns: which of them stand side by side, and what was tried in each as arrays."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.sample import Column, column_of
from benchsuite.record import Record
from benchsuite.searches import Search

if TYPE_CHECKING:
    from numpy.typing import NDArray


def searched_only(searches: Iterable[Search]) -> frozenset[str]:
    """Return the trials that only a search asked for: those of a chosen setting, unless that is the default one."""
    found: set[str] = set()
    kept: set[str] = set()
    for search in searches:
        default = not search.tried or search.tried[search.chosen or 0].source == "default"
        (kept if default else found).update(search.evaluated)
    return frozenset(found - kept)


def column_of_search(search: Search, records: Mapping[str, Record]) -> Column:
    """Return the column in which a search's evaluations stand; its own facts where none was stored yet.

    Args:
        search: The search.
        records: Id → record.
    """
    evaluated = next((records[id] for id in search.evaluated if id in records), None)
    if evaluated is not None:
        # What it chose of batch size and the task's own knobs is part of the row, as every hyperparameter is.
        return replace(column_of(evaluated), batch_size=search.batch_size, change=search.change)
    return Column(
        search.task, search.task_version, search.epochs, search.batch_size, search.precision, search.device, search.engine,
        lanes=search.lanes, change=search.change,
    )  # fmt: skip


def row_labels(searches: Sequence[Search]) -> list[str]:
    """Return what each search is a row of: its selection, with tuner and budget where those of its name differ.

    Args:
        searches: Of one kind and track.
    """
    protocols: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
    for search in searches:
        protocols[search.selection].add(_protocol(search))
    return [_with_protocol(search) if len(protocols[search.selection]) > 1 else search.selection for search in searches]


def whole_scores(search: Search) -> NDArray[np.float64]:
    """Return the validation scores of all settings in the order in which they were tried, larger is better.

    −∞ failed; NaN was stopped at a rung, so that it cannot be chosen.
    """
    return np.array(
        [math.nan if one.stop else -math.inf if one.score is None else one.score for one in search.tried],
        dtype=np.float64,
    )


def costs(search: Search) -> NDArray[np.float64]:
    """Return what had been spent after each setting, in whole trainings."""
    return np.cumsum([one.cost for one in search.tried], dtype=np.float64)


def tuned_by(search: Search) -> NDArray[np.bool_]:
    """Return which settings the tuner proposed: not the default, and none of those that the protocol adds."""
    return np.array([one.source == "tuner" for one in search.tried], dtype=bool)


def searched_rates(search: Search, name: str) -> NDArray[np.float64]:
    """Return the value of a searched number in each setting; NaN where a setting lacks it.

    Args:
        search: The search.
        name: Such as ``optimizer.0.learning_rate``.
    """
    held = [one.values.get(name) for one in search.tried]
    numbers = [float(one) if isinstance(one, int | float) and not isinstance(one, bool) else math.nan for one in held]
    return np.array(numbers, dtype=np.float64)


def _protocol(search: Search) -> tuple[object, ...]:
    return (search.tuner, search.tuner_version, search.budget, search.tuning_seeds, search.folds, search.searched)


def _with_protocol(search: Search) -> str:
    parts = [
        search.tuner or "no tuner",
        f"{search.budget} trials",
        *([f"{search.folds} folds"] if search.folds else []),
    ]
    return f"{search.selection} · {', '.join(parts)} · {', '.join(search.searched)}"

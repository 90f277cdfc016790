"""The records of two selections, task by task, as the arrays that a verdict is made of."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.entries import saturated_targets
from benchsuite.analysis.folds import seeds_of
from benchsuite.analysis.intervals import Direction, median
from benchsuite.analysis.sample import Column, column_labels, column_of, unique
from benchsuite.analysis.test_part import Right, part_error
from benchsuite.analysis.trial_measure import TrialMeasure, timing_counts
from benchsuite.record import Record

Floats = NDArray[np.float64]
Values = tuple[tuple[int, ...], Floats]
"""Seeds, and what each gave."""


@dataclass(frozen=True)
class TwoSides:
    """What two selections gave on one task.

    Args:
        task: Its name, with what tells it from another budget of the same task.
        measure: What the numbers are, in words.
        direction: ``max`` if larger is better.
        seeds_a: The seeds of A, growing.
        a: ``[seeds]``, in the measure's unit; the number that is worse than any other where training failed or missed the
            target, NaN where there is none (unsupported, pruned).
        seeds_b: Likewise of B.
        b: Likewise.
        test_error: Standard error of the difference that comes from a finite test part; 0 where nothing is known of it.
        targets: What the task declares.
        saturated: Those that every trial reached at its first evaluation.
        target: The one that the measure counts to, if it does.
        budget: At how many steps or epochs a seed that missed the target was given up, where they are counted; ``None`` else.
        step_ratio: Time of a step of A divided by that of B, medians over the timings that count; ``None`` without any.
        timings: How many timings count, and how many there are.
        column: Task and budget; ``None`` for numbers that come from elsewhere.
    """

    task: str
    measure: str
    direction: Direction
    seeds_a: tuple[int, ...]
    a: Floats
    seeds_b: tuple[int, ...]
    b: Floats
    test_error: float = 0.0
    targets: tuple[float, ...] = ()
    saturated: frozenset[float] = field(default_factory=frozenset)
    target: float | None = None
    budget: float | None = None
    step_ratio: float | None = None
    timings: tuple[int, int] = (0, 0)
    column: Column | None = None

    @property
    def beyond(self) -> str:
        """The word for a seed that is worse than any number."""
        return "failed" if self.target is None else "missed"


def two_sides(
    a: Iterable[Record],
    b: Iterable[Record],
    measure: TrialMeasure,
    sizes: Mapping[str, tuple[int, int, int]] | None = None,
    right: Right | None = None,
) -> list[TwoSides]:
    """Return what two selections gave on each task that both have, sorted by task.

    A target that is a number means something on the tasks that declare it: where some do, the others are left out.

    Args:
        a: The records of A.
        b: The records of B.
        measure: The number of a trial that is compared.
        sizes: Task → examples in its three parts, where that is known.
        right: Gives what was predicted right, see :mod:`benchsuite.analysis.test_part`.
    """
    of_a, of_b = _by_column(a), _by_column(b)
    common = sorted(of_a.keys() & of_b.keys())
    declare = [column for column in common if measure.target in {float(one) for one in of_a[column][0].task.targets}]
    kept = declare if isinstance(measure.target, float) and declare else common
    names = column_labels(kept)
    known = sizes or {}
    return [
        _two(column, names[column], (of_a[column], of_b[column]), measure, known.get(column.task), right)
        for column in kept
    ]


def _by_column(records: Iterable[Record]) -> dict[Column, list[Record]]:
    found: defaultdict[Column, list[Record]] = defaultdict(list)
    for record in unique(records):
        found[column_of(record)].append(record)
    return found


def _two(
    column: Column,
    name: str,
    records: tuple[Sequence[Record], Sequence[Record]],
    measure: TrialMeasure,
    sizes: tuple[int, int, int] | None,
    right: Right | None,
) -> TwoSides:
    a, b = records
    seeds_a, values_a = _values(a, measure)
    seeds_b, values_b = _values(b, measure)
    return sides_of(
        (seeds_a, values_a), (seeds_b, values_b), (a, b), measure, name=name, column=column, sizes=sizes, right=right
    )


def sides_of(
    first: Values,
    second: Values,
    records: tuple[Sequence[Record], Sequence[Record]],
    measure: TrialMeasure,
    *,
    name: str,
    column: Column | None,
    sizes: tuple[int, int, int] | None = None,
    right: Right | None = None,
) -> TwoSides:
    """Return two sides of one task whose values are known.

    Args:
        first: Seeds and values of A, as :class:`TwoSides` has them.
        second: Likewise of B.
        records: The trials of both, at least one each.
        measure: What the values are.
        name: The task's label.
        column: Task and budget.
        sizes: Examples in the task's three parts, where that is known.
        right: Gives what was predicted right.
    """
    a, b = records
    task = a[0].task
    timed = [record for record in (*a, *b) if record.costs.step_milliseconds is not None]
    apart = _mean(first[1]) - _mean(second[1])
    return TwoSides(
        task=name,
        measure=words_of(measure, task.primary),
        direction=measure.direction(task.direction),
        seeds_a=first[0],
        a=first[1],
        seeds_b=second[0],
        b=second[1],
        test_error=part_error(a, b, apart, measure, sizes, right) if math.isfinite(apart) else 0.0,
        targets=tuple(map(float, task.targets)),
        saturated=saturated_targets([*a, *b]),
        target=measure.target_of(a[0]) if measure.counts_up else None,
        budget=_budget([*a, *b], measure),
        step_ratio=_ratio(_times(a), _times(b)),
        timings=(sum(map(timing_counts, timed)), len(timed)),
        column=column,
    )


def words_of(measure: TrialMeasure, primary: str) -> str:
    """Return what a measure is on a task, in words.

    Args:
        measure: The measure.
        primary: The primary measure of the task.
    """
    if measure.counts_up:
        target = f"{measure.target:g}" if isinstance(measure.target, float) else f"the {measure.target} target"
        return f"{measure.of} to {target}"
    return f"{measure.of} {'loss' if measure.loss else primary}"


def _values(records: Sequence[Record], measure: TrialMeasure) -> Values:
    trials = seeds_of(records)
    return (
        tuple(each[0].trial.seed for each in trials),
        np.array([measure.of_seed(each) for each in trials], dtype=np.float64),
    )


def _budget(records: Sequence[Record], measure: TrialMeasure) -> float | None:
    # Seconds have none: each trial took its own.
    if measure.of not in ("steps", "epochs"):
        return None
    return max((measure.watched(record) for record in records if record.outcome.finished), default=None)


def _mean(values: Floats) -> float:
    numbers = values[np.isfinite(values)]
    return float(numbers.mean()) if len(numbers) else math.nan


def _times(records: Sequence[Record]) -> list[float]:
    return [
        time for record in records if timing_counts(record) and (time := record.costs.step_milliseconds) is not None
    ]


def _ratio(a: Sequence[float], b: Sequence[float]) -> float | None:
    ratio = median(a) / median(b) if a and b and median(b) > 0 else math.nan
    return ratio if math.isfinite(ratio) else None

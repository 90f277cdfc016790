"""How much of the spread between seeds comes from which stream: initial values, order of the batches, noise.

One stream is drawn anew while the others stay: the variance within such a group, averaged over groups of other seeds, is what
goes away if that stream alone is fixed. It holds what the stream does alone and what it does with others, so the shares of
several streams may add up to more than the whole; what is above 100 % is what streams do together.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchsuite.analysis.importance.one_way import Ratio, Variance, ratio, within
from benchsuite.analysis.importance.outcome_value import Quantity, looked_at, seed_values, value_of, with_floor
from benchsuite.analysis.recipe_labels import recipe_labels
from benchsuite.analysis.sample import Column, column_of, unique
from benchsuite.record import Record
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.trial import STREAMS

Key = tuple[Column, str]


@dataclass(frozen=True, slots=True)
class StreamShare:
    """What one stream does.

    Args:
        stream: ``initial``, ``order`` or ``noise``.
        groups: Seeds of the other streams that were held.
        trials: Values in all groups.
        variance: Within the groups.
        share: Of the variance between whole seeds; ``None`` if that is 0 or unknown.
        identical: Whether all values of each group are one, to the bit: the recipe draws nothing from this stream.
    """

    stream: str
    groups: int
    trials: int
    variance: Variance
    share: Ratio | None
    identical: bool


@dataclass(frozen=True, slots=True)
class VarianceSplit:
    """The spread of one recipe on one task, by stream.

    Args:
        column: Task and budget.
        label: What tells the recipe from the task's baseline.
        looked: The measure.
        whole: The variance between trials whose whole seeds differ.
        seeds: How many such trials there are.
        streams: Of each stream that was varied alone, in their usual order.
        failed: Trials that failed: they count as the worst that completed.
    """

    column: Column
    label: str
    looked: Quantity
    whole: Variance
    seeds: int
    streams: tuple[StreamShare, ...]
    failed: int


def variance_splits(records: Iterable[Record], measure: str = "validation") -> list[VarianceSplit]:
    """Split the variance of every recipe of which a stream was varied alone.

    Args:
        records: The records.
        measure: What is looked at, see :meth:`~benchsuite.analysis.trial_measure.TrialMeasure.named`.
    """
    varied: defaultdict[Key, list[Record]] = defaultdict(list)
    ordinary: defaultdict[Key, list[Record]] = defaultdict(list)
    for record in unique(records):
        trial = record.trial
        if trial.fold or trial.inner or trial.refit or trial.seed >= FIRST_TUNING_SEED:
            continue
        key = column_of(record), f"{trial.recipe.text}{sorted(trial.knobs)}"
        if len(trial.streams) == 1:
            varied[key].append(record)
        elif not trial.streams:
            ordinary[key].append(record)
    return [_split(key[0], held, ordinary[key], measure) for key, held in sorted(varied.items())]


def _split(column: Column, varied: list[Record], ordinary: list[Record], measure: str) -> VarianceSplit:
    looked = looked_at(varied[0], measure)
    groups: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for record in varied:
        value = value_of([record], looked)
        if value is not None:
            groups[record.trial.streams[0][0], record.trial.seed].append(value)
    whole = list(seed_values(ordinary, looked).values())
    flat = [*whole, *(value for values in groups.values() for value in values)]
    filled = iter(with_floor(flat, looked.direction).tolist())
    seeds = np.array([next(filled) for _ in whole])
    held = {key: np.array([next(filled) for _ in values]) for key, values in groups.items()}
    of_all = within([seeds])
    streams = []
    for stream in STREAMS:
        own = [values for (name, _), values in sorted(held.items()) if name == stream]
        if not any(len(values) > 1 for values in own):
            continue
        variance = within(own)
        identical = all(len(set(values.tolist())) == 1 for values in own)
        trials = sum(map(len, own))
        streams.append(StreamShare(stream, len(own), trials, variance, ratio(variance, of_all), identical))
    recipe, baseline = varied[0].trial.recipe, varied[0].task.baseline
    (label,) = recipe_labels([recipe], baseline)
    return VarianceSplit(column, label, looked, of_all, len(whole), tuple(streams), sum(map(math.isnan, flat)))

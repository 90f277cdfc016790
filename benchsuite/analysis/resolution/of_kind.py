"""The resolution of one task for one kind, from the records of its tuned reference components."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.column_resolution import examples_floor
from benchsuite.analysis.entries import saturated_targets
from benchsuite.analysis.intervals import median
from benchsuite.analysis.resolution.seconds import compile_seconds, own_seconds
from benchsuite.analysis.resolution.shares import VarianceShares, variance_shares
from benchsuite.analysis.resolution.told import share_told
from benchsuite.analysis.test_part import SHARE
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record

SEEDS = (3, 5, 10)
"""With how many seeds pairs are tested."""
PACE = 5
"""Seeds of a comparison whose price is told; as many as there are where they are fewer."""


@dataclass(frozen=True)
class ReferenceTrials:
    """What one reference component gave on a task.

    Args:
        selection: Its name in tables.
        evaluated: The trials of its chosen setting on the evaluation seeds.
        tuning: Those that chose it.
    """

    selection: str
    evaluated: Sequence[Record]
    tuning: Sequence[Record] = ()


@dataclass(frozen=True)
class KindResolution:
    """How well a task tells the methods of a kind apart.

    Args:
        components: The reference components that could be tried there.
        unsupported: Those that could not, and count for nothing.
        pairs: How many pairs were tested: all but those that are one method.
        failed: Share of the evaluation trials that failed.
        told: Seeds → share of pairs told apart by the primary measure of the test part, each with seeds of its own.
        paired: Seeds → the same where both count as having the same seeds, as ``benchsuite compare`` takes them by default.
        measures: Measure → ``told`` by it.
        variance: Its split, of the primary measure.
        floor: The smallest difference that so many test examples can show; ``None`` where the measure has none that is known.
        saturated: Share of the task's targets that every trial reached at its first evaluation; ``None`` without targets.
        seconds: Of training and evaluating once on one core; ``None`` where no timing counts.
        compile_seconds: Of building a program; ``None`` where all compiled code was there already.
        minutes_seeds: With how many seeds the price is told.
    """

    components: tuple[str, ...]
    unsupported: tuple[str, ...]
    pairs: int
    failed: float
    told: Mapping[int, float]
    paired: Mapping[int, float]
    measures: Mapping[str, Mapping[int, float]]
    variance: VarianceShares
    floor: float | None
    saturated: float | None
    seconds: float | None
    compile_seconds: float | None
    minutes_seeds: int = PACE

    @property
    def pairs_per_minute(self) -> float | None:
        """Pairs told apart ÷ minutes of one core: told · pairs ÷ (components · seeds · seconds ÷ 60); ``None`` without a time."""
        told = self.told.get(self.minutes_seeds)
        if told is None or not self.seconds:
            return None
        return told * self.pairs / (len(self.components) * self.minutes_seeds * self.seconds / 60)

    def to_json(self) -> dict[str, Any]:
        """Return what a certificate keeps; shares with four digits, times with three that count."""
        return {
            "components": list(self.components),
            "unsupported": list(self.unsupported),
            "pairs": self.pairs,
            "failed": _digits(self.failed),
            "told": _by_seeds(self.told),
            "paired": _by_seeds(self.paired),
            "measures": {name: _by_seeds(told) for name, told in sorted(self.measures.items())},
            "variance": {
                "component": _digits(self.variance.component),
                "seed": _digits(self.variance.seed),
                "interaction": _digits(self.variance.interaction),
                "components": self.variance.rows,
            },
            "floor": _digits(self.floor),
            "saturated": _digits(self.saturated),
            "seconds": _significant(self.seconds),
            "compile_seconds": _significant(self.compile_seconds),
            "pairs_per_minute": _significant(self.pairs_per_minute),
        }


def resolution_of_kind(
    trials: Sequence[ReferenceTrials],
    measures: Mapping[str, str],
    primary: str,
    *,
    words: Sequence[str] = (),
    same: Callable[[str, str], bool] = lambda one, other: False,
    examples: int = 0,
    confidence: float = 0.95,
) -> KindResolution | None:
    """Return the resolution of a task for a kind; ``None`` where fewer than two of its reference components can be tried.

    Args:
        trials: Of each reference component.
        measures: What the task measures on its test part → ``max`` or ``min``.
        primary: Which of them is the primary one.
        words: Other measures of a trial that count, as :class:`~benchsuite.analysis.trial_measure.TrialMeasure` reads them; one
            that says nothing of this task is left out.
        same: Says of two selections whether they are one method.
        examples: In the test part; 0 where nobody knows.
        confidence: Of each test.
    """
    there = [one for one in trials if any(_counts(record) for record in one.evaluated)]
    if len(there) < 2:
        return None
    pairs = [
        (one, other)
        for one, other in itertools.combinations(range(len(there)), 2)
        if not same(there[one].selection, there[other].selection)
    ]
    level = 1 - confidence
    seeds = sorted({record.trial.seed for one in there for record in one.evaluated})
    arrays = {name: _values(there, seeds, _final(name, direction)) for name, direction in measures.items()}
    others = {word: _values(there, seeds, _worded(TrialMeasure.named(word))) for word in words}
    arrays |= {word: values for word, values in others.items() if not np.isnan(values).any()}
    sizes = [size for size in SEEDS if size <= len(seeds)]

    def told(name: str, paired: bool = False) -> dict[int, float]:
        share = examples if name == SHARE else 0
        return {
            size: share_told(arrays[name], size, pairs=pairs, paired=paired, level=level, examples=share)
            for size in sizes
        }

    counted = [record for one in there for record in one.evaluated if _counts(record)]
    targets = counted[0].task.targets
    by_measure = {name: told(name) for name in arrays}
    own = [_median([own_seconds(record) for record in one.evaluated]) for one in there]
    compiled = [_largest([compile_seconds(record) for record in (*one.tuning, *one.evaluated)]) for one in there]
    return KindResolution(
        components=tuple(one.selection for one in there),
        unsupported=tuple(one.selection for one in trials if one not in there),
        pairs=len(pairs),
        failed=sum(record.outcome.failed for record in counted) / len(counted),
        told=by_measure[primary],
        paired=told(primary, paired=True),
        measures=by_measure,
        variance=variance_shares(arrays[primary]),
        floor=examples_floor(examples, level) if examples and primary == SHARE else None,
        saturated=len(saturated_targets(counted)) / len(targets) if targets else None,
        seconds=_median(own),
        compile_seconds=_median(compiled),
        minutes_seeds=PACE if PACE in sizes else max(sizes, default=PACE),
    )


def _counts(record: Record) -> bool:
    return record.outcome.finished or record.outcome.failed


def _values(
    trials: Sequence[ReferenceTrials], seeds: Sequence[int], value: Callable[[Record], float]
) -> NDArray[np.float64]:
    """Return ``[components, seeds]``, larger better: −∞ failed, NaN not there."""
    place = {seed: number for number, seed in enumerate(seeds)}
    values = np.full((len(trials), len(seeds)), math.nan)
    for row, one in enumerate(trials):
        for record in one.evaluated:
            if _counts(record):
                values[row, place[record.trial.seed]] = value(record)
    return values


def _final(measure: str, direction: str) -> Callable[[Record], float]:
    """Return what reads a measure of the test part after the last epoch, larger better."""

    def value(record: Record) -> float:
        found = (record.results.final or {}).get(f"test_{measure}")
        if not record.outcome.finished or found is None or not math.isfinite(found):
            return -math.inf
        return float(found) if direction == "max" else -float(found)

    return value


def _worded(measure: TrialMeasure) -> Callable[[Record], float]:
    """Return what reads another measure, larger better."""
    return lambda record: measure.of_seed([record]) * (1 if measure.direction(record.task.direction) == "max" else -1)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _largest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _by_seeds(shares: Mapping[int, float]) -> dict[str, float | None]:
    return {str(seeds): _digits(share) for seeds, share in shares.items()}


def _digits(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 4)


def _significant(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.3g}")

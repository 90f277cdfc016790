"""One entry of a leaderboard: the statistics of all trials of one row on one column."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis.folds import seeds_of
from benchsuite.analysis.intervals import Direction, Interval, median, median_interval, worst
from benchsuite.outcomes import Outcome
from benchsuite.record import Reached, Record

if TYPE_CHECKING:
    from benchsuite.analysis.ranking import Standing
    from benchsuite.analysis.trial_measure import TrialMeasure

# A timing counts only where the trial had its core to itself: processor time ÷ wall time at least this.
LEAST_CPU_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class SeedValue:
    """What one trial reached by the measure of its table; a value of ``None`` is a failed seed, or one that does not count.

    In a cross-validation it is the mean over the folds of one seed, whose trials are ``ids`` in the order of the folds,
    and ``deviation`` is the standard deviation of ``final`` over them (with n − 1). ``missed``: it went to its end without
    reaching the target whose steps are counted, and so is later than any that reached it. ``unknown``: it went to its
    end, and there is nothing to say by this measure, such as the steps to a target that its task does not have.
    """

    ids: tuple[str, ...]
    seed: int
    outcome: Outcome
    final: float | None
    best: float | None
    deviation: float | None = None
    missed: bool = False
    unknown: bool = False

    @property
    def id(self) -> str:
        """The trial, or that of the first fold."""
        return self.ids[0]

    @property
    def counts(self) -> bool:
        """Whether it enters statistics: it went to its end or failed on the way."""
        return (self.outcome.finished or self.outcome.failed) and not self.unknown

    @property
    def failed(self) -> bool:
        """Whether training was tried and gave no number."""
        return self.counts and self.final is None and not self.missed


@dataclass(frozen=True, slots=True)
class TargetSteps:
    """Training steps until the validation part first reached a target; ``None`` is a target missed within the budget.

    ``steps`` has one number for each seed that counts; in a cross-validation the median over its folds, where a fold that
    missed the target is later than any other and a failed one makes the whole seed miss it, as it fails the seed.
    ``median`` is the median over all these seeds with a missed target as +∞: if that is infinite it is ``None``,
    to be shown as "> ``budget_steps``". ``saturated``: every trial of the column reached it at its first evaluation.
    """

    target: float
    steps: tuple[float | None, ...]
    median: float | None
    budget_steps: int
    saturated: bool

    @property
    def reached(self) -> int:
        """The number of seeds that reached the target."""
        return sum(step is not None for step in self.steps)


@dataclass(frozen=True, slots=True)
class Entry:
    """All trials of one row on one column.

    ``final`` is the value after the last epoch (the headline), ``best`` the value at the epoch with the best
    validation value, both of the test part unless the table has another measure; both are ``None`` if no trial counts, since
    all were pruned or are unsupported. ``rank`` is that of the median, ``None`` where there is nothing to rank against;
    ``place`` what tests of all runs tell of the column; the entry ``leads`` if none is told to be better and some are worse.
    ``step_milliseconds`` is the median over the ``timings`` trials that had their core to themselves. Of ``disputed`` trials
    somebody else has other numbers, which are never part of these statistics.
    """

    seeds: tuple[SeedValue, ...]
    final: Interval | None
    best: Interval | None
    targets: tuple[TargetSteps, ...]
    step_milliseconds: float | None
    timings: int
    timings_not_counted: int
    state_bytes: int | None
    parameters: int | None
    is_baseline: bool
    rank: float | None = None
    leads: bool = False
    place: Standing | None = None
    disputed: int = 0

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """The number of seeds by outcome, in the order of the outcomes."""
        counts = Counter(seed.outcome for seed in self.seeds)
        return {outcome: counts[outcome] for outcome in Outcome if outcome in counts}

    @property
    def counted(self) -> int:
        """The number of seeds that enter the statistics."""
        return sum(seed.counts for seed in self.seeds)

    @property
    def without_value(self) -> Outcome:
        """What stands in a table where no seed counts: pruned if one was, else unsupported."""
        return Outcome.PRUNED if Outcome.PRUNED in self.outcomes else Outcome.UNSUPPORTED

    @property
    def failed(self) -> int:
        """The number of trials that trained and gave no number."""
        return sum(seed.failed for seed in self.seeds)

    @property
    def deviation(self) -> float | None:
        """The standard deviation over the folds, as the mean over the seeds that have one; ``None`` without folds."""
        known = [seed.deviation for seed in self.seeds if seed.deviation is not None]
        return _mean(known) if known else None


def summarize(
    records: Sequence[Record],
    saturated: frozenset[float],
    *,
    is_baseline: bool,
    confidence: float,
    measure: TrialMeasure | None = None,
) -> Entry:
    """Build the entry of all ``records`` of one row on one column.

    Args:
        records: The records, which share task, budget and recipe and differ in the seed, or in the fold; a seed that
            lacks folds does not count.
        saturated: The targets that every trial of the column reaches at its first evaluation.
        is_baseline: Whether the recipe is the task's baseline.
        confidence: The wanted confidence of the intervals.
        measure: What is measured; the primary measure of the test part unless given.
    """
    by_seed = seeds_of(records)
    task = records[0].task
    direction: Direction = "max" if task.direction == "max" else "min"
    if measure is not None:
        direction = measure.direction(task.direction)
    seeds = tuple(_seed_value(trials, measure) for trials in by_seed)
    applied = [record for trials in by_seed for record in trials if record.outcome is not Outcome.UNSUPPORTED]
    tried = [trials for trials, seed in zip(by_seed, seeds, strict=True) if seed.counts or seed.unknown]
    values = [seed for seed in seeds if seed.counts]
    timed = [(time, record.costs) for record in applied if (time := record.costs.step_milliseconds) is not None]
    counted = [time for time, costs in timed if (costs.cpu_share or 0) >= LEAST_CPU_SHARE]
    return Entry(
        seeds=seeds,
        final=median_interval([value.final for value in values], direction, confidence) if values else None,
        best=median_interval([value.best for value in values], direction, confidence) if values else None,
        targets=_target_steps(tried, [float(target) for target in task.targets], saturated),
        step_milliseconds=median(counted) if counted else None,
        timings=len(counted),
        timings_not_counted=len(timed) - len(counted),
        # The same for all seeds in practice; the largest is the one that had to fit.
        state_bytes=_largest([record.costs.state_bytes for record in applied]),
        parameters=_largest([record.costs.parameters for record in applied]),
        is_baseline=is_baseline,
    )


def saturated_targets(records: Sequence[Record]) -> frozenset[float]:
    """Return the targets that every trial reached at its first evaluation after the start (or before it).

    Such a target tells nothing apart. A failed trial has not reached it; an unsupported or pruned one has no say.
    """
    counted = [record for record in records if record.outcome.finished or record.outcome.failed]
    left = {float(target) for record in counted for target in record.task.targets}
    for record in counted:
        if not left:
            break
        left &= _reached_at_once(record)
    return frozenset(left)


def value_of(record: Record, which: str) -> float | None:
    """Return the test value of the primary metric in ``results.final`` or ``results.best``, if there is one."""
    values = record.results.final if which == "final" else record.results.best
    value = (values or {}).get(f"test_{record.task.primary}")
    finite = record.outcome.finished and value is not None and math.isfinite(value)
    return float(value) if finite and value is not None else None


def reached_targets(record: Record) -> dict[float, Reached]:
    """Return when the validation part first reached each target; one that it never did is not there."""
    found: dict[float, Reached | None] = {}
    if record.outcome.finished:
        for text, reached in record.results.targets.items():
            found.setdefault(float(text), reached)
    return {target: reached for target, reached in found.items() if reached is not None}


def failed_seed(seed: int, outcome: Outcome, ids: Sequence[str]) -> SeedValue:
    """Return a seed of what could not be run at all, since nothing of it trained.

    Args:
        seed: The seed.
        outcome: How the trials ended that were tried instead.
        ids: Of these trials.
    """
    return SeedValue(tuple(ids), seed, outcome, None, None)


def entry_of_failed(seeds: Sequence[SeedValue], direction: Direction, confidence: float) -> Entry:
    """Return the entry of seeds all of which failed."""
    interval = median_interval([None] * len(seeds), direction, confidence) if seeds else None
    return Entry(tuple(seeds), interval, interval, (), None, 0, 0, None, None, is_baseline=False)


def _seed_value(trials: Sequence[Record], measure: TrialMeasure | None = None) -> SeedValue:
    """Return the value of a trial, or that over the folds of a seed, which come all or not at all."""
    if measure is not None:
        return _measured(trials, measure)
    finals, bests = ([value_of(record, which) for record in trials] for which in ("final", "best"))
    outcomes = [record.outcome for record in trials]
    ids = tuple(record.id for record in trials)
    return SeedValue(ids, trials[0].trial.seed, _ended(outcomes), _mean(finals), _mean(bests), _deviation(finals))


def _measured(trials: Sequence[Record], measure: TrialMeasure) -> SeedValue:
    """Return the value of a seed by a measure of one's own choice."""
    final, best = measure.of_seed(trials, "final"), measure.of_seed(trials, "best")
    each = [value if math.isfinite(value := measure.of_seed([record])) else None for record in trials]
    outcome = _ended([record.outcome for record in trials])
    return SeedValue(
        ids=tuple(record.id for record in trials),
        seed=trials[0].trial.seed,
        outcome=outcome,
        final=final if math.isfinite(final) else None,
        best=best if math.isfinite(best) else None,
        deviation=_deviation(each),
        missed=outcome.finished and measure.counts_up and math.isinf(final),
        unknown=outcome.finished and math.isnan(final),
    )


def _ended(outcomes: Sequence[Outcome]) -> Outcome:
    """Return how a seed ended: one fold that failed fails it, whatever became of the others."""
    return ([one for one in outcomes if one.failed] or [one for one in outcomes if not one.finished] or list(outcomes))[
        0
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if len(known) == len(values) else None


def _deviation(values: Sequence[float | None]) -> float | None:
    mean = _mean(values)
    if mean is None or len(values) < 2:
        return None
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values if value is not None) / (len(values) - 1))


def _target_steps(
    seeds: Sequence[Sequence[Record]], targets: Sequence[float], saturated: frozenset[float]
) -> tuple[TargetSteps, ...]:
    """Return the steps to each target; every record is read once, however many there are."""
    steps: dict[float, list[float | None]] = {target: [] for target in targets}
    budget = 0
    for trials in seeds:
        finished = all(record.outcome.finished for record in trials)
        reached = [reached_targets(record) for record in trials] if finished else []
        budget = max(budget, *(record.trial.epochs * (record.results.steps_per_epoch or 0) for record in trials))
        for target, held in steps.items():
            held.append(_median_steps([one[target].step if target in one else None for one in reached]))
    return tuple(
        TargetSteps(
            target=target,
            steps=tuple(steps[target]),
            median=_median_steps(steps[target]),
            budget_steps=budget,
            saturated=target in saturated,
        )
        for target in targets
    )


def _median_steps(steps: Sequence[float | None]) -> float | None:
    middle = median([worst("min") if step is None else step for step in steps]) if steps else math.inf
    return middle if math.isfinite(middle) else None


def _reached_at_once(record: Record) -> set[float]:
    first = min((epoch for epoch in record.curves.get("epoch", ()) if epoch > 0), default=1)
    return {target for target, reached in reached_targets(record).items() if reached.epoch <= first}


def _largest(values: Sequence[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)

"""One entry of a leaderboard: the statistics of all trials of one row on one column."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.analysis.intervals import Direction, Interval, median, median_interval, worst

Record = Mapping[str, Any]

# A timing counts only where the trial had its core to itself: processor time ÷ wall time at least this.
LEAST_CPU_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class SeedValue:
    """What one trial reached on the test part; a value of ``None`` is a failed seed (or an unsupported one).

    In a cross-validation it is the mean over the folds of one seed, and ``deviation`` the standard deviation over them
    (with n − 1).
    """

    id: str
    seed: int
    outcome: str
    final: float | None
    best: float | None
    deviation: float | None = None

    @property
    def supported(self) -> bool:
        """Whether the component can be applied to the task at all; only such trials enter statistics."""
        return self.outcome != "unsupported"

    @property
    def failed(self) -> bool:
        """Whether training was tried and gave no number."""
        return self.supported and self.final is None


@dataclass(frozen=True, slots=True)
class TargetSteps:
    """Training steps until the validation part first reached a target; ``None`` is a target missed within the budget.

    ``median`` is the median over all supported seeds with a missed target as +∞: if that is infinite it is ``None``,
    to be shown as "> ``budget_steps``". ``saturated``: every trial of the column reached it at its first evaluation.
    """

    target: float
    steps: tuple[int | None, ...]
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

    ``final`` is the test value after the last epoch (the headline), ``best`` the test value at the epoch with the best
    validation value; both are ``None`` if every trial is unsupported. ``rank`` is ``None`` where there is nothing to
    rank against; the entry ``leads`` if no other median of its column is better. ``step_milliseconds`` is the median
    over the ``timings`` trials that had their core to themselves.
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

    @property
    def outcomes(self) -> dict[str, int]:
        """The number of trials by outcome, sorted by outcome."""
        return dict(sorted(Counter(seed.outcome for seed in self.seeds).items()))

    @property
    def supported(self) -> int:
        """The number of trials that enter the statistics."""
        return sum(seed.supported for seed in self.seeds)

    @property
    def failed(self) -> int:
        """The number of trials that trained and gave no number."""
        return sum(seed.failed for seed in self.seeds)


def summarize(records: Sequence[Record], saturated: frozenset[float], *, is_baseline: bool, confidence: float) -> Entry:
    """Build the entry of all ``records`` of one row on one column.

    Args:
        records: The records, which share task, budget and recipe and differ in the seed.
        saturated: The targets that every trial of the column reaches at its first evaluation.
        is_baseline: Whether the recipe is the task's baseline.
        confidence: The wanted confidence of the intervals.
    """
    ordered = sorted(records, key=lambda record: (record["spec"]["seed"], record["id"]))
    measure = ordered[0]["results"]["measure"]
    direction: Direction = measure["direction"]
    seeds = _seed_values(ordered)
    supported = [record for record in ordered if record["outcome"] != "unsupported"]
    values = [seed for seed in seeds if seed.supported]
    costs = [record["costs"] for record in supported if record["costs"].get("step_milliseconds") is not None]
    counted = [cost["step_milliseconds"] for cost in costs if (cost.get("cpu_share") or 0) >= LEAST_CPU_SHARE]
    return Entry(
        seeds=seeds,
        final=median_interval([value.final for value in values], direction, confidence) if values else None,
        best=median_interval([value.best for value in values], direction, confidence) if values else None,
        targets=tuple(_target_steps(supported, float(target), saturated) for target in measure["targets"]),
        step_milliseconds=median(counted) if counted else None,
        timings=len(counted),
        timings_not_counted=len(costs) - len(counted),
        state_bytes=_largest(supported, "state_bytes"),
        parameters=_largest(supported, "parameters"),
        is_baseline=is_baseline,
    )


def saturated_targets(records: Sequence[Record]) -> frozenset[float]:
    """Return the targets that every trial reached at its first evaluation after the start (or before it).

    Such a target tells nothing apart. A failed trial has not reached it; an unsupported one has no say.
    """
    supported = [record for record in records if record["outcome"] != "unsupported"]
    targets = {float(target) for record in supported for target in record["results"]["measure"]["targets"]}
    return frozenset(target for target in targets if all(_reached_at_once(record, target) for record in supported))


def value_of(record: Record, which: str) -> float | None:
    """Return the test value of the primary metric in ``results.final`` or ``results.best``, if there is one."""
    results = record["results"]
    value = results.get(which, {}).get(f"test_{results['measure']['primary']}")
    return None if record["outcome"] != "completed" or value is None or not math.isfinite(value) else float(value)


def reached_target(record: Record, target: float) -> Mapping[str, int] | None:
    """Return the epoch and step at which the validation part first reached ``target``; ``None`` if it never did."""
    for text, reached in record["results"].get("targets", {}).items():
        if float(text) == target:
            return reached if record["outcome"] == "completed" else None
    return None


def _seed_values(records: Sequence[Record]) -> tuple[SeedValue, ...]:
    """Return one value for each record, or for each seed where there are folds; the folds of a seed come all or not at all."""
    by_seed: dict[int, list[Record]] = {}
    for record in records:
        by_seed.setdefault(record["spec"]["seed"], []).append(record)
    values: list[SeedValue] = []
    for seed, found in by_seed.items():
        fold = found[0]["spec"].get("fold")
        if not fold:
            values += [
                SeedValue(record["id"], seed, record["outcome"], value_of(record, "final"), value_of(record, "best"))
                for record in found
            ]
        elif len(found) == fold["of"]:
            failed = [record for record in found if record["outcome"] != "completed"]
            finals, bests = ([value_of(record, which) for record in found] for which in ("final", "best"))
            outcome = failed[0]["outcome"] if failed else "completed"
            values.append(SeedValue(found[0]["id"], seed, outcome, _mean(finals), _mean(bests), _deviation(finals)))
    return tuple(values)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if len(known) == len(values) else None


def _deviation(values: Sequence[float | None]) -> float | None:
    mean = _mean(values)
    if mean is None or len(values) < 2:
        return None
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values if value is not None) / (len(values) - 1))


def _target_steps(records: Sequence[Record], target: float, saturated: frozenset[float]) -> TargetSteps:
    steps = tuple(reached["step"] if (reached := reached_target(record, target)) else None for record in records)
    middle = median([worst("min") if step is None else float(step) for step in steps]) if steps else math.inf
    budgets = [
        record["spec"]["epochs"] * (record["results"]["measure"].get("steps_per_epoch") or 0) for record in records
    ]
    return TargetSteps(
        target=target,
        steps=steps,
        median=middle if math.isfinite(middle) else None,
        budget_steps=max(budgets, default=0),
        saturated=target in saturated,
    )


def _reached_at_once(record: Record, target: float) -> bool:
    reached = reached_target(record, target)
    if reached is None:
        return False
    epochs = [epoch for epoch in record["curves"].get("epoch", []) if epoch > 0]
    return reached["epoch"] <= min(epochs, default=1)


def _largest(records: Sequence[Record], cost: str) -> int | None:
    # The same for all seeds in practice; the largest is the one that had to fit.
    known = [record["costs"][cost] for record in records if record["costs"].get(cost) is not None]
    return max(known, default=None)

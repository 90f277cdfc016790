"""A comparison of two along one axis of a task: a verdict at each value, the speed-up there, and how both change."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.comparison import About, compared_sides
from benchsuite.analysis.inference.shift import paired_shift
from benchsuite.analysis.step_ratio import log_step_ratio
from benchsuite.analysis.trend import Trend, trend
from benchsuite.analysis.two_sides import TwoSides, two_sides
from benchsuite.analysis.verdict import TaskVerdict, Verdict
from benchsuite.analysis.verdict_warnings import Caution
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record

Floats = NDArray[np.float64]
FEWEST_SEEDS = 6
"""The smallest p of so many signed ranks, 2 ÷ 2⁶, is the first below 0.05."""
FEWEST_VALUES = 3
"""With two there is no trend without one of them."""
ALIKE = 1.1
"""Trainings whose steps differ by less than this factor are equally long: epochs are whole numbers."""
FEWEST_EVALUATIONS = 6
"""With fewer, the first among them, a ratio of steps is mostly read off straight lines."""


@dataclass(frozen=True)
class AxisRecords:
    """What there is at one value of an axis.

    Args:
        value: The value.
        a: The records of A: of evaluation seeds, all of which count.
        b: Those of B.
        usual: Whether it is the task's own value.
    """

    value: float
    a: Sequence[Record]
    b: Sequence[Record]
    usual: bool = False


@dataclass(frozen=True)
class AxisPoint:
    """The comparison at one value of an axis.

    Args:
        value: The value.
        usual: Whether it is the task's own.
        verdict: Whether A is better there; corrected for all values.
        speed_up: Steps of B divided by those of A to the level that both reach; infinite or 0 where failed runs decide, NaN
            where nothing is known.
        low: Lower end of its interval.
        high: Upper end.
        ratios: log₂ of it, of each seed that both have.
        steps: Of a whole training.
    """

    value: float
    usual: bool
    verdict: TaskVerdict
    speed_up: float
    low: float
    high: float
    ratios: tuple[float, ...]
    steps: int


@dataclass(frozen=True)
class AlongAxis:
    """A comparison of two along one axis.

    Args:
        task: The task, without the axis.
        axis: The name of the axis.
        verdict: On all values, as if each were a task.
        points: Value by value, from small to large.
        curve: What the levels of the speed-up are levels of.
        advantage: How A's advantage, in the unit of the measure, changes: A − B where larger is better, else B − A.
        speed_up: How log₂ of the speed-up changes.
        cautions: What may mislead, beside what the verdict says.
        hold: What is the same at every value, ``"epochs"`` or ``"steps"``; empty where nobody knows, as of records alone.
    """

    task: str
    axis: str
    verdict: Verdict
    points: tuple[AxisPoint, ...]
    curve: str
    advantage: Trend
    speed_up: Trend
    cautions: tuple[Caution, ...] = ()
    hold: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return its JSON; a number that is not finite is null, but for a speed-up: ``"a failed"`` or ``"b failed"``."""
        points = [
            {
                "value": point.value,
                "own": point.usual,
                "steps": point.steps,
                "verdict": point.verdict.word,
                "difference": _finite(point.verdict.difference),
                "interval": [_finite(point.verdict.low), _finite(point.verdict.high)],
                "corrected_p": point.verdict.corrected,
                "speed_up": "b failed" if point.speed_up == math.inf else "a failed" if point.speed_up == 0 else _finite(point.speed_up),
                "speed_up_interval": [_finite(point.low), _finite(point.high)],
                "seeds": len(point.ratios),
            }
            for point in self.points
        ]  # fmt: skip
        return {
            "format": 1,
            "task": self.task,
            "axis": self.axis,
            "kind": self.verdict.kind,
            "a": self.verdict.a,
            "b": self.verdict.b,
            "track": self.verdict.track,
            "measure": self.verdict.measure,
            "levels_of": self.curve,
            "points": points,
            "trends": {"speed_up": _trend_json(self.speed_up, True), "advantage": _trend_json(self.advantage, False)},
            "cautions": [caution.to_json() for caution in (*self.verdict.cautions, *self.cautions)],
            "comparison": self.verdict.to_json(),
        }


def along_axis(task: str, axis: str, held: Sequence[AxisRecords], about: About, hold: str = "") -> AlongAxis:
    """Return the comparison of two along an axis.

    Args:
        task: The task, without the axis.
        axis: The name of the axis.
        held: What there is at each value, from small to large, two or more.
        about: What is known of the comparison beside its records.
        hold: What is the same at every value, ``"epochs"`` or ``"steps"``; empty where nobody knows.

    Raises:
        BenchsuiteError: If a value lacks one of the two.
    """
    sides = [_side(axis, one, about) for one in held]
    verdict = compared_sides(sides, [record for one in held for record in (*one.a, *one.b)], about)
    ratios = [_ratios(one, about) for one in held]
    points = tuple(
        _point(one, told, found) for one, told, found in zip(held, verdict.tasks, ratios, strict=True)
    )  # fmt: skip
    values = [one.value for one in held]
    sign = 1.0 if sides[0].direction == "max" else -1.0
    differences = [{seed: sign * number for seed, number in _differences(side).items()} for side in sides]
    errors = [side.test_error for side in sides]
    table, of_ratios = _table(differences), _table(ratios)
    found = AlongAxis(
        task, axis, verdict, points, _curve(held[0].a[0], about),
        trend(values, table, test_errors=errors), trend(values, of_ratios), hold=hold,
    )  # fmt: skip
    alone = _hangs_on(found, values, of_ratios)
    return replace(found, cautions=(*alone, *_cautions(found, held)))


def label_of(axis: str, value: float) -> str:
    """Return what a value of an axis is called: ``width=64``."""
    return f"{axis}={json.dumps(value)}"


def _side(axis: str, held: AxisRecords, about: About) -> TwoSides:
    found = two_sides(held.a, held.b, about.measure, about.sizes, about.right)
    label = label_of(axis, held.value)
    if len(found) != 1:
        raise BenchsuiteError(
            f"a comparison along an axis needs trials of both {about.a} and {about.b}, of one budget, at every value. "
            f"Received: {len(found)} such pairs at {label}. Run the command again; name other values with --values."
        )
    return replace(found[0], task=label)


def _differences(side: TwoSides) -> dict[int, float]:
    of_a, of_b = dict(zip(side.seeds_a, side.a, strict=True)), dict(zip(side.seeds_b, side.b, strict=True))
    return {
        seed: 0.0 if of_a[seed] == of_b[seed] else float(of_a[seed] - of_b[seed])
        for seed in side.seeds_a
        if seed in of_b
    }


def _ratios(held: AxisRecords, about: About) -> dict[int, float]:
    """Return log₂ of the speed-up of each seed that both have."""
    of_b = {record.trial.seed: record for record in held.b}
    return {
        record.trial.seed: log_step_ratio(*_way(record, about), *_way(of_b[record.trial.seed], about))
        for record in sorted(held.a, key=lambda record: record.trial.seed)
        if record.trial.seed in of_b
    }


def _curve(record: Record, about: About) -> str:
    """Return the name of the curve whose levels are looked at: of the validation part, as all targets are."""
    return f"validation_{'loss' if about.measure.loss else record.task.primary}"


def _way(record: Record, about: About) -> tuple[Floats, Floats]:
    """Return a trial's curve, larger is better, and the steps; nothing but NaN of one that failed."""
    curve = record.curves.get(_curve(record, about)) if record.outcome.finished else None
    if curve is None:
        return np.array([math.nan]), np.array([0.0])
    down = about.measure.loss or record.task.direction != "max"
    return (-curve if down else curve), record.curves["step"]


def _point(held: AxisRecords, told: TaskVerdict, ratios: dict[int, float]) -> AxisPoint:
    found = paired_shift(list(ratios.values()))
    speed_up, low, high = (_power(number) for number in (found.estimate, found.low, found.high))
    steps = max((int(record.curves["step"][-1]) for record in (*held.a, *held.b) if record.outcome.finished), default=0)
    return AxisPoint(held.value, held.usual, told, speed_up, low, high, tuple(ratios.values()), steps)


def _power(exponent: float) -> float:
    return math.inf if exponent > 1000 else 2.0**exponent


def _table(rows: Sequence[dict[int, float]]) -> Floats:
    """Return the numbers of the seeds that every value has, ``[values, seeds]``."""
    common = sorted(set.intersection(*map(set, rows)))
    return np.array([[row[seed] for seed in common] for row in rows], dtype=np.float64).reshape(len(rows), len(common))


def _cautions(found: AlongAxis, held: Sequence[AxisRecords]) -> Iterator[Caution]:
    if found.verdict.track == "default":
        yield Caution(
            "declared", "", f"the hyperparameters are the declared ones at every value, and which are best may move with {found.axis}: "
            "a trend may be theirs. --track tuned chooses them anew at each value.",
        )  # fmt: skip
    if 0 < found.speed_up.seeds < FEWEST_SEEDS:
        yield Caution(
            "few_seeds", "", f"{found.speed_up.seeds} seeds tell no trend: p cannot fall below {found.speed_up.smallest_p:.2g}. "
            f"{FEWEST_SEEDS} can.",
        )  # fmt: skip
    steps = [point.steps for point in found.points]
    if max(steps) > ALIKE * min(steps):
        # Where the axis is the budget nothing evens it out, and where the steps were held they are as even as epochs can be.
        then = "" if found.axis == "epochs" or found.hold == "steps" else " --hold steps evens it out."
        yield Caution(
            "steps", "", f"a training has {steps[0]:,} steps at {label_of(found.axis, held[0].value)} and {steps[-1]:,} at "
            f"{label_of(found.axis, held[-1].value)}: a trend may be that of the budget.{then}",
        )  # fmt: skip
    evaluations = min((r.curves.epochs for one in held for r in (*one.a, *one.b) if r.outcome.finished), default=0)
    if 0 < evaluations < FEWEST_EVALUATIONS:
        count = f"{evaluations - 1} evaluation{'s' if evaluations > 2 else ''}"
        yield Caution(
            "evaluations", "", f"with {count} of a training a speed-up is read off lines between few points.",
        )  # fmt: skip


def _hangs_on(found: AlongAxis, values: Sequence[float], ratios: Floats) -> Iterator[Caution]:
    """Yield the values of the axis without any one of which the word of the speed-up would be another."""
    word = found.speed_up.word
    if len(values) < FEWEST_VALUES or word == "cannot tell":
        return
    without = [
        value
        for place, value in enumerate(values)
        if trend([*values[:place], *values[place + 1 :]], np.delete(ratios, place, axis=0)).word != word
    ]
    if without:
        places = " or ".join(label_of(found.axis, value) for value in without)
        yield Caution(
            "one_value", "", f"that the speed-up {word} hangs on one value: it cannot be told without {places}."
        )


def _trend_json(held: Trend, factor: bool) -> dict[str, Any]:
    """Return a trend; of the speed-up what it is multiplied by, of others what is added."""
    said = _power if factor else float
    numbers = {name: _finite(said(getattr(held, name))) for name in ("slope", "low", "high", "first", "last")}
    return {
        "word": held.word,
        "per": "doubling" if held.logarithmic else "unit",
        "is": "factor" if factor else "difference",
        **numbers,
        "p": held.p,
        "smallest_p": held.smallest_p,
        "confidence": held.confidence,
        "seeds": held.seeds,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None

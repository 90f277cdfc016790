"""Measures of a trial: a word such as ``test`` or ``steps:0.95``, and the number that a record holds for it.

``test``, ``validation`` and ``train`` are the primary measure of that part; ``test_loss``, ``validation_loss`` and
``train_loss`` its loss; ``steps:TARGET``, ``epochs:TARGET`` and ``seconds:TARGET`` what training took until the validation
part first reached a target of the primary measure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchsuite.analysis.entries import LEAST_CPU_SHARE
from benchsuite.analysis.intervals import Direction, median, worst
from benchsuite.curves import PARTS
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record

At = Literal["final", "best"]
"""After the last epoch, or at the epoch with the best validation value."""
COUNTED = ("steps", "epochs", "seconds")
"""What can be counted until a target is reached."""
PLACES = ("easiest", "middle", "hardest")
"""Words for a target by its place among those that the task declares; of an even number, ``middle`` is the harder."""


@dataclass(frozen=True, slots=True)
class TrialMeasure:
    """One number of a trial.

    Args:
        of: A part (``train``, ``validation``, ``test``), or what is counted (``steps``, ``epochs``, ``seconds``).
        loss: Whether of a part it is the loss, whatever the primary measure is.
        target: Where something is counted: a number, or one of the words for a place among the task's own targets.
    """

    of: str
    loss: bool = False
    target: float | str | None = None

    @classmethod
    def named(cls, text: str) -> TrialMeasure:
        """Read the word that a user writes.

        Raises:
            BenchsuiteError: If it means nothing.
        """
        of, _, target = text.partition(":")
        if of in COUNTED and target in PLACES:
            return cls(of, target=target)
        if of in COUNTED and _is_number(target):
            return cls(of, target=float(target))
        part, _, loss = text.partition("_")
        if part in PARTS and loss in ("", "loss") and text == (f"{part}_loss" if loss else part):
            return cls(part, loss=bool(loss))
        raise BenchsuiteError(
            f"unknown measure. Received: {text!r}. Known: {', '.join(PARTS)}, each also with _loss behind; "
            f"{', '.join(COUNTED)}, each with :TARGET behind, a number or {', '.join(PLACES)}."
        )

    @property
    def counts_up(self) -> bool:
        """Whether it is what training took until a target, and so can be censored."""
        return self.of in COUNTED

    @property
    def word(self) -> str:
        """What a user writes for it."""
        if self.counts_up:
            return f"{self.of}:{self.target:g}" if isinstance(self.target, float) else f"{self.of}:{self.target}"
        return f"{self.of}_loss" if self.loss else self.of

    def direction(self, of_task: str) -> Direction:
        """Return ``"max"`` if more of it is better.

        Args:
            of_task: The direction of the task's primary measure.
        """
        return "min" if self.counts_up or self.loss or of_task != "max" else "max"

    def of_seed(self, trials: Sequence[Record], at: At = "final") -> float:
        """Return the number of one seed: of its trial, or over all its folds.

        NaN where there is none: the trial was pruned, is unsupported, or nothing can be said of its time. The number that
        is worse than any other where training failed or missed the target. Over folds it is the mean, of a target the
        median; one fold that failed fails the seed.

        Args:
            trials: One trial, or in a cross-validation those of all folds.
            at: After the last epoch, or at the epoch with the best validation value; targets know no difference.
        """
        bad = worst(self.direction(trials[0].task.direction))
        if any(record.outcome.failed for record in trials):
            return bad
        if not all(record.outcome.finished for record in trials):
            return math.nan
        if self.counts_up:
            return median([self._reached(record) for record in trials])
        values = [self._value(record, at) for record in trials]
        return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else bad

    def target_of(self, record: Record) -> float:
        """Return the target as a number of the record's task; NaN where the task declares none."""
        return self.target_among(list(map(float, record.task.targets)), record.task.direction)

    def target_among(self, targets: Sequence[float], direction: str) -> float:
        """Return the target as a number of a task; NaN where the task declares none.

        Args:
            targets: What the task declares.
            direction: ``max`` where larger is better.
        """
        if isinstance(self.target, float):
            return self.target
        held = sorted(targets, reverse=direction != "max")
        return held[{"easiest": 0, "middle": len(held) // 2, "hardest": -1}[str(self.target)]] if held else math.nan

    def watched(self, record: Record) -> float:
        """Return how far a trial that finished was watched: the count at which it is censored if it missed the target."""
        return float(_counted(record, self.of)[-1])

    def _value(self, record: Record, at: At) -> float:
        values = (record.results.final if at == "final" else record.results.best) or {}
        value = values.get(f"{self.of}_{'loss' if self.loss else record.task.primary}")
        return math.nan if value is None else float(value)

    def _reached(self, record: Record) -> float:
        counted, target = _counted(record, self.of), self.target_of(record)
        if math.isnan(target) or math.isnan(counted[-1]):
            return math.nan
        curve = record.curves.get(f"validation_{record.task.primary}")
        if curve is None:
            return math.nan
        with np.errstate(invalid="ignore"):
            there = np.flatnonzero(curve >= target if record.task.direction == "max" else curve <= target)
        return float(counted[there[0]]) if len(there) else math.inf


def timing_counts(record: Record) -> bool:
    """Say whether a trial's seconds are its own: it had its core, and its program, to itself."""
    return (record.costs.cpu_share or 0) >= LEAST_CPU_SHARE and record.costs.lanes is None


def _counted(record: Record, what: str) -> np.ndarray:
    """Return what was done at each evaluated epoch; NaN throughout where a time does not count."""
    if what != "seconds":
        return record.curves[{"steps": "step", "epochs": "epoch"}[what]]
    length, seconds = record.curves.epochs, record.costs.train_seconds_at
    if not timing_counts(record) or len(seconds) != length:
        return np.full(length, math.nan)
    return np.array(seconds)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False

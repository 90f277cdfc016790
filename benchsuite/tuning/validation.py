"""What a search may know of a trial: its validation curves, and nothing of the test part."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from benchsuite.outcomes import Outcome
from benchsuite.record import Record

PART = "validation_"


@dataclass(frozen=True)
class Validation:
    """The validation curves of a trial: all that a selection of hyperparameters is made of.

    Args:
        curves: Measure (``loss`` and the metrics) → its value after each evaluated epoch, epoch 0 first; NaN where it was not
            finite.
        failed: Whether the trial failed.
        primary: The measure that counts.
        larger: Whether larger values of it are better.
        kept: The epoch whose weights are the trial's: the last one, or the one that was put back; ``None`` where training was
            stopped or failed.
    """

    curves: Mapping[str, tuple[float, ...]]
    failed: bool
    primary: str
    larger: bool
    kept: int | None

    @classmethod
    def of(cls, record: Record) -> Validation:
        """Take the validation curves out of a record."""
        curves = {
            name.removeprefix(PART): tuple(record.curves[name].tolist())
            for name in record.curves
            if name.startswith(PART)
        }
        final = record.results.final
        kept = int(final["epoch"] or 0) if final and record.outcome is Outcome.COMPLETED else None
        failed = record.outcome not in (Outcome.COMPLETED, Outcome.PRUNED)
        return cls(curves, failed, record.task.primary, record.task.direction == "max", kept)

    @property
    def score(self) -> float | None:
        """The primary measure where the trial ended, negated if smaller is better; ``None`` if it failed or is not finite.

        Where weights were put back it is that of their epoch, which was chosen by the validation loss.
        """
        values = self.curves.get(self.primary, ())
        if self.failed or not values:
            return None
        value = values[-1 if self.kept is None else self.kept]
        return (value if self.larger else -value) if math.isfinite(value) else None

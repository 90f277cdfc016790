"""A record as the effect of a claim sees it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.record import Record

LAST = -1


@dataclass(frozen=True)
class RecordRun:
    """One trial, see :class:`~benchsuite.components.lab.Run`.

    Args:
        record: What came of it.
        probes: What probes found in its layers; ``None`` if it was not probed.
    """

    record: Record
    probes: Mapping[str, Any] | None = None

    @property
    def failed(self) -> bool:
        """Whether it did not complete."""
        return not self.record.outcome.finished

    @property
    def outcome(self) -> str:
        """How it ended, in one word."""
        return self.record.outcome.value

    @property
    def score(self) -> float:
        """The task's primary measure on the test part after the last epoch, larger better; −∞ if it failed."""
        value = self.final(f"test_{self.record.task.primary}")
        if not math.isfinite(value):
            return -math.inf
        return value if self.record.task.direction == "max" else -value

    def final(self, measure: str) -> float:
        """Return a measure after the last epoch; NaN if it failed.

        Raises:
            BenchsuiteError: If a completed trial has no such measure.
        """
        return self._of(self.record.results.final, measure)

    def best(self, measure: str) -> float:
        """Return a measure after the epoch with the best validation primary measure; NaN if it failed.

        Raises:
            BenchsuiteError: If a completed trial has no such measure.
        """
        return self._of(self.record.results.best, measure)

    def curve(self, measure: str) -> Sequence[float]:
        """Return a measure after each evaluated epoch, epoch 0 among them; NaN where it is no finite number.

        Raises:
            BenchsuiteError: If a trial that was measured has no such measure.
        """
        curves = self.record.curves
        if not curves:  # it failed before anything was measured
            return ()
        if measure not in curves:
            raise unknown(f"measure of task {self.record.trial.task!r}:", measure, curves)
        return tuple(map(float, curves[measure]))

    @property
    def epochs(self) -> Sequence[int]:
        """The evaluated epochs, of the places of :meth:`curve`."""
        return self._whole("epoch")

    @property
    def steps(self) -> Sequence[int]:
        """The steps done after each of them."""
        return self._whole("step")

    def layers(self, measure: str, epoch: int) -> Sequence[float]:
        """Return what probes measured after an epoch (−1: the last one that was probed), layer by layer, inputs first.

        Raises:
            BenchsuiteError: If it was not probed, not after that epoch, or not for that measure.
        """
        if self.probes is None:
            raise BenchsuiteError(
                f"no layer of {self.record.trial.task} was probed. Give the part's evidence a probe, such as probe='0,last'."
            )
        epochs, measures = self.probes["epochs"], self.probes["measures"]
        if measure not in measures:
            raise unknown("measure of probes:", measure, measures)
        wanted = epochs[-1] if epoch == LAST and epochs else epoch
        if wanted not in epochs:
            raise BenchsuiteError(
                f"layers of {self.record.trial.task} were not probed after epoch {epoch}, but after "
                f"{', '.join(map(str, epochs)) or 'none'}."
            )
        row = measures[measure][epochs.index(wanted)]
        return tuple(math.nan if value is None else float(value) for value in row)

    def _of(self, values: Mapping[str, Any] | None, measure: str) -> float:
        if self.failed or values is None:
            return math.nan
        if measure not in values:
            raise unknown(f"measure of task {self.record.trial.task!r}:", measure, values)
        value = values[measure]
        return math.nan if value is None else float(value)

    def _whole(self, name: str) -> tuple[int, ...]:
        return tuple(map(int, self.record.curves[name])) if self.record.curves else ()

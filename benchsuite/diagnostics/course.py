"""The course of one training: what its record and its task's certificate say, as plain arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchsuite.outcomes import Outcome
from benchsuite.record import Record, TaskFacts


@dataclass(frozen=True)
class TrialCourse:
    """The course of one training.

    Args:
        curves: Name → one number for each evaluated epoch, epoch 0 first; NaN where there is none.
        primary: The measure that the task is about, such as ``accuracy``.
        larger_better: Whether more of it is better.
        failed: Whether the training diverged; what it reached until then is in the curves.
        reason: Why.
        chance: The loss of outputs 0 in closed form: ln K for K classes, the mean square of the targets for squared error; NaN
            where nobody knows it.
        reached: Whether it reached the task's easiest target; ``None`` where the task has none.
        published: Whether it is the baseline of a certified task: what that does is what its author wanted.
        usual_rise: By how much the validation loss of the task's baseline ends above its lowest, as a share of that; NaN if unknown.
        examples: Of the validation part, 0 where that is not known.
    """

    curves: Mapping[str, np.ndarray]
    primary: str
    larger_better: bool
    failed: bool = False
    reason: str = ""
    chance: float = math.nan
    reached: bool | None = None
    published: bool = False
    usual_rise: float = math.nan
    examples: int = 0
    _none: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)

    def curve(self, name: str) -> np.ndarray:
        """Return a curve; an empty one where there is none."""
        return self.curves.get(name, self._none)

    def held(self, *names: str) -> tuple[np.ndarray, ...]:
        """Return the epochs at which all of some curves have a number, and these numbers."""
        rows = [self.curve(name) for name in names]
        if not all(map(len, rows)):
            return (self._none,) * (len(rows) + 1)
        kept = np.logical_and.reduce([np.isfinite(row) for row in rows])
        return self.curve("epoch")[kept], *(row[kept] for row in rows)


def course_of(
    record: Record, certificate: Mapping[str, Any] | None = None, *, usual_rise: float = math.nan
) -> TrialCourse | None:
    """Return the course of a trial; ``None`` where its training said nothing of its recipe: a crash, a time limit, half a budget.

    Args:
        record: Of the trial.
        certificate: Of its task, as it lies beside the task; only one of the task's version, and of the published instance, counts.
        usual_rise: Of the task's baseline, where other trials tell.
    """
    if record.outcome is not Outcome.DIVERGED and not (record.outcome.finished and record.curves):
        return None
    trial, task = record.trial, record.task
    named = certificate is not None and (certificate.get("task"), certificate.get("version"))
    held = certificate if certificate is not None and named == (trial.task, trial.task_version) else {}
    same_loss = trial.recipe.get("loss") == task.baseline.get("loss")
    theory = held.get("loss", {}).get("theory") if same_loss else None
    parts, reached = held.get("data", {}).get("parts", ()), record.results.targets
    rises = [one for one in (usual_rise, _certified_rise(held, task)) if not math.isnan(one)]
    return TrialCourse(
        curves=record.curves,
        primary=task.primary,
        larger_better=task.direction == "max",
        failed=record.outcome is Outcome.DIVERGED,
        reason=record.reason,
        chance=math.nan if theory is None else float(theory),
        reached=any(one is not None for one in reached.values()) if reached else None,
        published=bool(held) and trial.recipe.text == task.baseline.text and not trial.knobs and not trial.changes,
        usual_rise=max(rises, default=math.nan),
        examples=int(parts[1]) if len(parts) == 3 else 0,
    )


def _certified_rise(certificate: Mapping[str, Any], task: TaskFacts) -> float:
    """Return at least by how much the certified baseline ended above the hardest target that it had reached; NaN if unknown.

    It is comparable with a rise of the loss only where the primary measure is best when small, as a loss is.
    """
    found = certificate.get("targets")
    if not found or task.direction == "max" or len(found["epochs"]) != len(task.targets):
        return math.nan
    reached = [float(target) for target, epoch in zip(task.targets, found["epochs"], strict=True) if epoch is not None]
    return float(found["end"]) / min(reached) - 1 if reached and min(reached) > 0 else math.nan

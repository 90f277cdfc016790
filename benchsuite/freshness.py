"""Whether a trial has to run: the one decision that a run, a dry run and a report share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from benchsuite.extra_files import ExtraFiles
from benchsuite.extras import NOTHING, Extras
from benchsuite.outcomes import Outcome
from benchsuite.provenance import fingerprints
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.trial import Trial


class Freshness(Enum):
    """What a trial's record is worth."""

    MISSING = "missing"
    """There is none, or it ended before it had its data, which says nothing of its recipe."""
    STALE = "stale"
    """It was made by other code of the task or of a component."""
    LACKING = "lacking"
    """It counts, and something that is asked for was not kept beside it."""
    FRESH = "fresh"
    """It counts."""

    @property
    def counts(self) -> bool:
        """Whether the record may stand in a table."""
        return self in (Freshness.LACKING, Freshness.FRESH)


class Judge:
    """Decides what records are worth.

    Args:
        fingerprints: Returns ``kind:name`` → hash of the source code now, for what a trial uses and is known; asked once
            for each task and recipe.
        files: What is kept beside the records.
        wanted: What is asked for beside them.
    """

    def __init__(
        self,
        fingerprints: Callable[[Trial], Mapping[str, str]],
        files: ExtraFiles,
        wanted: Extras = NOTHING,
    ) -> None:
        self._fingerprints = fingerprints
        self._known: dict[tuple[str, str], Mapping[str, str]] = {}
        self._files = files
        self._wanted = wanted

    def __call__(self, trial: Trial, record: Record | None) -> Freshness:
        """Say what the record of a trial is worth.

        Args:
            trial: The trial.
            record: Its record, or ``None``.
        """
        if record is None or without_data(record):
            return Freshness.MISSING
        if any(record.fingerprints.get(key) != value for key, value in self._now(trial).items()):
            return Freshness.STALE
        return Freshness.LACKING if self._files.lacking(record, self._wanted) else Freshness.FRESH

    def _now(self, trial: Trial) -> Mapping[str, str]:
        key = trial.task, trial.recipe.text
        if key not in self._known:
            self._known[key] = self._fingerprints(trial)
        return self._known[key]


def judge_of(registry: Registry, files: ExtraFiles, wanted: Extras = NOTHING) -> Judge:
    """Return the judge of a results folder, by the plugins that were found."""
    return Judge(lambda trial: fingerprints(trial, registry), files, wanted)


def without_data(record: Record) -> bool:
    """Say whether a trial ended before it had its data: a package or file was missing."""
    failure = record.results.failure
    return (
        record.outcome is Outcome.CRASHED
        and "data" not in record.fingerprints
        and failure is not None
        and failure.step == 0
    )

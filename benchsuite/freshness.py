"""Whether a trial has to run: the one decision that a run, a dry run and a report share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from benchsuite.data_now import DataNow
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
    """It was made by other code of the task or of a component, or with other data of the task."""
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
        data: Returns the checksum of a task's data now; ``None`` if nobody can say. Asked only of records that know theirs.

    Attributes:
        other_data: Tasks of which some record that was judged is stale for its data alone.
    """

    def __init__(
        self,
        fingerprints: Callable[[Trial], Mapping[str, str]],
        files: ExtraFiles,
        wanted: Extras = NOTHING,
        data: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._fingerprints = fingerprints
        self._known: dict[tuple[str, str], Mapping[str, str]] = {}
        self._files = files
        self._wanted = wanted
        self._data = data
        self.other_data: set[str] = set()

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
        # After the code: what changed with it is not worth reading, and may not be readable.
        had = record.fingerprints.get("data")
        if had and self._data(trial.task) not in (None, had):
            self.other_data.add(trial.task)
            return Freshness.STALE
        return Freshness.LACKING if self._files.lacking(record, self._wanted) else Freshness.FRESH

    def _now(self, trial: Trial) -> Mapping[str, str]:
        key = trial.task, trial.recipe.text
        if key not in self._known:
            self._known[key] = self._fingerprints(trial)
        return self._known[key]


def judge_of(
    registry: Registry, files: ExtraFiles, wanted: Extras = NOTHING, data: Callable[[str], str | None] | None = None
) -> Judge:
    """Return the judge of a results folder, by the plugins that were found.

    Args:
        registry: Of the plugins.
        files: What is kept beside the records.
        wanted: What is asked for beside them.
        data: Returns the checksum of a task's data now; one that looks for itself unless given.
    """
    return Judge(lambda trial: fingerprints(trial, registry), files, wanted, data or DataNow(registry))


def without_data(record: Record) -> bool:
    """Say whether a trial ended before it had its data: a package or file was missing."""
    failure = record.results.failure
    return (
        record.outcome is Outcome.CRASHED
        and "data" not in record.fingerprints
        and failure is not None
        and failure.step == 0
    )

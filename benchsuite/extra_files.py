"""What lies beside the records of a results folder: stored weights, predictions and probes, a file for each trial.

None of it is part of a record. See docs/reference/record-format.md.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from benchsuite.errors import cannot_write
from benchsuite.extra_content import NotWhole, measurable, read_predictions, read_probes
from benchsuite.extras import Extras
from benchsuite.files import extra_file
from benchsuite.folder import Folder
from benchsuite.record import Record


class ExtraFiles:
    """The extras of a results folder.

    Args:
        folder: The results folder.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.weights = folder.path / "weights"
        self.predictions = folder.path / "predictions"

    def probes(self, trial_id: str) -> dict[str, Any] | None:
        """Return what probes found in a trial, or ``None``. A file that is not whole counts as none: it is made again."""
        try:
            return read_probes(self._folder.path / _probe_file(trial_id))
        except (OSError, NotWhole):
            return None

    def predicted(self, trial_id: str) -> dict[str, Any] | None:
        """Return a trial's stored predictions, or ``None``. A file that is not whole, or cannot be measured, counts as none."""
        try:
            found = read_predictions(extra_file(self.predictions, trial_id))
            return found if measurable(found) else None
        except (OSError, NotWhole):
            return None

    def spoiled_probes(self, trial_id: str) -> tuple[str, str] | None:
        """Return what lies in the place of a trial's probes and is none: its name, and why; ``None`` if nothing does."""
        name = _probe_file(trial_id)
        try:
            read_probes(self._folder.path / name)
        except FileNotFoundError:
            pass
        except NotWhole as error:
            return name, str(error)
        except OSError as error:
            return name, f"cannot be read: {error.strerror}"
        return None

    def write_probes(self, trial_id: str, probes: Mapping[str, Any]) -> None:
        """Write what probes found in a trial, whole or not at all. Epochs that were probed before are kept.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        whole = _merged(self.probes(trial_id), probes)
        name = _probe_file(trial_id)
        try:
            self._folder.write(name, json.dumps(whole, sort_keys=True, allow_nan=False).encode())
        except OSError as error:
            raise cannot_write(self._folder.path / name, error) from None

    def lacking(self, record: Record, wanted: Extras) -> bool:
        """Say whether a trial that has a record must run again for what is to be kept beside it."""
        if not wanted:
            return False
        probed = self.probes(record.id) if wanted.probe else None
        held = self.arrays(record.id)
        return wanted.missing(record, self.weights in held, probed, self.predictions in held)

    def arrays(self, trial_id: str) -> set[Path]:
        """Return the folders, of :attr:`weights` and :attr:`predictions`, that hold something of a trial."""
        return {folder for folder in (self.weights, self.predictions) if extra_file(folder, trial_id).is_file()}

    def discard_arrays(self, trial_id: str, *, but: Collection[Path] = ()) -> None:
        """Delete a trial's weights and predictions.

        Args:
            trial_id: The trial.
            but: Those that stay, as :meth:`arrays` names them.

        Raises:
            BenchsuiteError: If that cannot be done.
        """
        for folder in (self.weights, self.predictions):
            if folder not in but:
                self._delete(_array_file(folder.name, trial_id))

    def discard(self, trial_id: str) -> None:
        """Delete all that is kept of a trial.

        Raises:
            BenchsuiteError: If that cannot be done.
        """
        self.discard_arrays(trial_id)
        self._delete(_probe_file(trial_id))

    def _delete(self, name: str) -> None:
        try:
            self._folder.remove(name)
        except OSError as error:
            raise cannot_write(self._folder.path / name, error) from None


def extra_names(trial_id: str) -> tuple[str, ...]:
    """Return where all that is kept of a trial lies below the results folder, whether it is there or not."""
    return (*(_array_file(name, trial_id) for name in ("weights", "predictions")), _probe_file(trial_id))


def _array_file(folder: str, trial_id: str) -> str:
    return f"{folder}/{trial_id[:2]}/{trial_id}.npz"


def _probe_file(trial_id: str) -> str:
    return f"probes/{trial_id[:2]}/{trial_id}.json"


def _merged(before: Mapping[str, Any] | None, probes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return both in one, in the order of the epochs; the new ones where an epoch is in both."""
    if before is None or before["layers"] != probes["layers"] or set(before["measures"]) != set(probes["measures"]):
        return probes
    rows = {
        epoch: {measure: found["measures"][measure][number] for measure in probes["measures"]}
        for found in (before, probes)
        for number, epoch in enumerate(found["epochs"])
    }
    epochs = sorted(rows)
    measures = {measure: [rows[epoch][measure] for epoch in epochs] for measure in probes["measures"]}
    return {**probes, "epochs": epochs, "measures": measures}

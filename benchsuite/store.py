"""The results folder: one JSON file for each trial, whole or absent. See docs/reference/record-format.md.

Resume means "is the file there". Everything else in the folder is derived and may be deleted.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchsuite.errors import BenchsuiteError
from benchsuite.extras import Extras
from benchsuite.files import extra_file, write_whole
from benchsuite.trial import identity

FORMAT = 1

OUTCOMES = {
    "completed": "trained to the end of its budget, or until a regularization stopped it",
    "diverged": "the loss left the numbers that can be trained on",
    "crashed": "an error was raised, or the worker process died",
    "timed_out": "it took longer than the time limit",
    "out_of_memory": "it needed more memory than its limit",
    "unsupported": "a component of its recipe cannot be applied to the task",
}
"""The closed list of outcomes, and what each means."""


class Record(BaseModel):
    """One stored trial; the top level of its file, checked when read."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    id: str = Field(pattern="^[0-9a-f]{32}$")
    spec: dict[str, Any]
    outcome: Literal["completed", "diverged", "crashed", "timed_out", "out_of_memory", "unsupported"]
    reason: str
    curves: dict[str, list[float | int | None]]
    results: dict[str, Any]
    costs: dict[str, Any]
    environment: dict[str, Any]
    fingerprints: dict[str, str]


def comparable(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what must agree bit for bit between two runs of a trial: all but costs and environment."""
    return {key: value for key, value in record.items() if key not in ("costs", "environment")}


class Store:
    """A results folder.

    Args:
        folder: Created if it does not exist.

    Raises:
        BenchsuiteError: If it cannot be created or written to.
    """

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        self.folder = folder
        self.trials = folder / "trials"
        if not create:
            return
        try:
            self.trials.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.trials):
                pass
        except OSError as error:
            raise BenchsuiteError(
                f"cannot write to the results folder {folder}: {error.strerror}. Choose another with --results DIR."
            ) from None

    def path(self, trial_id: str) -> Path:
        """Return where a trial's record lies."""
        return self.trials / trial_id[:2] / f"{trial_id}.json"

    @property
    def weights(self) -> Path:
        """The folder of stored weights: what trained models hold, ``<id>.npz`` for each trial that was asked to store them."""
        return self.folder / "weights"

    @property
    def predictions(self) -> Path:
        """The folder of stored predictions, ``<id>.npz`` for each trial that was asked to store them."""
        return self.folder / "predictions"

    def probes(self, trial_id: str) -> dict[str, Any] | None:
        """Return what probes found in a trial, or ``None``. A file that is not whole counts as none: it is made again.

        See docs/reference/record-format.md.
        """
        try:
            found = json.loads(self._probes(trial_id).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        whole = isinstance(found, dict) and {"layers", "epochs", "measures"} <= set(found)
        return found if whole else None

    def predicted(self, trial_id: str) -> dict[str, Any] | None:
        """Return a trial's stored predictions, or ``None``. A file that is not whole counts as none."""
        import zipfile

        import numpy as np

        try:
            with np.load(extra_file(self.predictions, trial_id)) as file:
                return dict(file)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    def write_probes(self, trial_id: str, probes: Mapping[str, Any]) -> None:
        """Write what probes found in a trial, whole or not at all. Epochs that were probed before are kept.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        path = self._probes(trial_id)
        whole = _merged(self.probes(trial_id), probes)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(whole, sort_keys=True, allow_nan=False).encode())
        except OSError as error:
            raise _cannot_write(path, error) from None

    def _probes(self, trial_id: str) -> Path:
        return self.folder / "probes" / trial_id[:2] / f"{trial_id}.json"

    def missing(self, record: Mapping[str, Any], extras: Extras) -> bool:
        """Say whether a trial that has a record must run again for what is to be kept beside it."""
        probed = self.probes(record["id"]) if extras.probe else None
        weights, predictions = (
            extra_file(folder, record["id"]).is_file() for folder in (self.weights, self.predictions)
        )
        return extras.missing(record, weights, probed, predictions)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one run; the operating system lets go of it however the run ends.

        Raises:
            BenchsuiteError: If another run holds it, or the disk is full.
        """
        path = self.folder / ".lock"
        try:
            lock = path.open("a+")
        except OSError as error:
            raise _cannot_write(path, error) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                raise BenchsuiteError(
                    f"another run (process {holder}) is writing to {self.folder}. "
                    "Wait for it, stop it, or choose another folder with --results DIR."
                ) from None
            try:
                # Unbuffered, so that closing has nothing left that could fail.
                os.ftruncate(lock.fileno(), 0)
                os.write(lock.fileno(), str(os.getpid()).encode())
            except OSError as error:
                raise _cannot_write(path, error) from None
            yield

    def read_all(self) -> dict[str, dict[str, Any]]:
        """Read every record, sorted by id.

        Raises:
            BenchsuiteError: In one line, for the first file that is not a whole record of a known format.
        """
        return {path.stem: self._read(path) for path in sorted(self.trials.glob("??/*.json"))}

    def _read(self, path: Path) -> dict[str, Any]:
        cure = "Nothing was changed. Delete this file and its trial will run again."
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BenchsuiteError(f"cannot read the record {path}: {error.strerror}.") from None
        except (ValueError, RecursionError) as error:
            raise BenchsuiteError(f"the record {path} is not whole JSON ({error}). {cure}") from None
        number = data.get("format") if isinstance(data, dict) else None
        if isinstance(number, int) and number > FORMAT:
            raise BenchsuiteError(
                f"the record {path} has format {number}; this benchsuite reads up to {FORMAT}. "
                "Upgrade benchsuite, or use another --results folder."
            )
        try:
            record = Record.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "top level"
            raise BenchsuiteError(
                f"the record {path} does not follow the format: {where}: {first['msg']}. {cure}"
            ) from None
        if record.id != path.stem:
            raise BenchsuiteError(f"the record {path} holds trial {record.id}, which its name does not say. {cure}")
        if record.id != identity(record.spec):
            raise BenchsuiteError(f"the record {path} holds another spec than that of trial {record.id}. {cure}")
        return dict(data)

    def write(self, record: Mapping[str, Any]) -> Path:
        """Write a record whole or not at all.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        Record.model_validate(record)
        path = self.path(record["id"])
        text = json.dumps(record, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A lone surrogate (bytes of a file name that are no text) becomes the JSON escape for itself.
            write_whole(path, text.encode(errors="backslashreplace"))
        except OSError as error:
            raise _cannot_write(path, error) from None
        return path

    def set_aside(self, trial_id: str) -> None:
        """Move a stale record to ``stale/``, numbered, so that nothing is lost; its probes and weights go.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        source, folder = self.path(trial_id), self.folder / "stale"
        targets = (folder / f"{trial_id}-{number}.json" for number in itertools.count())
        try:
            folder.mkdir(exist_ok=True)
            source.replace(next(target for target in targets if not target.exists()))
            arrays = [extra_file(folder, trial_id) for folder in (self.weights, self.predictions)]
            for derived in (self._probes(trial_id), *arrays):
                derived.unlink(missing_ok=True)  # what an older code learned must not stand beside a newer record
        except OSError as error:
            raise _cannot_write(folder, error) from None


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


def _cannot_write(path: Path, error: OSError) -> BenchsuiteError:
    hint = "Free some space" if error.errno == errno.ENOSPC else "Mend that"
    return BenchsuiteError(
        f"cannot write {path}: {error.strerror}. All records written so far are whole. {hint} and run the same command again."
    )


def export_table(records: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Write one row for each trial as Parquet: spec, outcome, final results and costs. Derived; may be deleted."""
    import pandas as pd

    rows = []
    for record in records.values():
        spec = record["spec"]
        row: dict[str, Any] = {
            "id": record["id"],
            "task": spec["task"]["name"],
            "task_version": spec["task"]["version"],
        }
        row |= {key: spec[key] for key in ("seed", "epochs", "batch_size", "precision", "device", "engine")}
        row |= {kind: json.dumps(settings, sort_keys=True) for kind, settings in spec["recipe"].items()}
        row |= {"outcome": record["outcome"], "reason": record["reason"]}
        for which in ("final", "best"):
            row |= {f"{which}_{name}": value for name, value in record["results"].get(which, {}).items()}
        row |= {name: value for name, value in record["costs"].items() if not isinstance(value, list)}
        rows.append(row)
    temporary = path.with_name(f".{path.name}")
    pd.DataFrame(rows).to_parquet(temporary, index=False)
    temporary.replace(path)

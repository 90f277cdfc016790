"""The results folder: one JSON file for each trial, whole or absent. See docs/reference/record-format.md.

Resume means "is the file there". Everything else in the folder is derived and may be deleted.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.extra_files import ExtraFiles
from benchsuite.files import write_whole
from benchsuite.record import Record
from benchsuite.record_json import NewerFormat, NotARecord, record_from_json, record_to_json


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
        self.extras = ExtraFiles(folder)
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
            raise cannot_write(path, error) from None
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
                raise cannot_write(path, error) from None
            yield

    def read(self, trial_id: str) -> Record | None:
        """Read the record of a trial; ``None`` if it has none.

        Raises:
            BenchsuiteError: In one line, if its file is not a whole record of a known format.
        """
        path = self.path(trial_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BenchsuiteError(f"cannot read the record {path}: {error.strerror}.") from None
        cure = "Nothing was changed. Delete this file and its trial will run again."
        try:
            record = record_from_json(content)
        except NewerFormat as error:
            raise BenchsuiteError(f"the record {path} {error}.") from None
        except NotARecord as error:
            raise BenchsuiteError(f"the record {path} {error}. {cure}") from None
        if record.id != trial_id:
            raise BenchsuiteError(f"the record {path} holds trial {record.id}, which its name does not say. {cure}")
        return record

    def ids(self) -> list[str]:
        """Return the ids of all trials that have a record, sorted."""
        return sorted(path.stem for path in self.trials.glob("??/*.json"))

    def changed(self) -> int:
        """Return when a record was last written, changed or removed, in nanoseconds since 1970."""
        folders = [self.trials, *self.trials.glob("??")]
        files = (entry for folder in folders[1:] for entry in os.scandir(folder))
        return max([path.stat().st_mtime_ns for path in folders] + [entry.stat().st_mtime_ns for entry in files])

    def records(self) -> Iterator[Record]:
        """Read record after record, sorted by id.

        Raises:
            BenchsuiteError: In one line, for the first file that is not a whole record of a known format.
        """
        for trial_id in self.ids():
            record = self.read(trial_id)
            if record is not None:  # it may go meanwhile
                yield record

    def read_all(self) -> dict[str, Record]:
        """Read every record, sorted by id.

        Raises:
            BenchsuiteError: As :meth:`records`.
        """
        return {record.id: record for record in self.records()}

    def write(self, record: Record) -> Path:
        """Write a record whole or not at all.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        path = self.path(record.id)
        content = record_to_json(record)
        record_from_json(content)  # what cannot be read must not be written
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            raise cannot_write(path, error) from None
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
            self.extras.discard(trial_id)  # what an older code learned must not stand beside a newer record
        except OSError as error:
            raise cannot_write(folder, error) from None

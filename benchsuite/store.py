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
from benchsuite.record_files import LONGEST, Damage, RecordFiles, move_aside, one_line
from benchsuite.record_json import record_from_json, record_to_json


class DamagedRecord(BenchsuiteError):
    """Raised for a file in the place of a record that holds none.

    Args:
        text: The one line that says so.
        damage: What is wrong with it.
    """

    def __init__(self, text: str, damage: Damage) -> None:
        super().__init__(text)
        self.damage = damage


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
        self._files = RecordFiles(self.trials)
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
            DamagedRecord: In one line, if its file holds no record: it can be set aside.
            BenchsuiteError: In one line, if its file cannot be read, or a newer benchsuite wrote it.
        """
        found = self._files.load(trial_id)
        if not isinstance(found, Damage):
            return found
        what = f"the record {self.folder / found.path} {one_line(found.reason, LONGEST)}."
        if found.newer or not found.readable:
            raise BenchsuiteError(f"{what} Nothing was changed.")
        raise DamagedRecord(f"{what} Nothing was changed. {self._cure}", found)

    def ids(self) -> list[str]:
        """Return the ids of all trials that have a record, sorted."""
        return [name.removesuffix(".json") for _, name in self._files.names()]

    def changed(self) -> int:
        """Return when a record was last written, changed or removed, in nanoseconds since 1970."""
        return self._files.changed()

    def records(self, damaged: list[Damage] | None = None) -> Iterator[Record]:
        """Read record after record, sorted by id.

        Args:
            damaged: Filled with what is no record.

        Raises:
            BenchsuiteError: In one line, for the first file that is no record, if no list is given for them.
        """
        found: list[Damage] = []
        yield from self._files.records(found if damaged is None else damaged)
        if found:
            raise BenchsuiteError(f"{self.folder}: {found[0]}. {self._cure}")

    def read_all(self, damaged: list[Damage] | None = None) -> dict[str, Record]:
        """Read every record, sorted by id; arguments and errors are those of :meth:`records`."""
        return {record.id: record for record in self.records(damaged)}

    @property
    def _cure(self) -> str:
        return f"`benchsuite doctor --results {self.folder} --set-aside` moves away what is no record."

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

    def set_aside_damaged(self, damage: Damage, trial_id: str) -> str:
        """Move what lies in the place of a record, and all that is kept beside it, to ``damaged/``: nothing is lost.

        Args:
            damage: What is wrong with it.
            trial_id: The trial whose record it should be.

        Returns:
            Where it is now, relative to the results folder.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        beside = [path for path in self.extras.paths(trial_id) if os.path.lexists(path)]
        moved = [move_aside(path, self.folder) for path in (self.folder / damage.path, *beside)]
        return moved[0]

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

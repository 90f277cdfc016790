"""The results folder: one JSON file for each trial, whole or absent. See docs/reference/record-format.md.

Resume means "is the file there". Everything else in the folder is derived and may be deleted.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchsuite.claim_files import CLAIMS, COMPUTED, REGISTRATIONS
from benchsuite.damage import Damage, move_aside, said
from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.extra_files import ExtraFiles, extra_names
from benchsuite.folder import FOLDER, Folder, Gone, Identity, identity, keep_names
from benchsuite.lock import locked
from benchsuite.record import Record
from benchsuite.record_files import LARGEST, RecordFiles, entries, mark_of, read_one
from benchsuite.record_json import record_from_json, record_to_json
from benchsuite.search_files import SEARCHES, read_searches, search_file
from benchsuite.searches import Search, search_from_json, search_to_json
from benchsuite.shards import Shard
from benchsuite.study_files import STUDIES
from benchsuite.typed_commands import COMMANDS


class DamagedRecord(BenchsuiteError):
    """Raised for a file in the place of a record that holds none.

    Args:
        text: The one line that says so.
        damage: What is wrong with it.
    """

    def __init__(self, text: str, damage: Damage) -> None:
        super().__init__(text)
        self.damage = damage


WRITERS = 8
"""Records that are written side by side."""
WRITTEN = (
    "trials", SEARCHES, STUDIES, COMMANDS, CLAIMS, COMPUTED, REGISTRATIONS, "weights", "predictions", "probes", "costs",
    "report", "stale",
)  # fmt: skip
"""Folders that runs and reports write to."""


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
        self._root = Folder(folder)
        self.extras = ExtraFiles(self._root)
        self._files = RecordFiles(self.trials)
        self._beside_others = False
        self.aside: list[str] = []
        """What was moved to ``damaged/`` since something else takes its place, a line each."""
        if not create:
            return
        try:
            if not self.trials.is_dir():
                _make(self.trials)
            self._root.try_to_write("trials")
            self._root.identity = identity(folder.stat())
        except OSError as error:
            raise BenchsuiteError(
                f"cannot write to the results folder {folder}: {error.strerror}. Choose another with --results DIR."
            ) from None

    @property
    def identity(self) -> Identity | None:
        """What tells the folder from one that takes its place; ``None`` of one that is only looked at."""
        return self._root.identity

    def path(self, trial_id: str) -> Path:
        """Return where a trial's record lies."""
        return self.trials / trial_id[:2] / f"{trial_id}.json"

    @contextmanager
    def locked(self, shard: Shard | None = None) -> Iterator[None]:
        """Hold the folder for one run; the operating system lets go of it however the run ends.

        Args:
            shard: Which part of a study the run is, if it is one: other parts of it may hold the folder as well.

        Raises:
            BenchsuiteError: If another run holds it, it cannot be locked, or the disk is full.
        """
        with locked(self._root, "trials", shard=shard, first=self._sweep):
            self._beside_others = shard is not None
            try:
                yield
            finally:
                self._beside_others = False

    def _sweep(self) -> None:
        """Delete what runs that were killed left."""
        try:
            self._root.sweep(*WRITTEN)
        except OSError as error:
            raise cannot_write(self.folder, error) from None

    def check(self, ids: Iterable[str]) -> None:
        """Look whether the folder is the one that is held, and the records of a study are all there.

        Args:
            ids: Of trials that had a record.

        Raises:
            BenchsuiteError: If not, in one line that says what was lost; or if nobody can tell.
        """
        expected = set(ids)
        why = ""
        there: set[str] = set()
        try:
            try:
                self._root.check()
            except Gone as error:
                why = str(error.strerror)
            for folder in {trial_id[:2] for trial_id in expected}:
                with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.trials / folder) as found:
                    there.update(entry.name.removesuffix(".json") for entry in found)
        except OSError as error:  # a network drive that does not answer has lost nothing
            raise BenchsuiteError(
                f"cannot read {self.folder}: {error.strerror}. All records written so far are whole. "
                "Mend that and run the same command again."
            ) from None
        lost = len(expected - there)
        if not lost and not why:
            return
        what = why or f"something deleted files from {self.trials} meanwhile"
        count = f"{lost or 'none'} of the {len(expected)} records of this study"
        raise BenchsuiteError(
            f"{what}: {count} {'are' if lost > 1 else 'is'} lost. "
            "Put back what was there, or run the same command again to make it anew."
        )

    def read(self, trial_id: str) -> Record | None:
        """Read the record of a trial; ``None`` if it has none.

        Raises:
            DamagedRecord: In one line, if its file holds no record: it can be set aside.
            BenchsuiteError: In one line, if its file cannot be read, or a newer benchsuite wrote it.
        """
        return self.judged(self._files.load(trial_id))

    def judged(self, found: Record | Damage | None) -> Record | None:
        """Return what was found in the place of a record, if it is none that is damaged; errors are those of :meth:`read`."""
        if not isinstance(found, Damage):
            return found
        what = f"the record {self.folder / found.path} {said(found.reason)}."
        if found.newer or not found.readable:
            raise BenchsuiteError(f"{what} Nothing was changed.")
        raise DamagedRecord(f"{what} Nothing was changed. {self._cure}", found)

    def ids(self) -> list[str]:
        """Return the ids of all trials that have a record, sorted."""
        return [name.removesuffix(".json") for _, name in self._files.names()]

    def state(self) -> str:
        """Return what is another text as soon as a record or a file of costs was written, changed or removed."""
        costs = map(mark_of, entries(self.folder / "costs", "costs", []))
        return hashlib.sha256(
            "\n".join([*self._files.marks(), "costs", *costs]).encode(errors="surrogateescape")
        ).hexdigest()

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

    def write(self, record: Record) -> Record:
        """Write a record whole or not at all, and return it as it is read.

        Two searches may try the same setting, in two shards at once: then the record of the first stays.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        content, written = self._checked(record)
        found = self._put(written, content)
        self._settle([record.id])
        return found

    def write_all(self, records: Sequence[Record]) -> list[Record | Exception]:
        """Write records, each whole or not at all, and return of each what is read, or why :meth:`write` would fail.

        All are on the disk when this returns, names and all. They are written side by side: a disk that is told to keep several
        files at once does so in little more than the time of one. Then each folder is kept once.
        """
        found: list[Record | Exception] = []
        contents: list[tuple[int, Record, bytes]] = []
        for number, record in enumerate(records):
            try:
                content, written = self._checked(record)
            except Exception as error:  # of this one alone
                found.append(error)
            else:
                found.append(written)
                contents.append((number, written, content))

        def put(number: int, written: Record, content: bytes) -> None:
            try:
                found[number] = self._put(written, content)
            except Exception as error:
                found[number] = error

        def settle(numbers: list[int]) -> None:
            try:
                self._settle([records[number].id for number in numbers])
            except Exception as error:
                for number in numbers:
                    found[number] = error

        folders: defaultdict[str, list[int]] = defaultdict(list)
        with ThreadPoolExecutor(WRITERS, "writer") as writers:
            beside = writers.map if len(contents) > 1 else map  # a single one is written here
            list(beside(lambda one: put(*one), contents))
            for number, written, _ in contents:
                if isinstance(found[number], Record):
                    folders[written.id[:2]].append(number)
            list(beside(settle, folders.values()))
        return found

    def _checked(self, record: Record) -> tuple[bytes, Record]:
        """Return the content of a record's file, and the record as it is read."""
        content = record_to_json(record)
        written = record_from_json(content)  # what cannot be read must not be written
        if len(content) > LARGEST:
            raise BenchsuiteError(
                f"the record of trial {record.id} of {record.trial.task} would have {len(content):,} bytes, more than the "
                f"{LARGEST:,} that are read, with {record.curves.epochs:,} evaluated epochs. Ask for fewer with --epochs."
            )
        return content, written

    def _put(self, record: Record, content: bytes) -> Record:
        """Write a record's file, and return the record that lies there then."""
        if self._beside_others and (there := self._same(record)) is not None:
            return there
        try:
            self._root.write(_record_file(record.id), content)
        except OSError as error:
            raise cannot_write(self.path(record.id), error) from None
        return record

    def _settle(self, ids: Sequence[str]) -> None:
        """Wait until the names of records are on the disk as well."""
        try:
            self._root.settle(*map(_record_file, ids))
        except OSError as error:
            raise cannot_write(self.path(ids[0]), error) from None

    def _same(self, record: Record) -> Record | None:
        """Return the record of the same trial with the same numbers, if somebody wrote it meanwhile."""
        found = self._files.load(record.id)
        return found if isinstance(found, Record) and found.numbers() == record.numbers() else None

    def write_probes(self, trial_id: str, probes: Mapping[str, Any]) -> None:
        """Write what probes found in a trial; what lies in their place and is none is moved aside.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        if spoiled := self.extras.spoiled_probes(trial_id):
            self.aside.append(f"{Damage(*spoiled)}: moved to {move_aside(self._root, spoiled[0])}, and made again")
        self.extras.write_probes(trial_id, probes)

    def searches(self, damaged: list[Damage] | None = None) -> Iterator[Search]:
        """Read search after search, sorted by id.

        Args:
            damaged: Filled with what is no search.

        Raises:
            BenchsuiteError: In one line, for the first file that is no search, if no list is given for them.
        """
        found: list[Damage] = []
        yield from read_searches(self.folder, found if damaged is None else damaged)
        if found:
            raise BenchsuiteError(f"{self.folder}: {found[0]}. Move it away: its trials are records, and stay.")

    def write_search(self, search: Search) -> None:
        """Write a search whole or not at all; one of the same id is replaced, and what is none is moved aside.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        content = search_to_json(search)
        search_from_json(content)  # what cannot be read must not be written
        name = search_file(search.id)
        if isinstance(damage := read_one(self.folder / name, name, search_from_json), Damage):
            self.aside.append(f"{damage}: moved to {move_aside(self._root, name)}, and made again")
        try:
            self._root.write(name, content)
            self._root.settle(name)
        except OSError as error:
            raise cannot_write(self.folder / name, error) from None

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
        beside = [name for name in extra_names(trial_id) if os.path.lexists(self.folder / name)]
        place = move_aside(self._root, damage.path)
        for name in beside:
            move_aside(self._root, name)
        return place

    def set_aside(self, trial_id: str) -> None:
        """Move a stale record to ``stale/``, numbered, so that nothing is lost; its probes and weights go.

        Raises:
            BenchsuiteError: If the disk is full or the folder has gone.
        """
        try:
            target = self._reserve(trial_id)
            try:
                self._root.move(_record_file(trial_id), target)
            except BaseException:
                self._root.remove(target)
                raise
            self.extras.discard(trial_id)  # what an older code learned must not stand beside a newer record
        except OSError as error:
            raise cannot_write(self.folder / "stale", error) from None

    def _reserve(self, trial_id: str) -> str:
        """Make an empty file for a record that is set aside: a name that no other process has or gets."""
        for number in itertools.count():
            name = f"stale/{trial_id}-{number}.json"
            with suppress(FileExistsError):
                os.close(self._root.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
                break
        return name


def _make(folder: Path) -> None:
    """Make a folder and those above it, and keep the names of all that are new: a power cut loses none of them.

    Raises:
        OSError: If that cannot be done.
    """
    new = [folder, *itertools.takewhile(lambda above: not above.exists(), folder.parents)]
    folder.mkdir(parents=True, exist_ok=True)
    for one in new:
        with suppress(PermissionError):  # who may write in a folder need not be allowed to read it
            above = os.open(one.parent, FOLDER)
            try:
                keep_names(above)
            finally:
                os.close(above)


def _record_file(trial_id: str) -> str:
    return f"trials/{trial_id[:2]}/{trial_id}.json"

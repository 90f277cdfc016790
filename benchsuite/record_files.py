"""The files of a folder of records: which of them are records, and what is wrong with each other one.

Nothing that lies there stops a reader: what is no record is named in one line, and the rest is used.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from benchsuite import drafts
from benchsuite.damage import Damage, said
from benchsuite.plain_files import NotPlain, kind_of, read_plain
from benchsuite.record import Record
from benchsuite.record_json import NewerFormat, NotARecord, record_from_json

T = TypeVar("T")

LARGEST = 64 * 2**20
"""Bytes. A record of 100,000 evaluated epochs of three measures has 28 million."""
MOST_LISTED = 10

RECORD = re.compile(r"[0-9a-f]{32}\.json")
FOLDER = re.compile(r"[0-9a-f]{2}")
TEMPORARY = re.compile(rf"\..+\.(json|npz|parquet)\.\w+|{drafts.TEMPORARY.pattern}")
"""A file that is being written, or was when its writer was killed."""
OF_FILE_MANAGERS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What macOS and Windows leave in folders that were looked at."""


class RecordFiles:
    """The records below a folder.

    Args:
        folder: Of the records: ``trials`` of the results folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._name = folder.name

    def load(self, trial_id: str) -> Record | Damage | None:
        """Read the record of a trial; ``None`` if there is none."""
        first = trial_id[:2]
        if os.path.islink(f"{self._folder}/{first}"):
            return Damage(f"{self._name}/{first}", "is a link, and links are not followed", readable=False)
        return self._load(first, f"{trial_id}.json")

    def records(self, damaged: list[Damage]) -> Iterator[Record]:
        """Read record after record, sorted by id.

        Args:
            damaged: Filled with all else that lies there, and is no record.
        """
        for folder, name in self.names(damaged):
            found = self._load(folder, name)
            if isinstance(found, Damage):
                damaged.append(found)
            elif found is not None:  # it may go meanwhile
                yield found

    def names(self, damaged: list[Damage] | None = None) -> Iterator[tuple[str, str]]:
        """Yield folder and name of every file that is named and placed as a record, sorted.

        Args:
            damaged: Filled with what is not.
        """
        wrong = damaged if damaged is not None else []
        for entry in self._entries("", wrong):
            folder = entry.name
            if not entry.is_dir(follow_symlinks=False):
                wrong.append(Damage(f"{self._name}/{folder}", _stray(entry)))
                continue
            if not FOLDER.fullmatch(folder):
                wrong.append(Damage(f"{self._name}/{folder}", "is a folder that holds no records"))
                continue
            for file in self._entries(folder, wrong):
                name = file.name
                where = f"{self._name}/{folder}/{name}"
                if not RECORD.fullmatch(name):
                    wrong.append(Damage(where, _stray(file)))
                elif name[:2] != folder:
                    wrong.append(Damage(where, f"lies in the wrong folder: its id begins with {name[:2]}"))
                elif not file.is_file(follow_symlinks=False):
                    wrong.append(Damage(where, f"is {kind_of(file.path)}"))
                else:
                    yield folder, name

    def marks(self) -> Iterator[str]:
        """Yield a line for each thing that lies there: its name, its size and when it was written. Whoever has the same lines
        once more has the same records, whatever the clock did meanwhile."""
        for folder in self._entries("", []):
            if folder.name[0] == ".":  # the lock, which every run writes to
                continue
            yield mark_of(folder)
            if folder.is_dir(follow_symlinks=False):
                yield from map(mark_of, self._entries(folder.name, []))

    def _entries(self, folder: str, wrong: list[Damage]) -> list[os.DirEntry[str]]:
        return entries(f"{self._folder}/{folder}", f"{self._name}/{folder}".rstrip("/"), wrong)

    def _load(self, folder: str, name: str) -> Record | Damage | None:
        path = f"{self._name}/{folder}/{name}"
        record = read_one(f"{self._folder}/{folder}/{name}", path, record_from_json)
        if record is None or isinstance(record, Damage):
            return record
        if record.id != name[:-5]:
            return Damage(path, f"holds trial {record.id}, which its name does not say")
        return record


def mark_of(entry: os.DirEntry[str]) -> str:
    """Return a line that is another one when a file was changed; of a folder, what lies in it says that."""
    try:
        about = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # a shard at work on the folder set it aside meanwhile
        return f"{entry.name} gone"
    return entry.name if stat.S_ISDIR(about.st_mode) else f"{entry.name} {about.st_size} {about.st_mtime_ns}"


def entries(place: str | Path, where: str, wrong: list[Damage]) -> list[os.DirEntry[str]]:
    """Return what lies in a folder, sorted by name, without what is being written and what file managers leave.

    Args:
        place: Of the folder; there need be none.
        where: The same, relative to the results folder.
        wrong: Filled with what keeps it from being read.
    """
    try:
        with os.scandir(place) as found:
            kept = [one for one in found if not (one.name[0] == "." and TEMPORARY.fullmatch(one.name))]
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        wrong.append(Damage(where, f"is {kind_of(place) or 'a file'}, not a folder"))
        return []
    except OSError as error:
        wrong.append(Damage(where, f"cannot be read: {error.strerror}", readable=False))
        return []
    return sorted((one for one in kept if one.name not in OF_FILE_MANAGERS), key=lambda one: one.name)


def read_one(path: str | Path, where: str, parse: Callable[[bytes], T], largest: int = LARGEST) -> T | Damage | None:
    """Read one file: what it holds, or what is wrong with it; ``None`` if it is gone.

    Args:
        path: Of the file.
        where: The same, relative to the results folder.
        parse: Makes of its content what it holds; raises :class:`NotARecord` if that is none.
        largest: Bytes that it may have.
    """
    try:
        return parse(read_plain(path, largest))
    except FileNotFoundError:
        return None
    except NewerFormat as error:
        return Damage(where, str(error), newer=True)
    except (NotPlain, NotARecord) as error:
        return Damage(where, str(error))
    except OSError as error:
        return Damage(where, f"cannot be read: {error.strerror}", readable=False)


def read_each(
    folder: Path,
    place: str,
    noun: str,
    parse: Callable[[bytes], T],
    damaged: list[Damage],
    *,
    key: Callable[[T], str] | None = None,
    named: re.Pattern[str] = RECORD,
    largest: int = LARGEST,
) -> Iterator[T]:
    """Read what each file of one folder holds, sorted by their names.

    Args:
        folder: The results folder.
        place: The folder in it.
        noun: What a file holds, in a word.
        parse: Makes it of a file's content; raises :class:`NotARecord` if that is none.
        damaged: Filled with all else that lies there.
        key: Of what a file holds, as its name must say it without its ending; names say nothing unless given.
        named: How files are named.
        largest: Bytes that one may have.
    """
    if (folder / place).is_symlink():
        damaged.append(Damage(place, "is a link, and links are not followed", readable=False))
        return
    for entry in entries(folder / place, place, damaged):
        where = f"{place}/{entry.name}"
        if not named.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
            damaged.append(Damage(where, f"is {kind_of(entry.path) or f'a file whose name is not that of a {noun}'}"))
            continue
        found = read_one(entry.path, where, parse, largest)
        if isinstance(found, Damage):
            damaged.append(found)
        elif found is not None and key is not None and key(found) != entry.name.removesuffix(".json"):
            damaged.append(Damage(where, f"holds {noun} {key(found)}, which its name does not say"))
        elif found is not None:  # it may go meanwhile
            yield found


def some_of(damaged: Sequence[object], folder: Path | None) -> list[str]:
    """Return what to say of damaged files, a line each; of many the first, and how to see them all.

    Args:
        damaged: What was found.
        folder: The results folder; ``None`` where it is nobody's business, as in what is published.
    """
    lines = [str(one) for one in damaged[:MOST_LISTED]]
    if more := len(damaged) - len(lines):
        how = "" if folder is None else f": benchsuite doctor --results {said(str(folder))}"
        lines.append(f"… and {more} more{how}")
    return lines


def _stray(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "is a link, and links are not followed"
    if entry.name.startswith("._"):
        return "is what macOS keeps of a file elsewhere, and no record"
    kind = kind_of(entry.path)
    return f"is {kind or 'a file'}, and its name is not that of a record"

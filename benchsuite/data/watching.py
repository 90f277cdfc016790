"""Which files a task's ``data()`` reads: while they are as they were, so are the data."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

NO_DATA = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll")
"""Ends of the names of code, which is compared otherwise."""
NO_FILES = ("/proc/", "/sys/", "/dev/")
STREAM = os.O_WRONLY | os.O_RDWR
Stamp = tuple[int, int, int, int]
"""Size, inode, and the times of the last change of content and of anything: what nobody changes without a trace."""


@dataclass
class FilesRead:
    """What was opened for reading, or listed, while data were read.

    Args:
        files: Path → what it was like before it was read; ``None`` of one that could not be looked at.
    """

    files: dict[str, Stamp | None] = field(default_factory=dict)

    def see(self, path: str) -> None:
        """Remember a file or folder as it is now; of one that was seen before, as it was then."""
        if path not in self.files and not path.startswith(NO_FILES) and not path.endswith(NO_DATA):
            self.files[path] = stamp(path)


def stamp(path: str) -> Stamp | None:
    """Return what a file or folder is like; ``None`` if there is none."""
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return None
    return about.st_size, about.st_ino, about.st_mtime_ns, about.st_ctime_ns


_watches: list[FilesRead] = []
_lock = threading.Lock()
_listening: list[bool] = []


@contextmanager
def watching() -> Iterator[FilesRead]:
    """FilesRead which files this process reads, in whichever thread: nobody knows which of them reads for whom."""
    watch = FilesRead()
    with _lock:
        if not _listening:
            sys.addaudithook(_heard)  # for ever: Python takes none back
            _listening.append(True)
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watches or event not in ("open", "os.listdir", "os.scandir", "sqlite3.connect"):
        return
    try:
        named = arguments[0]
        if isinstance(named, int):  # a file that is open already
            return
        if event == "open" and _writes(*arguments[1:3]):
            return
        path = os.path.abspath(os.fsdecode(named if named is not None else "."))
        if event != "open" and path.startswith((sys.prefix, sys.base_prefix)):
            return  # imports look into folders of libraries
        for watch in _watches:
            watch.see(path)
    except Exception:  # whatever somebody opens, it must not fail for us
        return


def _writes(mode: Any, flags: Any) -> bool:
    """Say whether a file is opened to be made anew: then what is read of it is not what lay there."""
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax")
    return isinstance(flags, int) and bool(flags & (os.O_TRUNC | os.O_EXCL)) and bool(flags & STREAM)

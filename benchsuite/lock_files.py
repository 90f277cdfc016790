"""Files whose lock says that somebody lives, and whose content says who. The operating system lets go of them.

``flock`` is used throughout: on NFS, Linux makes of it a lock of the server, which holds for all machines.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from benchsuite.errors import BenchsuiteError
from benchsuite.folder import Folder, identity


class LockHeld(Exception):
    """Raised when somebody else holds a lock."""


def lock(descriptor: int, *, shared: bool = False) -> bool:
    """Lock a folder or a file; say whether that can be done where it lies.

    Args:
        descriptor: Of the folder or the file.
        shared: Whether others may hold it as well.

    Raises:
        LockHeld: If somebody has it.
    """
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LockHeld from None
    except OSError:
        return False
    return True


def lock_file(folder: Folder, name: str, said: str | None, *, shared: bool = False) -> int:
    """Make a file if there is none, lock it, and return its descriptor.

    Args:
        folder: The results folder.
        name: Of the file in it.
        said: What it holds from now on; ``None`` if that is left as it is.
        shared: Whether others may hold it as well.

    Raises:
        LockHeld: If somebody has it.
        BenchsuiteError: If its file system has no locks of files. One of a folder is not enough: on NFS it holds on one machine alone.
        OSError: If the file cannot be made or written.
    """
    path = folder.path / name
    while True:
        file = folder.open(name, os.O_RDWR | os.O_CREAT)
        try:
            if not lock(file, shared=shared):
                raise BenchsuiteError(
                    f"cannot lock {path}: its file system has no locks, without which two runs could spoil each "
                    "other's work. Choose a folder on another one with --results DIR."
                )
            found = os.fstat(file)
            ours = _is(path, found)
            if ours and found.st_nlink == 1:
                if said is not None:
                    # Unbuffered, so that closing has nothing left that could fail.
                    os.ftruncate(file, 0)
                    os.pwrite(file, said.encode(), 0)
                return file
            if ours:  # a hard link: the content is another file's as well
                folder.remove(name)
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # another one has this name now


def content_of(folder: Folder, name: str, most: int) -> str:
    """Return what such a file holds, as far as it can be read and is plain text; empty if it cannot."""
    try:
        file = folder.open(name, os.O_RDONLY)
    except OSError:
        return ""
    try:
        text = os.read(file, most).decode("ascii", "replace").strip()
    except OSError:
        return ""
    finally:
        os.close(file)
    return text if text.isprintable() else ""


def _is(path: Path, found: os.stat_result) -> bool:
    """Say whether a path leads to a file."""
    try:
        return identity(os.lstat(path)) == identity(found)
    except FileNotFoundError:
        return False

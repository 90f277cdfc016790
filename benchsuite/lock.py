"""One run at a time on a results folder. The operating system lets go of it however the run ends.

Both the folder and a file ``.lock`` in it are locked. The folder's own lock cannot be deleted; the file says who holds it,
and is all there is on file systems that lock no folders.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from benchsuite.descriptors import keep, let_go
from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.folder import Folder, identity

NAME = ".lock"


@contextmanager
def locked(folder: Folder, *names: str) -> Iterator[None]:
    """Hold a folder for one run.

    Args:
        folder: The results folder; it and its lock are let go of at the end.
        names: Folders in it that are held as well, see :meth:`benchsuite.folder.Folder.hold`.

    Raises:
        BenchsuiteError: If another run holds it, it cannot be locked, or the disk is full.
    """
    with ExitStack() as held:
        try:
            descriptor = held.enter_context(folder.hold(*names))
        except OSError as error:
            raise cannot_write(folder.path, error) from None
        whole = _lock(descriptor, folder)
        file = keep(_lock_file(folder, whole=whole))
        held.callback(let_go, file)
        if not whole:
            folder.pin(NAME, file)
        yield


def _lock(descriptor: int, folder: Folder) -> bool:
    """Lock a folder or a file; say whether that can be done where it lies."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BenchsuiteError(
            f"another run (process {_holder(folder)}) is writing to {folder.path}. "
            "Wait for it, stop it, or choose another folder with --results DIR."
        ) from None
    except OSError:
        return False
    return True


def _lock_file(folder: Folder, *, whole: bool) -> int:
    """Lock the file that says who holds the folder, say it there, and return its descriptor.

    Args:
        folder: The results folder.
        whole: Whether it is locked itself.
    """
    path = folder.path / NAME
    try:
        while True:
            file = folder.open(NAME, os.O_RDWR | os.O_CREAT)
            try:
                if not _lock(file, folder) and not whole:
                    raise BenchsuiteError(
                        f"cannot lock {path}: its file system has no locks, without which two runs could spoil each "
                        "other's work. Choose a folder on another one with --results DIR."
                    )
                found = os.fstat(file)
                ours = _is(path, found)
                if ours and found.st_nlink == 1:
                    # Unbuffered, so that closing has nothing left that could fail.
                    os.ftruncate(file, 0)
                    os.pwrite(file, str(os.getpid()).encode(), 0)
                    return file
                if ours:  # a hard link: the content is another file's as well
                    folder.remove(NAME)
            except BaseException:
                os.close(file)
                raise
            os.close(file)  # another one has this name now
    except OSError as error:
        raise cannot_write(path, error) from None


def _is(path: os.PathLike[str], found: os.stat_result) -> bool:
    """Say whether a path leads to a file."""
    try:
        return identity(os.lstat(path)) == identity(found)
    except FileNotFoundError:
        return False


def _holder(folder: Folder) -> str:
    try:
        file = folder.open(NAME, os.O_RDONLY)
    except OSError:
        return "unknown"
    try:
        said = os.read(file, 32).strip()
    finally:
        os.close(file)
    return said.decode() if said.isdigit() else "unknown"

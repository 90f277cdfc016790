"""Files that get their names once they are whole and on the disk.

Where the system lets it (Linux, most file systems), a file has no name while it is written: if its writer is killed,
nothing is left of it. One that takes the place of another has a temporary name for a moment, and elsewhere every file has
one while it is written. What a writer that was killed meanwhile has left, :func:`sweep` takes away; the writer's lock tells
it from one that is being written.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.part")
"""The names that such files have for a while."""

_OURS = Path("/proc/self/fd")
_NAMELESS = getattr(os, "O_TMPFILE", 0) if _OURS.is_dir() else 0


@contextmanager
def draft(folder: int, name: str) -> Iterator[BinaryIO]:
    """Give a file to write to, which gets its name at the end.

    Args:
        folder: Descriptor of the folder.
        name: In it.

    Raises:
        OSError: If it cannot be written; what had the name has it still, and nothing is left.
    """
    descriptor, temporary = _open(folder, name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
            if not temporary:
                try:
                    _link(descriptor, folder, name)
                    return
                except FileExistsError:
                    temporary = _temporary(name)
                    _link(descriptor, folder, temporary)
            os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
        raise


def try_draft(folder: int) -> None:
    """Find out whether files can be made in a folder.

    Raises:
        OSError: If they cannot.
    """
    descriptor, temporary = _open(folder, "tried")
    os.close(descriptor)
    if temporary:
        # A run that begins meanwhile may have swept it away: nobody holds it any more.
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)


def sweep(names: Iterable[str], folder: int) -> None:
    """Delete those files that writers which were killed have left.

    Args:
        names: Of files in the folder.
        folder: Its descriptor.

    Raises:
        OSError: If that cannot be done.
    """
    for name in filter(TEMPORARY.fullmatch, names):
        with suppress(FileNotFoundError, BlockingIOError):  # its writer lives, or was faster
            # For writing: NFS locks nothing else, and would say that the descriptor is bad.
            descriptor = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(name, dir_fd=folder)
            finally:
                os.close(descriptor)


def _open(folder: int, name: str) -> tuple[int, str]:
    """Return a file to write to and its temporary name, which is empty where it needs none."""
    if _NAMELESS:
        with suppress(OSError):  # not every file system can; what else is wrong, the next lines say
            return os.open(".", os.O_WRONLY | os.O_CLOEXEC | _NAMELESS, 0o666, dir_fd=folder), ""
    temporary = _temporary(name)
    flags = os.O_WRONLY | os.O_CLOEXEC | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, 0o666, dir_fd=folder)
    _lock(descriptor)
    return descriptor, temporary


def _link(descriptor: int, folder: int, name: str) -> None:
    """Give a file without a name one that is not taken."""
    _lock(descriptor)
    os.link(_OURS / str(descriptor), name, dst_dir_fd=folder, follow_symlinks=True)


def _lock(descriptor: int) -> None:
    with suppress(OSError):  # where there are no locks, no run begins, and nothing is swept
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _temporary(name: str) -> str:
    return f".{name[:100]}.{secrets.token_hex(8)}.part"

"""Files that somebody else may have put there: no pipe, device, link or file without end stops a reader."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# A pipe is opened at once, whether anybody writes to it or not, and a terminal does not become ours.
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC

KINDS = (
    (stat.S_ISLNK, "a link, and links are not followed"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotPlain(Exception):
    """Raised for what is no file, or a file that is too large; its text says what it is."""


def open_plain(path: str | Path, most: int) -> tuple[int, int]:
    """Open a file to read it, and return its descriptor and its size.

    Args:
        path: Its place.
        most: Bytes that it may have.

    Raises:
        NotPlain: If it is a link, a folder, a pipe, a socket or a device, or larger.
        OSError: If it cannot be opened, or is not there.
    """
    try:
        handle = os.open(path, FLAGS)
    except OSError as error:
        # Of a link the system says "too many links", of a socket "no such device"; what it is says more.
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EOPNOTSUPP) and (kind := kind_of(path)):
            raise NotPlain(f"is {kind}") from None
        raise
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise NotPlain(f"is {_kind(state.st_mode)}")
        if state.st_size > most:
            raise NotPlain(f"has {state.st_size:,} bytes, more than the {most:,} that are read")
    except BaseException:
        os.close(handle)
        raise
    return handle, state.st_size


def read_plain(path: str | Path, most: int) -> bytes:
    """Return the content of a file; errors are those of :func:`open_plain`."""
    handle, size = open_plain(path, most)
    try:
        content = os.read(handle, size + 1)
        if len(content) == size:
            return content
        parts = [content]
        while parts[-1] and sum(map(len, parts)) <= most:  # it grew meanwhile, or the system says no sizes
            parts.append(os.read(handle, 2**20))
    finally:
        os.close(handle)
    if parts[-1]:
        raise NotPlain(f"has more than the {most:,} bytes that are read")
    return b"".join(parts)


def kind_of(path: str | Path) -> str:
    """Return what lies at a place, in words; empty if it is a file, or nothing."""
    try:
        return _kind(os.lstat(path).st_mode)
    except OSError:
        return ""


def _kind(mode: int) -> str:
    return next((name for test, name in KINDS if test(mode)), "")

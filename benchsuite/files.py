"""Files that are whole or absent, where the extra ones of a trial lie, and where what can be made again is kept."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from benchsuite.errors import cannot_write
from benchsuite.folder import Folder


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a power cut, sees all of it or the file before. Its folder must be there.

    Raises:
        OSError: If that cannot be done; the file before is as it was.
    """
    Folder(path.parent).write(path.name, content)


def write_into(folder: Path, name: str, content: bytes) -> None:
    """Write a file of a results folder as :func:`write_whole` does; the folder must be there, those below it are made.

    Args:
        folder: The results folder.
        name: Of the file, below it.
        content: Of the file.

    Raises:
        CannotWrite: If the disk is full, or the folder has gone.
    """
    try:
        Folder(folder).write(name, content)
    except OSError as error:
        raise cannot_write(folder / name, error) from None


def extra_file(folder: Path, trial_id: str) -> Path:
    """Return where the arrays of a trial lie in a folder of weights or predictions."""
    return folder / trial_id[:2] / f"{trial_id}.npz"


def cache_folder() -> Path:
    """Return where what can be made again is kept, as for the data of tasks; it need not be there."""
    if given := os.environ.get("BENCHSUITE_CACHE"):
        return Path(given)
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "benchsuite"
    return Path("~/.cache/benchsuite").expanduser()


def temporary_folder() -> Path:
    """Return the folder for temporary files: the one that :mod:`tempfile` chooses, which tries it by a file with a name.

    A process that is killed meanwhile leaves that file behind. So a file without a name is tried first, where there can be one.
    """
    places = () if tempfile.tempdir else ("TMPDIR", "TEMP", "TMP", "/tmp", "/var/tmp", "/usr/tmp")
    for place in filter(None, (place if place[0] == "/" else os.environ.get(place) for place in places)):
        try:
            _try_nameless(place)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EROFS, errno.ENOSPC):
                continue  # nor would a file with a name be possible
            break
        tempfile.tempdir = os.path.abspath(place)
        break
    return Path(tempfile.gettempdir())


def _try_nameless(folder: str) -> None:
    """Write to a file without a name.

    Raises:
        OSError: If there can be none.
    """
    if not (nameless := getattr(os, "O_TMPFILE", 0)):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    descriptor = os.open(folder, os.O_WRONLY | os.O_CLOEXEC | nameless, 0o600)
    try:
        os.write(descriptor, b"tried")
    finally:
        os.close(descriptor)

"""Folders for what a command writes on its way to something else: gone at its end, or, if it was killed, before the next one."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.files import temporary_folder
from benchsuite.folder import identity

PREFIX = "benchsuite-scratch-"
"""How their names begin, in the folder for temporary files."""


@contextmanager
def scratch() -> Iterator[Path]:
    """Give an empty folder that is locked for as long as it is needed; those of commands that were killed are removed.

    Raises:
        BenchsuiteError: If none can be made.
    """
    place = temporary_folder()
    _sweep(place)
    try:
        folder, held = _locked(place)
    except OSError as error:
        raise BenchsuiteError(
            f"no folder can be made among the temporary files in {place}: {said_by(error)}. "
            "Set TMPDIR to a folder that can be written to."
        ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _locked(place: Path) -> tuple[Path, int]:
    """Make a folder; return it, and the descriptor that holds its lock."""
    while True:
        folder = place / f"{PREFIX}{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        held = -1
        try:
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            with suppress(OSError):  # where there are no locks, nothing is swept
                fcntl.flock(held, fcntl.LOCK_EX)
            if identity(os.stat(folder)) == identity(os.fstat(held)):
                return folder, held
        except FileNotFoundError:  # somebody swept before it was locked
            pass
        except OSError:
            folder.rmdir()
            raise
        if held >= 0:
            os.close(held)


def _sweep(place: Path) -> None:
    """Remove what nobody holds a lock on."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):  # its writer lives, or it is somebody else's
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(held).st_uid == os.geteuid():
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)

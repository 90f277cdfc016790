"""The errors that are a user's to mend, and the one sentence each of them prints.

Form: what is wrong, what was received, what is possible, what to do.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from pathlib import Path


class BenchsuiteError(Exception):
    """Something the user can mend; the command line prints it in one line and exits with 2."""


class Unsupported(Exception):
    """Raised while a trial is built when a component cannot be applied to a task; the trial's outcome is ``unsupported``."""


MOST_LISTED = 30
"""Names that an error lists in full; of more it lists the nearest."""


def unknown(what: str, received: str, possible: Iterable[str], *, then: str = "") -> BenchsuiteError:
    """Build the error for a name that does not exist, with the nearest one that does.

    Args:
        what: The thing that was looked up, such as ``"optimizer"``.
        received: The name as the user wrote it.
        possible: Every name that would have been accepted.
        then: What to do next, a whole sentence.
    """
    names = sorted(possible)
    near = difflib.get_close_matches(received, names, n=5, cutoff=0.5)
    near = near or [name for name in names if received and name.startswith(received)][:5]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(names) if names else "none"
    if len(names) > MOST_LISTED:
        listed = ", ".join(near or names[:5]) + f", … ({len(names)} in all)"
    return BenchsuiteError(f"unknown {what} {received!r}.{hint} Known: {listed}.{' ' + then if then else ''}")


class CannotWrite(BenchsuiteError):
    """A file of ours cannot be written: the disk's failure or the folder's, never that of the trial that the file is about."""


_DRIVE_FAILS = ("EIO", "ESTALE", "EREMOTEIO", "ENOTCONN", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENXIO", "ENODEV")
_SOCKETS_SAY_SO_TOO = _DRIVE_FAILS[3:]


def of_a_drive(error: OSError) -> BenchsuiteError | None:
    """Build the error for what a drive says when it does not answer, or has gone; ``None`` if a program's mistake may have caused it.

    It can come of any look at any file.
    """
    name = errno.errorcode.get(error.errno or 0, "")
    if name not in _DRIVE_FAILS or (error.filename is None and name in _SOCKETS_SAY_SO_TOO):
        return None
    return BenchsuiteError(
        f"a drive fails: {said_by(error)}. What was written before is whole. Mend that and run the same command again."
    )


def said_by(error: OSError) -> str:
    """Return what the operating system says, and of which file, in a few words."""
    text = str(error.strerror or error)
    return text if error.filename is None or str(error.filename) in text else f"{error.filename}: {text}"


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """Build the error for a file of a results folder that cannot be written."""
    hint = "Free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Mend that"
    return CannotWrite(
        f"cannot write {path}: {error.strerror}. All records written so far are whole. {hint} and run the same command again."
    )

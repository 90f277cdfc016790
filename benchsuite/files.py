"""Files that are whole or absent."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a power cut, sees all of it or the file before.

    A temporary file in the same folder, flushed to the disk, then renamed.

    Raises:
        OSError: If that cannot be done; the file before is as it was.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def extra_file(folder: Path, trial_id: str) -> Path:
    """Return where the arrays of a trial lie in a folder of weights or predictions."""
    return folder / trial_id[:2] / f"{trial_id}.npz"

"""Files that are whole or absent, and where the extra ones of a trial lie."""

from __future__ import annotations

from pathlib import Path

from benchsuite.folder import Folder


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a power cut, sees all of it or the file before. Its folder must be there.

    Raises:
        OSError: If that cannot be done; the file before is as it was.
    """
    Folder(path.parent).write(path.name, content)


def extra_file(folder: Path, trial_id: str) -> Path:
    """Return where the arrays of a trial lie in a folder of weights or predictions."""
    return folder / trial_id[:2] / f"{trial_id}.npz"

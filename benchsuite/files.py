"""Files that are whole or absent, where the extra ones of a trial lie, and where what can be made again is kept."""

from __future__ import annotations

import os
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


def cache_folder() -> Path:
    """Return where what can be made again is kept, as for the data of tasks; it need not be there."""
    if given := os.environ.get("BENCHSUITE_CACHE"):
        return Path(given)
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "benchsuite"
    return Path("~/.cache/benchsuite").expanduser()

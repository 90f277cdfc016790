"""The file that keeps what a worker prints."""

from __future__ import annotations

import os
from pathlib import Path

from benchsuite.folder import Folder, Identity


def open_log(path: Path, results: Identity | None = None) -> int:
    """Open a log to append to; neither it nor its folder may be a link.

    Args:
        path: The log, in a folder of the results folder, which is made if it is missing; the results folder is not.
        results: Of the results folder that must be there.

    Returns:
        A descriptor, which no child process inherits.

    Raises:
        OSError: If that cannot be done.
    """
    folder = Folder(path.parents[1], results)
    return folder.open(f"{path.parent.name}/{path.name}", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

"""Which files a task's ``data()`` reads: while they are as they were, so are the data."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchsuite.opened import Stamp, listening, stamp


@dataclass
class FilesRead:
    """What was opened for reading, or listed, while data were read.

    Args:
        files: Path → what it was like before it was read; ``None`` of one that could not be looked at.
    """

    files: dict[str, Stamp | None] = field(default_factory=dict)

    def see(self, path: str, listed: bool, _: str) -> None:
        """Remember a file or folder as it is now; of one that was seen before, as it was then."""
        if listed and path.startswith((sys.prefix, sys.base_prefix)):
            return  # imports look into folders of libraries
        if path not in self.files:
            self.files[path] = stamp(path)


@contextmanager
def watching() -> Iterator[FilesRead]:
    """Note which files this process reads."""
    read = FilesRead()
    with listening(read.see):
        yield read

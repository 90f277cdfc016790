"""What was found out before, as small JSON values in files of the user's own; what anybody else could have written is not believed."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from typing import Any

from benchsuite.files import cache_folder, write_whole

MOST = 2000
"""Files of a folder; the oldest go."""
LARGEST = 2**16


class Remembered:
    """A folder of the cache. Where nothing can be kept, each time is the first.

    Args:
        place: Its name there.
    """

    def __init__(self, place: str) -> None:
        self._folder = cache_folder() / place

    def get(self, name: str) -> Any:
        """Return what is kept under a name; ``None`` where there is nothing, or nothing to be believed."""
        if not self._is_ours():
            return None
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(descriptor, "rb") as file:
                about = os.fstat(file.fileno())
                if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_size > LARGEST:
                    return None
                return json.loads(file.read(LARGEST))
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, name: str, value: Any) -> None:
        """Keep a value."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._is_ours():
                write_whole(self._folder / name, json.dumps(value).encode())
                self._drop_oldest()

    def _is_ours(self) -> bool:
        try:
            about = os.lstat(self._folder)
        except OSError:
            return False
        return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022

    def _drop_oldest(self) -> None:
        with os.scandir(self._folder) as entries:
            files = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.path) for entry in entries]
        for _, path in sorted(files)[: max(0, len(files) - MOST)]:
            with contextlib.suppress(OSError):
                os.unlink(path)

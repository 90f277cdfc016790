"""What trials leave behind in their process, and what goes with it alone: files that are open, threads, children, temporary files.

None of it changes a number, but there is an end of each: a plugin that leaves a little in every trial would use up what the
machine lets one process have, and then trials would fail that did nothing.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import tempfile

MOST_FILES = 256
"""Descriptors more than at first; never more than half of what the system allows, see ``ulimit -n``."""
MOST_THREADS = 64
MOST_CHILDREN = 16
MOST_TEMPORARY = 256
"""Entries of the folder for temporary files."""
MOST_BYTES = 256 * 2**20
"""Of the files that lie in it directly."""


class Litter:
    """Of this process: what was there when it was made is none."""

    def __init__(self) -> None:
        self._place = tempfile.gettempdir()  # a plugin may set another one
        self._files = _count("/proc/self/fd")
        self._threads = _count("/proc/self/task")
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most_files = min(MOST_FILES, allowed // 2) if allowed > 0 else MOST_FILES

    def too_much(self) -> tuple[str, ...]:
        """Return what there is too much of, in words that are the same each time; nothing on systems without ``/proc``."""
        if sys.platform != "linux":
            return ()
        found = []
        if _count("/proc/self/fd") - self._files > self._most_files:
            found.append("open files")
        if _count("/proc/self/task") - self._threads > MOST_THREADS:
            found.append("threads")
        if _children() > MOST_CHILDREN:
            found.append("child processes")
        if _is_full(self._place):
            found.append("temporary files")
        return tuple(found)


def _count(folder: str) -> int:
    with contextlib.suppress(OSError):
        return len(os.listdir(folder))
    return 0


def _children() -> int:
    """Return how many children this process has, those that ended and were not waited for among them."""
    count = 0
    with contextlib.suppress(OSError):
        for thread in os.listdir("/proc/self/task"):
            with contextlib.suppress(OSError), open(f"/proc/self/task/{thread}/children", "rb") as file:
                count += len(file.read().split())
    return count


def _is_full(folder: str) -> bool:
    size = entries = 0
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            entries += 1
            with contextlib.suppress(OSError):
                size += entry.stat(follow_symlinks=False).st_size
            if entries > MOST_TEMPORARY or size > MOST_BYTES:
                return True
    return False

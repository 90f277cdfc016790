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
"""Descriptors more than after the first trial; never more than half of what the system allows, see ``ulimit -n``."""
MOST_THREADS = 64
"""Threads more than after the first trial, and as many more as there are cores, four times: libraries may make a pool later on."""
MOST_CHILDREN = 16
MOST_TEMPORARY = 256
"""Entries of the folder for temporary files."""
MOST_BYTES = 256 * 2**20
"""Of the files that lie in it directly."""


class Litter:
    """Of this process. What it holds after its first trial is none: TensorFlow makes its threads and opens its devices meanwhile."""

    def __init__(self) -> None:
        self._place = tempfile.gettempdir()  # a plugin may set another one
        self._first: tuple[int, int] | None = None
        self._most_threads = MOST_THREADS + 4 * (os.cpu_count() or 1)
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most_files = min(MOST_FILES, allowed // 2) if allowed > 0 else MOST_FILES

    def too_much(self) -> tuple[str, ...]:
        """Return what there is too much of after a trial, in words that are the same each time; nothing without ``/proc``."""
        if sys.platform != "linux":
            return ()
        found = []
        files, threads = _count("/proc/self/fd"), _count("/proc/self/task")
        if self._first is None:
            self._first = files, threads
        if files - self._first[0] > self._most_files:
            found.append("open files")
        if threads - self._first[1] > self._most_threads:
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

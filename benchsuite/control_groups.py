"""What a container, a service or a batch job allows its processes, of the machine's memory and processors: Linux' control groups.

A job of SLURM, a pod of Kubernetes or a container sees the whole machine and may use a part of it. Beyond its memory the
kernel kills, beyond its processors it slows down. A limit is that of the process' own group or of one above it, whichever
is smallest; both versions of control groups are read, and where nothing can be read nothing is limited.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OURS = Path("/proc/self/cgroup")
"""Where the kernel tells the groups of this process."""
MOUNTED = Path("/sys/fs/cgroup")
"""Where they are shown: version 2 there or in ``unified``, version 1 in a folder for each of memory and processors."""
MACHINE = Path("/proc/vmstat")
"""Where the kernel counts for the whole machine."""
NO_LIMIT = 2**60
"""Version 1 says something of this size where there is no limit."""


def usable_memory() -> int:
    """Return the bytes of memory that this process and those beside it may use: the machine's, or what a group leaves of it."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [*_numbers("memory.max", "memory"), *_numbers("memory.limit_in_bytes", "memory")]
    return min([machine, *(limit for limit in limits if 0 < limit < NO_LIMIT)])


def usable_processors() -> int:
    """Return how many processors this process and those beside it may use: those that it may run on, or a group's share of them."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    shares = [_share(text) for text in _texts("cpu.max", "cpu")]
    for group in _groups("cpu"):
        shares.append(_share(f"{_text(group / 'cpu.cfs_quota_us')} {_text(group / 'cpu.cfs_period_us')}"))
    return max(min([there, *(math.ceil(share) for share in shares if share)]), 1)


def kills_for_memory() -> int:
    """Return how many processes the kernel has killed for want of memory, as far as it tells; only differences count.

    It is the count of this process' own group, in which its workers are: on a shared machine others are killed as well.
    Of the whole machine where groups count nothing.
    """
    for name in ("memory.events", "memory.oom_control"):
        for group in _groups("memory"):
            if (count := _counted(_text(group / name))) is not None:
                return count
    return _counted(_text(MACHINE)) or 0


def new_group(name: str) -> str:
    """Make a group within that of this process and return its folder; empty where this user may not, or the kernel cannot end one.

    It limits nothing: all in it can be ended at once, wherever it hides. Of version 2 alone.

    Args:
        name: That no other has.
    """
    for group in _groups(""):
        folder = group / name
        with suppress(OSError):
            folder.mkdir()
            if (folder / "cgroup.kill").exists():
                return str(folder)
            folder.rmdir()
        break
    return ""


def group_of(name: str) -> str:
    """Return the folder of a group that :func:`new_group` has made within that of this process; empty if it is not there."""
    return next((str(group / name) for group in _groups("") if (group / name / "cgroup.kill").exists()), "")


def _groups(controller: str) -> Iterator[Path]:
    """Yield the folders of this process' groups, its own first, then those above it.

    Args:
        controller: Of version 1, beside that of version 2; empty for version 2 alone.
    """
    for line in _text(OURS).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        for root in [MOUNTED / controllers, MOUNTED / controller] if controllers else [MOUNTED / "unified", MOUNTED]:
            if root.is_dir():
                # In a container the path may be that of the host, of which only the end is shown there: the root.
                own = root / path.strip("/")
                yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(root))
                break


def _texts(name: str, controller: str) -> Iterator[str]:
    return (text for group in _groups(controller) if (text := _text(group / name)))


def _numbers(name: str, controller: str) -> Iterator[int]:
    return (int(text) for text in _texts(name, controller) if text.strip().isdigit())


def _share(text: str) -> float:
    """Return how many processors a quota and a period are; 0 for no limit."""
    words = text.split()
    if len(words) != 2 or not all(word.isdigit() for word in words) or not int(words[1]):
        return 0.0
    return int(words[0]) / int(words[1])


def _counted(text: str) -> int | None:
    found = [words[1] for words in map(str.split, text.splitlines()) if words[:1] == ["oom_kill"] and len(words) == 2]
    return int(found[0]) if found and found[0].isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

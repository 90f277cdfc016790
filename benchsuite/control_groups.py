"""What a container, a service or a batch job allows its processes, of the machine's memory and processors: Linux' control groups.

A job of SLURM, a pod of Kubernetes or a container sees the whole machine and may use a part of it. Beyond its memory the
kernel kills, beyond its processors it slows down. A limit is that of the process' own group or of one above it, whichever
is smallest; both versions of control groups are read, and where nothing can be read nothing is limited.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

OURS = Path("/proc/self/cgroup")
"""Where the kernel tells the groups of this process."""
MOUNTED = Path("/sys/fs/cgroup")
"""Where they are shown: version 2 there or in ``unified``, version 1 in a folder for each of memory and processors."""
MACHINE = Path("/proc/vmstat")
"""Where the kernel counts for the whole machine."""
COUNTS = ("memory.events", "memory.oom_control")
"""The files in which a group of version 2, or 1, counts."""
MOST, MOST_1 = "memory.max", "memory.limit_in_bytes"
"""Where the limit of memory stands, in version 2 and in version 1."""
STALLS = "allocstall"
"""How the counts of :data:`MACHINE` begin that rise before the kernel kills since the whole machine has no memory left."""
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
    for name in COUNTS:
        for group in _groups("memory"):
            if (count := _counted(_text(group / name))) is not None:
                return count
    return _counted(_text(MACHINE)) or 0


def new_groups(name: str, limited: bool = False) -> tuple[str, ...]:
    """Make groups within those of this process and return their folders; none where this user may not.

    One is of version 2, where the kernel can end one: all in it can be ended at once, wherever it hides. Memory can be limited by
    that one, or by one of version 1, whichever has the controller of memory; :func:`limit_groups` does so.

    Args:
        name: That no other has.
        limited: Whether there must be one that can limit memory, where the user may make it.
    """
    made = []
    for group in _groups(""):
        folder = group / name
        with suppress(OSError):
            folder.mkdir()
            if (folder / "cgroup.kill").exists():
                made.append(str(folder))
            else:
                folder.rmdir()
        break
    if limited and not (made and Path(made[0], MOST).exists()):
        for group in _groups("memory"):
            folder = group / name
            if (group / MOST_1).exists():
                with suppress(OSError):
                    folder.mkdir()
                    if (folder / MOST_1).exists():
                        made.append(str(folder))
                    else:
                        folder.rmdir()
            break
    elif limited:
        _set(Path(made[0], "memory.oom.group"), 1)  # or the kernel ends a part of it, and the rest goes on in some way
    return tuple(made)


def limit_groups(groups: Sequence[str], memory: int) -> bool:
    """Limit what all in groups of :func:`new_groups` may hold together, shared memory and files in memory included.

    What they hold already counts. Version 1 refuses a limit below that, version 2 kills.

    Args:
        groups: Their folders.
        memory: Bytes.

    Returns:
        Whether one of them has the limit now.
    """
    return any(_set(Path(group, name), memory) for group in groups for name in (MOST, MOST_1))


def shortages_elsewhere(groups: Sequence[str]) -> int:
    """Return how often memory was short beyond groups, where their own counts do not tell that apart; only differences count.

    A group of version 2 counts what its own limit did (``oom``). One of version 1 counts how often it was full, and whom the
    kernel killed in it, be it for its own limit, for one above it or for the whole machine: of these two this is the count.

    Args:
        groups: Their folders; they may be gone.
    """
    above = {parent for group in groups for parent in Path(group).parents}
    full = [_text(parent / "memory.failcnt").strip() for parent in above]
    if not any(full):
        return 0
    stalls = [
        words[1] for words in map(str.split, _text(MACHINE).splitlines()) if words and words[0].startswith(STALLS)
    ]
    return sum(int(count) for count in [*full, *stalls] if count.isdigit())


def groups_of(name: str) -> tuple[str, ...]:
    """Return the folders of the groups that :func:`new_groups` has made within those of this process, as far as they are there."""
    return tuple(str(root / name) for root in _own() if (root / name / "cgroup.procs").exists())


def remove_empty(begin: str, age: float) -> None:
    """Remove groups within those of this process that nobody is in and that were made some time ago.

    Args:
        begin: How their names begin.
        age: Seconds; one that is younger may be waiting for its first process.
    """
    for root in _own():
        for folder in root.glob(f"{begin}*"):
            with suppress(OSError):  # somebody is in it
                if time.time() - folder.stat().st_ctime > age:
                    folder.rmdir()


def kills_in(groups: Sequence[str]) -> int | None:
    """Return how many processes of groups the kernel has killed for want of memory; ``None`` if none of them counts."""
    texts = (_text(Path(group, name)) for group in groups for name in COUNTS)
    return next((count for text in texts if (count := _counted(text)) is not None), None)


def _own() -> list[Path]:
    """Return the folders in which :func:`new_groups` makes some."""
    first = [next(_groups(controller), None) for controller in ("", "memory")]
    return list(dict.fromkeys(folder for folder in first if folder is not None))


def _set(path: Path, number: int) -> bool:
    try:
        with open(path, "r+", encoding="ascii") as file:  # never makes it
            file.write(str(number))
    except OSError:
        return False
    return True


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

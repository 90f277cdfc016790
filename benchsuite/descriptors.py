"""Descriptors that this process holds for a long time, and that no child of it may hold beyond its end."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress

_held: set[int] = set()


def keep(descriptor: int) -> int:
    """Remember that a descriptor is held: children that are forked meanwhile have no part in it."""
    _held.add(descriptor)
    return descriptor


def let_go(descriptor: int) -> None:
    """Close a descriptor and end its lock, also where a child that Python does not know of has a copy."""
    if descriptor not in _held:  # this is a child: it was closed, and the number may be another file's
        return
    _held.discard(descriptor)
    with suppress(OSError):  # it never had a lock
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    # A network drive that has gone says so here once more. Nothing is lost by it: what must last was told to last before.
    with suppress(OSError):
        os.close(descriptor)


def _leave_to_parent() -> None:
    """Close in a forked child what its parent holds."""
    while _held:
        with suppress(OSError):
            os.close(_held.pop())


os.register_at_fork(after_in_child=_leave_to_parent)

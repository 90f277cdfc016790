"""What any process is asked: to end with its parent, and which signal ended it."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent is gone, in whatever it is then stuck; Linux only.

    Args:
        parent: Process number of the parent; it may be gone already. It is its thread that counts which has forked.
    """
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def connected(descriptor: int) -> Connection:
    """Begin to work for another process, and return the connection to it: Ctrl-C is its to handle, a crash tells where.

    Args:
        descriptor: Of this end of the pipe.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    return Connection(descriptor)


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Make objects by the thousand, none of them garbage: looking for it takes a tenth to a fifth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def signal_name(number: int) -> str:
    """Return the name of a signal, such as ``SIGTERM``; real-time signals have a number alone."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def limit_memory(size: int) -> None:
    """Let allocations beyond so many bytes fail in this process, before the machine begins to swap; Linux only.

    Args:
        size: In bytes; 0 for no limit. One that the process has already is never widened.
    """
    if size and sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (size if most == resource.RLIM_INFINITY else min(size, most), most))

"""Signals to the run: it ends with all that was finished stored, and stops and goes on together with its workers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from benchsuite.execution.containment import pause_all, resume_all
from benchsuite.processes import die_with

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What a batch system or a closed terminal sends: the same as Ctrl-C."""


class Ended(KeyboardInterrupt):
    """Raised for such a signal."""


_within = False
_heard: list[int] = []
_forker = 0


@contextmanager
def heard() -> Iterator[None]:
    """Within, this process hears what it is told, as long as nobody has said otherwise, such as ``nohup``.

    SIGTERM and SIGHUP raise ``KeyboardInterrupt``, as Ctrl-C does. Ctrl-Z stops the workers as well, which are in sessions
    of their own, and whatever continues this process continues them. A fork of this process that a hook makes dies with
    the thread that made it, on Linux; a program that it starts does not.
    """
    if threading.current_thread() is not threading.main_thread():  # Python hears signals in the main thread only
        yield
        return
    global _within
    _within = True
    _watch_forks()
    ours = {signal.SIGTSTP: _stop, **dict.fromkeys(ENDING, _end)}
    _heard[:] = [number for number in ours if signal.getsignal(number) is signal.SIG_DFL]
    for number in _heard:
        signal.signal(number, ours[signal.Signals(number)])
    try:
        yield
    finally:
        _hear_no_more()
        _within = False


def _hear_no_more() -> None:
    for number in _heard:
        signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop the workers, then this process as it would have been; here it goes on, and so do they."""
    pause_all()
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, _stop)
    resume_all()


def _watch_forks() -> None:
    if not _forker:  # what is registered stays
        _before_fork()
        os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def _before_fork() -> None:
    global _forker
    _forker = os.getpid()


def _after_fork() -> None:
    """In a fork that a hook has made: leave the workers alone, and die with the run."""
    if _within:
        _hear_no_more()
        die_with(_forker)

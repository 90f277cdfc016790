"""Standard input, output and error, and the hooks of ``sys`` beside them, put back after somebody closed or replaced some."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

STREAMS = ("stdin", "stdout", "stderr")
OF_SYS = (
    *STREAMS,
    "argv",
    "excepthook",
    "unraisablehook",
    "displayhook",
    "exit",
    "dont_write_bytecode",
    "pycache_prefix",
)
KEPT_ABOVE = 200
"""Copies of the three standard descriptors get higher numbers, out of the way of who closes some."""

Undo = Callable[[], object]


def descriptors() -> Undo:
    """Return what puts the three standard descriptors back."""
    kept = {number: (_copy(number), _file_of(number)) for number in range(3)}

    def undo() -> None:
        for number, (copy, file) in kept.items():
            if copy is not None:
                with contextlib.suppress(OSError):
                    if _file_of(number) != file:
                        os.dup2(copy, number)
                    os.close(copy)

    return undo


def _copy(number: int) -> int | None:
    try:
        import fcntl

        return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, KEPT_ABOVE)
    except (OSError, ImportError):  # closed already; too many files
        return None


def _file_of(number: int) -> tuple[int, ...]:
    try:
        about = os.fstat(number)
    except OSError:
        return ()
    return about.st_dev, about.st_ino, about.st_rdev


def streams() -> Undo:
    """Return what puts streams and hooks of ``sys`` back."""
    before = {name: getattr(sys, name, None) for name in OF_SYS}
    of_threading = {name: getattr(threading, name) for name in ("excepthook", "_shutdown") if hasattr(threading, name)}
    forms = {name: _form(before[name]) for name in STREAMS}

    def undo() -> None:
        for name, value in before.items():
            form = forms.get(name)
            # A stream that was closed is no use: another one on the same descriptor, which must not be closed with it.
            setattr(sys, name, _opened(STREAMS.index(name), form) if form and _is_closed(value) else value)
        for name, value in of_threading.items():
            setattr(threading, name, value)
        if sys.gettrace() is not trace:
            sys.settrace(trace)
        if sys.getprofile() is not profile:
            sys.setprofile(profile)

    trace, profile = sys.gettrace(), sys.getprofile()
    return undo


def _form(stream: Any) -> tuple[str, str | None] | None:
    """Return encoding and error handler of a stream that was open on a descriptor."""
    if isinstance(stream, io.TextIOWrapper) and not stream.closed:
        return stream.encoding, stream.errors
    return None


def _is_closed(stream: Any) -> bool:
    try:
        return bool(stream.closed)
    except ValueError:  # detached
        return True


def _opened(number: int, form: tuple[str, str | None]) -> Any:
    mode = "w" if number else "r"
    return open(number, mode, encoding=form[0], errors=form[1], closefd=False)  # it stays open

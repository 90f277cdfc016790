"""What this process opens to read, and which folders it lists: told to whoever listens meanwhile."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

NO_DATA = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll")
"""Ends of the names of code, which is compared otherwise."""
NO_FILES = ("/proc/", "/sys/", "/dev/")
EVENTS = ("open", "os.listdir", "os.scandir", "sqlite3.connect")
Stamp = tuple[int, int, int, int]
"""Size, inode, and the times of the last change of content and of anything: what nobody changes without a trace."""
Listener = Callable[[str, bool, str], None]
"""Told the absolute path, whether it is a folder that is listed, and the file of the code that asks."""

_listeners: list[Listener] = []
_hooked: list[bool] = []


def stamp(path: str) -> Stamp | None:
    """Return what a file or folder is like; ``None`` if there is none."""
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return None
    return about.st_size, about.st_ino, about.st_mtime_ns, about.st_ctime_ns


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell a listener what is read, in whichever thread: nobody knows which of them reads for whom. Code does not count."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_heard)  # for ever: Python takes none back
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listeners or event not in EVENTS:
        return
    try:
        named = arguments[0]
        if isinstance(named, int) or (event == "open" and _writes(*arguments[1:3])):  # a number: it is open already
            return
        path = os.path.abspath(os.fsdecode(named if named is not None else "."))
        if path.startswith(NO_FILES) or path.endswith(NO_DATA):
            return
        asks = sys._getframe(1).f_code.co_filename
        for listener in _listeners:
            listener(path, event in ("os.listdir", "os.scandir"), asks)
    except Exception:  # whatever somebody opens, it must not fail for us
        return


def _writes(mode: Any, flags: Any) -> bool:
    """Say whether a file is opened to be written alone, or made anew: then what is read of it is not what lay there."""
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax")
    if not isinstance(flags, int):
        return False
    anew = bool(flags & os.O_RDWR) and bool(flags & (os.O_TRUNC | os.O_EXCL))
    return anew or bool(flags & os.O_WRONLY)

"""Faults at chosen points of a process: the n-th time that one place in the code writes, renames, flushes, spawns or sends.

A point is named by who does it (the main process, a guard, a worker), what is done, to what, by which function of
benchsuite, and the how many-th time. There it fails as the operating system fails (``EIO``, ``ENOSPC`` …), writes half of
what it should, or the process dies by SIGKILL before, after or in the midst of it. Python's own doors to the operating
system are taken (``os``, files opened for writing, sockets, ``subprocess``): what a C library writes by itself is not
seen. Nothing of benchsuite is imported here, and nothing in benchsuite knows of it.

The folder named by :data:`FOLDER` says what to do: with a file ``point`` in it that point fails, once; with a file
``trace`` every point is written down there.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

FOLDER = "BENCHSUITE_FAULTS"
"""The environment variable that names the folder."""
STUDY = "BENCHSUITE_FAULTS_STUDY"
"""The environment variable that names the folder of the study: files elsewhere are nobody's concern."""

BEFORE, AFTER, TORN, SHORT = "killed before", "killed after", "killed in the midst", "short, then ENOSPC"
HOW: dict[str, tuple[str, ...]] = {
    "write": ("EIO", "ENOSPC", SHORT, BEFORE, AFTER, TORN),
    "create": ("EIO", "ENOSPC", BEFORE, AFTER),
    "name": ("EIO", "ENOSPC", BEFORE, AFTER),
    "unlink": ("EIO", BEFORE, AFTER),
    "fsync": ("EIO", "ENOSPC", BEFORE, AFTER),
    "spawn": ("EAGAIN", BEFORE, AFTER),
    "exec": ("EIO", BEFORE),
    "message": ("EPIPE", BEFORE, AFTER, TORN),
    "print": ("EIO", "ENOSPC", "EPIPE", BEFORE, AFTER),
}
"""What can go wrong with each sort of thing that is done."""
SORT = {
    "replace": "name", "rename": "name", "link": "name", "symlink": "name", "mkdir": "name", "unlink": "unlink",
    "remove": "unlink", "rmdir": "unlink", "fsync": "fsync", "fdatasync": "fsync", "fork": "spawn", "_fork_exec": "spawn",
    "execv": "exec", "ftruncate": "fsync",
}  # fmt: skip
DRAFTED = re.compile(r"\.(.+)\.[0-9a-f]{16}\.part(.*)")
"""What is written beside its place, which has another name each time."""
NAMELESS = re.compile(r"#\d+ \(deleted\)")
PRINTING = ("/benchsuite/cli/console.py", "/benchsuite/cli/outlet.py")
"""By these everything is printed."""


class Injection:
    """What is done in this process, counted, and failing where it was asked for.

    Args:
        role: ``main``, ``guard`` or ``worker``.
        folder: Says what to do.
        study: Of the study.
    """

    def __init__(self, role: str, folder: str, study: str) -> None:
        self.role = role
        self._folder, self._study = folder, os.path.realpath(study)
        self._counted: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._within = threading.local()
        self._starving: set[int] = set()
        self._os = {name: getattr(os, name) for name in ("write", "open", "close", "kill", "getpid", "readlink")}
        try:
            with open(f"{folder}/point", encoding="utf-8") as file:
                self._point: tuple[str, int, str] | None = tuple(json.load(file))  # type: ignore[assignment]
        except FileNotFoundError:
            self._point = None
        self._traces = os.path.exists(f"{folder}/trace")

    def at(self, sort: str, what: str, target: str | int | None, given: tuple[Any, ...] = ()) -> str:
        """Return how it is to fail now; empty for not at all."""
        if getattr(self._within, "busy", False):
            return ""
        self._within.busy = True
        try:
            named = self._named(target, given)
            if named is None:
                return ""
            if named in ("pipe", "socket") and sort == "write":
                sort = "message"
            if isinstance(target, int) and target in (1, 2) and self.role == "main":
                sort = "print"
            key = f"{self.role} {sort} {what} {named} {_place()}"
            with self._lock:
                self._counted[key] += 1
                number = self._counted[key]
            if self._traces:
                self._note("trace", json.dumps([key, number, sort]) + "\n")
            if self._point is None or (key, number) != self._point[:2] or not self._first():
                return ""
            return self._point[2]
        finally:
            self._within.busy = False

    def _named(self, target: str | int | None, given: tuple[Any, ...]) -> str | None:
        """Return what it is done to, in a word; ``None`` if that is nothing of the study."""
        if target is None:
            return "process"
        path = target
        if isinstance(path, int):
            path = self._led(path)
            if path.startswith("pipe:") or path.startswith("socket:"):
                return path.partition(":")[0]
        elif not os.path.isabs(path):
            (within,) = given or (None,)
            path = f"{self._led(within) if isinstance(within, int) and within >= 0 else os.getcwd()}/{path}"
        if path != self._study and not path.startswith(self._study + "/"):
            return None
        room, *inner = path[len(self._study) + 1 :].split("/")
        if room != "results":
            return NAMELESS.sub("#", DRAFTED.sub(r"\1#\2", room)) or "study"
        drafted = inner and (inner[-1].startswith("#") or inner[-1].endswith(".part"))
        named = inner[:-1] if drafted or inner[-1:] == ["."] else inner
        return (named[0] if named else "results") + "#" * bool(drafted)

    def _led(self, descriptor: int) -> str:
        try:
            return str(self._os["readlink"](f"/proc/self/fd/{descriptor}"))
        except OSError:
            return ""

    def _first(self) -> bool:
        """Say whether this is the first time: another process may come to the same point again."""
        try:
            self._os["close"](self._os["open"](f"{self._folder}/hit", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    def _note(self, name: str, line: str) -> None:
        file = self._os["open"](f"{self._folder}/{name}", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._os["write"](file, line.encode())
        self._os["close"](file)

    def die(self) -> None:
        """Die at once."""
        self._os["kill"](self._os["getpid"](), signal.SIGKILL)
        threading.Event().wait()

    def done(self, how: str, call: Callable[[], Any], name: object = None) -> Any:
        """Do what has no half."""
        if how == BEFORE:
            self.die()
        if how and how != AFTER:
            raise error(how, name)
        try:
            return call()
        finally:
            if how == AFTER:  # also where it could not be done
                self.die()

    def written(self, how: str, descriptor: int, content: Any, write: Callable[[Any], int], sends: bool = False) -> int:
        """Write; what goes wrong may do so in the midst of it.

        Args:
            how: It goes wrong.
            descriptor: Where to.
            content: What.
            write: Does it, and says how much was written.
            sends: Whether it writes all or fails.
        """
        if descriptor in self._starving:
            self._starving.discard(descriptor)
            raise error("ENOSPC")
        if how not in (TORN, SHORT):
            return int(self.done(how, lambda: write(content)) or 0)
        half = bytes(memoryview(content).cast("B")[: (memoryview(content).nbytes + 1) // 2])
        done = write(half)
        if how == TORN:
            self.die()
        self._starving.add(descriptor)
        return len(half) if sends else done


def error(how: str, name: object = None) -> OSError:
    """Return what the operating system would say."""
    number = getattr(errno, how)
    said = os.strerror(number)
    return OSError(number, said) if name is None else OSError(number, said, name)


def _place() -> str:
    """Return which function of benchsuite is at work; where there is none, of what else. Printing is done for another one."""
    frame = sys._getframe(2)
    first = ""
    while frame is not None:
        file = frame.f_code.co_filename
        if file != __file__:
            module = file.rpartition("/")[2].removesuffix(".py")
            first = first or f"{module}.{frame.f_code.co_name}"
            if "/benchsuite/" in file and not file.endswith(PRINTING):
                return f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return first


def install(role: str) -> None:
    """Take the doors of this process, if anything is asked for.

    Args:
        role: Who it is.
    """
    folder, study = os.environ.get(FOLDER), os.environ.get(STUDY)
    if not folder or not study:
        return
    injection = Injection(role, folder, study)
    for name in SORT:
        if name != "_fork_exec":
            _take(os, name, _wrapped(injection, name, getattr(os, name)))
    subprocess._fork_exec = _wrapped(injection, "_fork_exec", subprocess._fork_exec)  # type: ignore[attr-defined]
    _take(os, "open", _opening(injection, os.open))
    for name in ("write", "pwrite"):
        _take(os, name, _writing(injection, name, getattr(os, name)))
    _take_sockets(injection)
    _take_files(injection)


def _take(module: Any, name: str, wrapper: Any) -> None:
    original = getattr(module, name)
    for supported in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        if original in supported:  # asked by shutil and others before they use it
            supported.add(wrapper)
    setattr(module, name, wrapper)


def _wrapped(injection: Injection, name: str, original: Any) -> Any:
    sort = SORT[name]

    def wrapper(*given: Any, **more: Any) -> Any:
        target: Any = None
        within = more.get("dst_dir_fd", more.get("dir_fd"))
        if sort == "name" and name != "mkdir":
            target = given[1]
        elif sort not in ("spawn", "exec"):
            target = given[0]
        if target is not None and not isinstance(target, int):
            target = os.fsdecode(target)
        how = injection.at(sort, name.strip("_"), target, (within,))
        return injection.done(how, lambda: original(*given, **more), None if isinstance(target, int) else target)

    return wrapper


def _opening(injection: Injection, original: Any) -> Any:
    makes = os.O_CREAT | getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY

    def wrapper(path: Any, flags: int, *given: Any, **more: Any) -> Any:
        if not flags & makes:
            return original(path, flags, *given, **more)
        how = injection.at("create", "open", os.fsdecode(path), (more.get("dir_fd"),))
        return injection.done(how, lambda: original(path, flags, *given, **more), path)

    return wrapper


def _writing(injection: Injection, name: str, original: Any) -> Any:
    def wrapper(descriptor: int, content: Any, *given: Any) -> int:
        how = injection.at("write", name, descriptor)
        return injection.written(how, descriptor, content, lambda part: original(descriptor, part, *given))

    return wrapper


def _take_sockets(injection: Injection) -> None:
    original = socket.socket.sendall

    def sendall(self: Any, content: Any, *given: Any) -> None:
        how = injection.at("message", "sendall", self.fileno())
        injection.written(how, self.fileno(), content, lambda part: original(self, part, *given), sends=True)

    socket.socket.sendall = sendall  # type: ignore[method-assign]


def _take_files(injection: Injection) -> None:
    original = io.open

    class File(io.FileIO):
        def write(self, content: Any) -> int:
            how = injection.at("write", "write", self.fileno())
            return injection.written(how, self.fileno(), content, super().write)

    def opened(
        file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None, newline: Any = None,
        closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip
        if not set("wax") & set(mode) or "+" in mode:
            return original(file, mode, buffering, encoding, errors, newline, closefd, opener)
        how = "" if isinstance(file, int) else injection.at("create", "open", os.path.abspath(os.fsdecode(file)))
        raw = injection.done(how, lambda: File(file, mode.replace("b", "").replace("t", ""), closefd, opener), file)
        if buffering == 0:
            return raw
        buffered = io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline, buffering == 1)

    builtins.open = opened
    io.open = opened

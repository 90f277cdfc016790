"""What a worker prints: pumped from a pipe into a file of bounded size, with its end kept for tracebacks.

A worker that wrote into the file itself could fill the disk, and would fail when the disk is full. The pipe is read by a
thread of the run, as fast as it can: what is printed beyond the bounds costs reading alone. Of what is printed between two
calls of :meth:`Log.begin` (in one trial, that is) the first ``HEAD`` bytes and the last ``TAIL`` reach the file, and the
file becomes ``worker-N.log.1`` when it holds ``LIMIT``.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import wait
from pathlib import Path

from benchsuite.folder import Folder, Identity

LIMIT = 8 * 2**20
"""Bytes of a file; there are two for each worker, of all runs together."""
HEAD = 4 * 2**20
"""Bytes that one trial may add, and the last ``TAIL`` besides."""
TAIL = 64 * 2**10
CAPACITY = 2**20
"""Bytes that the pipe holds, where the system lets it: so many a worker prints without waiting for anybody."""
REST = 0.002
"""Seconds between two looks at a pipe that is not half full: a worker that prints line by line is not woken at each."""
LETTERS = 4000
"""Of the end of what was printed, as a record keeps it."""


class Log:
    """The log of one worker process. Whatever becomes of the file, the worker notices nothing.

    Args:
        path: Of the file, in a folder of the results folder; what it holds already stays, within the bounds.
        results: Of the results folder that must be there; any will do unless given.

    Raises:
        OSError: If the file cannot be opened, or there can be no pipe. What fails later costs what was to be written.
    """

    def __init__(self, path: Path, results: Identity | None = None) -> None:
        self._file = LogFile(path, results)
        self._reading, self._writing = os.pipe()
        self._stopped, self._stop = os.pipe()
        os.set_blocking(self._reading, False)
        _widen(self._reading)
        self._lock = threading.Lock()
        self._tail = bytearray()
        self._taken = 0
        self._pump = threading.Thread(target=self._run, daemon=True, name=f"log {path.name}")
        self._pump.start()

    @contextlib.contextmanager
    def pipe(self) -> Iterator[int]:
        """Give the end of the pipe that the process prints to, while it is started."""
        try:
            yield self._writing
        except BaseException:
            self.close()
            raise
        finally:
            os.close(self._writing)

    def begin(self) -> None:
        """Begin anew: what was printed so far belongs to what was before."""
        with self._lock:
            self._take()
            self._finish()
            self._tail.clear()
            self._taken = 0

    @property
    def printed(self) -> str:
        """The end of what was printed since then; all of it if the process has gone, even if a child of it has not."""
        with self._lock:
            self._take()
            text = self._tail.decode(errors="replace")
        # faulthandler ends with a list of modules that is longer than all that matters.
        return re.sub(r"Extension modules: .*\n?", "", text)[-LETTERS:]

    def close(self) -> None:
        """Write the rest, and let go of pipe and file. What still prints gets an error."""
        with self._lock:
            if self._reading >= 0:
                os.write(self._stop, b".")
        self._pump.join()

    def _run(self) -> None:
        """Pump until all ends of the pipe are closed, or this is told to stop."""
        taken: int | None = 0
        while taken is not None and self._stopped not in wait([self._reading, self._stopped]):
            with self._lock:
                taken = self._take()
            if taken is not None and taken < CAPACITY // 2:
                wait([self._stopped], REST)
        with self._lock:
            self._take()
            self._finish()
            self._file.close()
            for end in (self._reading, self._stopped, self._stop):
                os.close(end)
            self._reading = -1

    def _take(self) -> int | None:
        """Take what is in the pipe and return how much it was, ``None`` where nothing can come any more.

        It is not more than the pipe holds: a process that has gone has left no more, though a child of it may go on.
        """
        taken = 0
        while taken < CAPACITY and self._reading >= 0:
            try:
                chunk = os.read(self._reading, CAPACITY)
            except BlockingIOError:
                return taken
            if not chunk:
                return None
            taken += len(chunk)
            self._keep(chunk)
        return taken

    def _keep(self, chunk: bytes) -> None:
        room = max(HEAD - self._taken, 0)
        self._taken += len(chunk)
        if room:
            self._file.write(chunk[:room])
        self._tail += chunk[-TAIL:]
        del self._tail[:-TAIL]

    def _finish(self) -> None:
        """Write the end of what was too much, and how much is not there."""
        if (more := self._taken - HEAD) > 0:
            end = bytes(self._tail[-more:])
            left = f"\n[… {more - len(end):,} bytes left out …]\n".encode() if more > len(end) else b""
            self._file.write(left + end + b"\n")
            self._taken = HEAD


class LogFile:
    """A file that others would call a rotating log. Writing never raises: a full disk costs what was to be written."""

    def __init__(self, path: Path, results: Identity | None) -> None:
        self._folder = Folder(path.parents[1], results)
        self._name = f"{path.parent.name}/{path.name}"
        self._handle = -1
        self._size = 0
        self._open()

    def write(self, chunk: bytes) -> None:
        """Add something."""
        try:
            for start in range(0, len(chunk), LIMIT):
                self._write(memoryview(chunk)[start : start + LIMIT])
        except OSError:
            self.close()  # tried anew with the next chunk

    def close(self) -> None:
        """Let go of the file; writing opens it again."""
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                os.close(self._handle)
            self._handle = -1

    def _write(self, part: memoryview) -> None:
        if self._handle < 0:
            self._open()
        if self._size and self._size + len(part) > LIMIT:
            if self._size > LIMIT:  # of an earlier version, which had no bounds
                os.ftruncate(self._handle, LIMIT)
            self.close()
            self._folder.move(self._name, f"{self._name}.1")
            self._open()
        while part:
            done = os.write(self._handle, part)
            self._size += done
            part = part[done:]

    def _open(self) -> None:
        """Open it, never through a link."""
        self._handle = self._folder.open(self._name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._size = os.fstat(self._handle).st_size


def _widen(descriptor: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):  # a user may have used up what pipes may hold
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, CAPACITY)

"""A worker's process with all that it starts and all temporary files that it makes: when it ends, nothing is left."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from benchsuite.control_groups import groups_of, kills_in, limit_groups, new_groups, remove_empty, shortages_elsewhere
from benchsuite.execution import guard
from benchsuite.files import temporary_folder

MARK = "BENCHSUITE_WORKER"
"""The environment variable by which the processes of a worker are known where its guard was killed."""
PREFIX = "benchsuite-worker-"
"""How the names of folders for temporary files begin, and of control groups."""
YOUNG_SECONDS = 60.0
"""A folder for temporary files that is younger may not be locked yet by its guard."""
EMPTY_SECONDS = 60.0
"""A control group that is younger may wait for its worker: it is made before the guard is."""
END_SECONDS = 20.0
"""A guard that takes longer to end is killed itself."""
PF_EXITING = 0x4

_alive: set[Contained] = set()
_starting = threading.Lock()
# Another thread may be calling a hook that forks. Its child would inherit pipes that end with a start, and the start would
# wait for that child.
os.register_at_fork(before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_starting.release)


class Contained:
    """A command under guard, see :mod:`benchsuite.execution.guard`.

    Args:
        command: What to run.
        environment: The whole environment of it; ``TMPDIR`` and a mark of its own are added.
        output: Descriptor that it prints to, on both streams.
        channel: Descriptor that it inherits under the same number.
        memory: Bytes that it and all that it starts may hold together once :meth:`limit` was called, where the user may make
            control groups that limit memory; 0 for no limit.

    Raises:
        OSError: If it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], output: int, channel: int, memory: int = 0
    ) -> None:
        self._mark = secrets.token_hex(8)
        place = temporary_folder()
        _sweep(place)
        self.folder = place / f"{PREFIX}{self._mark}"
        """For its temporary files: the guard makes it, and removes it."""
        self._groups = new_groups(self.folder.name, memory > 0)
        self._memory = memory
        self._limited = False
        try:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__, str(self.folder), str(os.getpid()), *self._groups],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                pass_fds=[channel],
                env={**environment, MARK: self._mark},
                start_new_session=True,
            )
        except BaseException:
            guard.end_groups(self._groups)
            raise
        self._heard = b""
        self._kills: int | None = None
        self._full = 0
        assert self._guard.stdin is not None
        assert self._guard.stdout is not None
        self._to_guard, self._from_guard = self._guard.stdin, self._guard.stdout
        os.set_blocking(self._from_guard.fileno(), False)
        told = b"\0".join([str(channel).encode(), *map(os.fsencode, command)])
        self._tell(b"%d\n" % len(told) + told)
        _alive.add(self)

    @property
    def pid(self) -> int | None:
        """Its process number; ``None`` before it is known."""
        return self._said(b"pid")

    @property
    def code(self) -> int | None:
        """Its exit code, or the negative number of the signal that killed it; ``None`` before it is known."""
        return self._said(b"code")

    @property
    def kills(self) -> int | None:
        """How many processes of its control groups the kernel has killed for want of memory; ``None`` if these do not count."""
        said, now = self._said(b"kills"), kills_in(self._groups)
        if now is not None:
            self._kills = now
        return self._kills if said is None else said

    @property
    def full(self) -> int:
        """How often it has reached the limit of its own control groups, as far as these count that."""
        self._full = max(self._full, sum(map(guard.full, self._groups)), self._said(b"full") or 0)
        return self._full

    @property
    def shortages_elsewhere(self) -> int:
        """See :func:`benchsuite.control_groups.shortages_elsewhere`."""
        return shortages_elsewhere(self._groups)

    @property
    def left_behind(self) -> bool:
        """Whether something runs that it has started, daemons among it; Python's resource trackers apart."""
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self._guard.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    lives = process.pid != self.pid and process.status() != psutil.STATUS_ZOMBIE
                    if lives and not guard.tracks(process.pid):
                        return True
        return False

    @property
    def status(self) -> str:
        """Its state as :mod:`psutil` has it; ``"dead"`` if it is not there, or not yet."""
        try:
            return str(psutil.Process(self.pid).status()) if self.pid else str(psutil.STATUS_DEAD)
        except psutil.Error:
            return str(psutil.STATUS_DEAD)

    @property
    def exiting(self) -> bool:
        """Whether the kernel is taking it down, which can take seconds where it holds a GPU; ``False`` where none tells."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return False
        return bool(int(fields[6]) & PF_EXITING)

    def limit(self) -> None:
        """Let the limit of memory hold from now on; where the kernel refuses it, another call tries again."""
        if self._memory and not self._limited:
            self._limited = limit_groups(self._groups, self._memory)

    def pause(self) -> None:
        """Stop it."""
        self._tell(b"s")

    def resume(self) -> None:
        """Let it go on."""
        self._tell(b"c")

    def poll(self) -> int | None:
        """Return its exit code once it has gone with all that it had started; ``None`` before."""
        return None if self._guard.poll() is None else self._buried()

    def end(self) -> int:
        """End it with all that it has started, whatever that does, and return its exit code."""
        self._to_guard.close()
        self._guard.send_signal(signal.SIGCONT)  # somebody may have stopped the guard
        try:
            self._guard.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        return self._buried()

    def _buried(self) -> int:
        """Return the exit code, once the guard has gone; if that was killed, do its work."""
        code = self.code
        if self in _alive:
            _alive.discard(self)
            self._to_guard.close()
            self._from_guard.close()
            if b"clear" not in self._heard:
                _kill_marked(self._mark)
                guard.end_groups(self._groups)
                shutil.rmtree(self.folder, ignore_errors=True)
        return self._guard.returncode if code is None else code

    def _said(self, word: bytes) -> int | None:
        """Return the number that the guard has said after a word, if it has."""
        with contextlib.suppress(OSError, ValueError):
            while more := os.read(self._from_guard.fileno(), 4096):
                self._heard += more
        found = re.search(rb"^%s (-?\d+)\n" % word, self._heard, re.MULTILINE)
        return int(found[1]) if found else None

    def _tell(self, letters: bytes) -> None:
        with contextlib.suppress(ValueError):  # it was closed
            try:
                while letters:
                    letters = letters[self._to_guard.write(letters) :]
            except (
                OSError
            ):  # it has gone, or goes now, since it hears nothing any more: whoever waits for the worker is told
                self._to_guard.close()


@functools.cache
def _sweep(place: Path) -> None:
    """Remove, once, what is left of workers that were killed together with their guard and their run.

    Their temporary files, and where they had control groups also what they had started. A guard holds a lock on its folder
    as long as it lives. Groups whose guard never came so far as to make a folder are empty.
    """
    remove_empty(PREFIX, EMPTY_SECONDS)
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                about = os.fstat(descriptor)
                if about.st_uid == os.geteuid() and time.time() - about.st_mtime > YOUNG_SECONDS:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    guard.end_groups(groups_of(folder.name))
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


@contextlib.contextmanager
def without_forks() -> Iterator[None]:
    """Let forks of this process, by other threads, wait for what is done in here."""
    with _starting:
        yield


def pause_all() -> None:
    """Stop all workers of this process."""
    for one in list(_alive):
        one.pause()


def resume_all() -> None:
    """Let all workers of this process go on."""
    for one in list(_alive):
        one.resume()


def _kill_marked(mark: str) -> None:
    """Kill the processes that carry a mark, and those that they start meanwhile."""
    for _ in range(20):
        found = [process for process in psutil.process_iter() if _mark_of(process) == mark]
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if not found:
            return
        psutil.wait_procs(found, timeout=0.2)


def _mark_of(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""

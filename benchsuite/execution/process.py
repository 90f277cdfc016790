"""One worker process, seen from the run: started, given a trial, waited for, ended."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from benchsuite.discovery.guard import search_path
from benchsuite.engine.surroundings import worker_environment
from benchsuite.execution.death import Death, kills_for_memory, tail
from benchsuite.execution.interface import Options
from benchsuite.execution.messages import Answer, Begun, Ready
from benchsuite.trial import Trial

LOOK_EVERY = 0.1
"""Seconds between two looks at a process that is waited for; an answer itself is noticed at once."""

# The search path is the run's own: a module that it can import, a worker can. It is set before anything is imported, so
# that no file of the working folder can pass for a module of the standard library.
BOOT = (
    "import sys; sys.path[:] = sys.argv[2].splitlines(); "
    "from benchsuite.execution.worker import serve; serve(int(sys.argv[1]))"
)


class Stopped(Exception):
    """Raised when the study ends before the worker did what it was waited for."""


class TookTooLong(Exception):
    """Raised when a worker takes longer than it may; it has been ended."""


class Died(Exception):
    """Raised when a worker process has gone without being asked to."""

    def __init__(self, death: Death) -> None:
        super().__init__(str(death))
        self.death = death


class WorkerProcess:
    """A worker process.

    Args:
        options: What it is told.
        number: Its number.
        stopping: Says whether the study ends: whoever waits is let go with :class:`Stopped`.
    """

    def __init__(self, options: Options, number: int, stopping: Callable[[], bool]) -> None:
        self._stopping = stopping
        self._log = Path(options.logs) / f"worker-{number}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._written = self._log.stat().st_size if self._log.exists() else 0
        self._starved = kills_for_memory()
        self._ours, theirs = Pipe()
        with theirs, self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", BOOT, str(theirs.fileno()), "\n".join(search_path())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=worker_environment(os.environ),
            )
        self._begun = False
        self.resident_bytes = 0
        self._tell((options, number))

    def ready(self, seconds: float) -> Ready:
        """Wait until it has imported what it needs.

        Raises:
            Died: If it goes meanwhile.
            TookTooLong: If it takes longer than ``seconds``.
            Stopped: If the study ends.
        """
        answer = self._wait(seconds)
        assert isinstance(answer, Ready)
        return answer

    def run(self, trial: Trial, seconds: float) -> Answer:
        """Run one trial.

        Raises:
            Died: If it goes; :attr:`Death.begun` says whether it had begun the trial.
            TookTooLong: If the trial takes longer than ``seconds``.
            Stopped: If the study ends.
        """
        self._written = self._log.stat().st_size if self._log.exists() else 0
        self._starved = kills_for_memory()
        self._begun = False
        self._tell(trial.spec)
        begun = self._wait(seconds)
        assert isinstance(begun, Begun)
        self._begun = True
        answer = self._wait(seconds)
        assert isinstance(answer, Answer)
        self._begun = False
        self.resident_bytes = answer.resident_bytes
        return answer

    @property
    def printed(self) -> str:
        """The end of what it printed since it was given its last trial."""
        return tail(self._log, self._written)

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._ours.close()

    def _tell(self, message: Any) -> None:
        with contextlib.suppress(OSError):  # it has gone: whoever waits for the answer is told
            self._ours.send(message)

    def _wait(self, seconds: float) -> Any:
        """Return its next message."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if self._ours.poll(LOOK_EVERY):
                    return self._ours.recv()
            except (EOFError, OSError):
                self._gone()
            if self._process.poll() is not None:
                with contextlib.suppress(EOFError, OSError):
                    if self._ours.poll(0):  # what it said before it went still counts
                        return self._ours.recv()
                self._gone()
            if self._stopping():
                raise Stopped
            if time.monotonic() > deadline:
                self.end()
                raise TookTooLong

    def _gone(self) -> None:
        try:
            code = self._process.wait(timeout=2)  # it may close its end a moment before it goes
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._ours.close()
        raise Died(Death(code, self._begun, self.printed, kills_for_memory() > self._starved))

"""The study under attack, seen from outside: a command line, files and processes. Nothing of benchsuite is imported here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.attack import survivors

MARK = "BENCHSUITE_UNDER_ATTACK"
"""An environment variable that every process of a study under attack has, whatever becomes of its parents."""
BUNDLED = ("sgd", "adam", "momentum")
DIFFERING = ("costs", "environment", "made_by")
"""What may differ from run to run; somebody may commit meanwhile."""
GRACE = 2.0
"""Seconds after which nothing of a run may be left, however it ended."""

Numbers = dict[str, dict[str, Any]]

_studies: list[Study] = []


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Args:
        code: Its exit code, the negative number of a signal; ``None`` if it did not end in time and was killed.
        out: What it printed.
        err: The same, of the other stream.
        seconds: How long it took.
        left: What was left of it after :data:`GRACE`, in words.
    """

    code: int | None
    out: str
    err: str
    seconds: float
    left: tuple[str, ...]

    def __str__(self) -> str:
        """The end of what it said, for a message."""
        return f"exit {self.code} after {self.seconds:.0f} s: {' '.join((self.out[-600:] + self.err[-900:]).split())}"


class Study:
    """A folder in which benchsuite runs, with a home, a folder for temporary files and results of its own.

    Args:
        folder: An empty one.
        python: The interpreter.
        variables: More environment variables.
        cache: Where compiled code is kept; its own unless given: what a hostile plugin does to it is its study's loss alone.
        module: What is run; :mod:`tests.attack.untrained` trains nothing.
    """

    def __init__(
        self,
        folder: Path,
        *,
        python: str = sys.executable,
        variables: Mapping[str, str] | None = None,
        cache: Path | None = None,
        module: str = "benchsuite",
    ) -> None:
        self.folder = folder
        self.cache = cache or folder / "cache"
        self.results = folder / "results"
        self.plugins = folder / "plugins"
        self.temporary = folder / "tmp"
        self.mark = uuid.uuid4().hex[:20]
        self._python, self._module = python, module
        self.variables = dict(variables or {})
        self._runs = 0
        _studies.append(self)
        for place in (self.plugins, self.temporary, folder / "home"):
            place.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        """What every command gets."""
        ours = {
            MARK: self.mark, "TMPDIR": str(self.temporary), "HOME": str(self.folder / "home"), "COLUMNS": "200",
            "BENCHSUITE_CACHE": str(self.cache),
        }  # fmt: skip
        return {**os.environ, **ours, **self.variables}

    def command(self, *arguments: str) -> list[str]:
        """Return a command of benchsuite."""
        return [self._python, "-m", self._module, *arguments]

    def start(self, *arguments: str, wrapper: Sequence[str] = (), umask: int = -1) -> Running:
        """Start a command, in a process group of its own as a shell does.

        Args:
            arguments: Of benchsuite.
            wrapper: A command that runs it.
            umask: For new files.
        """
        self._runs += 1
        out, err = (self.folder / f"{self._runs}.{stream}" for stream in ("out", "err"))
        # Files: a child that holds a pipe open would keep whoever reads it waiting.
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                [*wrapper, *self.command(*arguments)], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=to_out, stderr=to_err, process_group=0, umask=umask,
            )  # fmt: skip
        return Running(self, process, out, err)

    def run(self, *arguments: str, limit: float = 300, wrapper: Sequence[str] = (), umask: int = -1) -> Ended:
        """Run a command to its end."""
        return self.start(*arguments, wrapper=wrapper, umask=umask).ended(limit)

    def processes(self) -> list[survivors.Process]:
        """Return all that live and belong to it."""
        return survivors.processes(f"{MARK}={self.mark}")

    def left(self) -> list[str]:
        """Return what is left, in words: processes, and files that should be gone."""
        files = survivors.files(self.temporary, self.results) + survivors.shared(self.mark)
        return [str(process) for process in self.processes()] + files

    def left_after(self, seconds: float = GRACE) -> list[str]:
        """Return what is left so many seconds from now; at once if it is nothing."""
        end = time.monotonic() + seconds
        while (left := self.left()) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def clear(self) -> None:
        """End whatever is left and remove its files, so that the next attack meets none of it."""
        for _ in range(3):
            for process in self.processes():
                process.kill()
            time.sleep(0.05)
        survivors.remove(self.temporary)
        for name in survivors.shared(self.mark):
            Path(name).unlink(missing_ok=True)

    def files(self) -> dict[str, bytes]:
        """Return the content of each record's file."""
        return {path.name: path.read_bytes() for path in sorted(self.results.glob("trials/??/*.json"))}

    def records(self) -> Numbers:
        """Return every record."""
        return {name.removesuffix(".json"): json.loads(content) for name, content in self.files().items()}

    def numbers(self) -> Numbers:
        """Return all that records say but for what may differ from run to run."""
        return {i: {k: v for k, v in held.items() if k not in DIFFERING} for i, held in self.records().items()}


class Running:
    """A command that runs.

    Args:
        study: Of which.
        process: Its process.
        out: Where its output goes.
        err: The same for the other stream.
    """

    def __init__(self, study: Study, process: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self.process = process
        self._study = study
        self.out, self._err = out, err
        self._started = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the main process."""
        if self.alive:
            self.process.send_signal(number)

    def signal_all(self, number: int) -> None:
        """Send a signal to every process of the study, as a terminal does to a job, or the machine to all."""
        for process in self._study.processes():
            process.signal(number)

    def signal_group(self, number: int) -> None:
        """Send a signal to the process group of the command, as a terminal does to its job."""
        if self.alive:
            os.killpg(self.process.pid, number)

    def everything(self) -> list[survivors.Process]:
        """Return all processes, the main one first."""
        return sorted(self._study.processes(), key=lambda process: (process.pid != self.process.pid, process.pid))

    def workers(self) -> list[survivors.Process]:
        """Return the worker processes, starting ones included."""
        return [process for process in self._study.processes() if process.is_worker]

    def wait_for(self, what: Any, limit: float = 60) -> bool:
        """Wait until a condition is true while it runs; say whether it became so."""
        end = time.monotonic() + limit
        while time.monotonic() < end and self.alive:
            if what():
                return True
            time.sleep(0.02)
        return bool(what())

    def ended(self, limit: float = 300, *, clear: bool = True) -> Ended:
        """Wait for its end; kill all of it when it does not end in time.

        Args:
            limit: Seconds from now.
            clear: Whether whatever is left is ended: another command of the study may run.
        """
        try:
            code: int | None = self.process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            code = None
            self.signal_all(signal.SIGKILL)
            self.process.wait()
        seconds = time.monotonic() - self._started
        left = self._study.left_after() if clear else []
        if clear:
            self._study.clear()
        return Ended(code, self._text(self.out), self._text(self._err), seconds, tuple(left))

    @staticmethod
    def _text(path: Path) -> str:
        with path.open("rb") as file:
            return file.read(2**22).decode(errors="replace")


def clear_all() -> None:
    """End whatever is left of any study: the harness itself may be interrupted."""
    for study in _studies:
        study.clear()

"""One command of benchsuite in a fork of this process, its main process: with all modules there already, it begins at once.

Guards and workers are processes of their own as ever, started by the same code; they are those of
:mod:`tests.faults.guarded` and :mod:`tests.faults.trainer`.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import datetime
import functools
import importlib
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tests.attack import survivors

MARK = "BENCHSUITE_UNDER_FAULTS"
"""An environment variable that all processes of one walk have, this one too."""
REPORTS = "BENCHSUITE_FAULTS_REPORTS"
"""An environment variable that has a run renew its report at its end: seconds, which have a walk of their own."""
LIMIT = 400.0
"""Seconds that a command may take here: the machine may be busy with other things, and what hangs never ends."""
GRACE = 5.0
"""Seconds after which nothing of a command may be left, however it ended; the machine may be busy with other things."""
NEVER = ("tensorflow", "keras", "jax")


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Args:
        code: Its exit code, the negative number of a signal; ``None`` if it did not end in time and was killed.
        out: What it printed.
        err: The same, of the other stream.
        left: What was left of it a moment later, in words.
    """

    code: int | None
    out: str
    err: str
    left: tuple[str, ...]

    def __str__(self) -> str:
        """The end of what it said."""
        return f"exit {self.code}: {' '.join((self.out[-500:] + self.err[-900:]).split())}"


class Command:
    """A command that runs.

    Args:
        arguments: Of benchsuite.
        folder: Where it runs; its results, temporary files and cache lie there.
        variables: More environment variables.
    """

    def __init__(self, arguments: Iterable[str], folder: Path, variables: Mapping[str, str]) -> None:
        self._folder = folder
        for name in ("tmp", "home"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.pid = os.fork()
        if not self.pid:
            _become([*arguments], folder, variables)
        self._code: int | None = None
        self._begun = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code is None

    def ended(self, limit: float = LIMIT, grace: float = GRACE, clear: bool = True) -> Ended:
        """Wait for its end; what does not end in time is killed.

        Args:
            limit: Seconds from its start.
            grace: Seconds after its end in which all that belongs to it must be gone.
            clear: Whether temporary files that are left are then removed.
        """
        while self.alive and time.monotonic() - self._begun < limit:
            time.sleep(0.005)
        code = None if self.alive else self._code
        if code is None:
            kill(processes())
            os.waitpid(self.pid, 0)
        end = time.monotonic() + grace
        while (left := self._left()) and time.monotonic() < end:
            time.sleep(0.01)
        kill(processes())
        if clear:
            survivors.remove(self._folder / "tmp")
        out, err = ((self._folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
        return Ended(code, out, err, tuple(left))

    def _left(self) -> list[str]:
        """Return what is left of it: processes and temporary files."""
        files = survivors.files(self._folder / "tmp", self._folder / "nothing")
        return [str(process) for process in processes()] + files


def processes() -> list[survivors.Process]:
    """Return all processes of commands that this process has started, and what these have."""
    return [one for one in survivors.processes(f"{MARK}={os.environ[MARK]}") if one.pid != os.getpid()]


def kill(found: Iterable[survivors.Process]) -> None:
    """End them."""
    for process in found:
        process.kill()


def run(arguments: Iterable[str], folder: Path, variables: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    return Command(arguments, folder, variables or {}).ended()


def prepare(arguments: Iterable[str], folder: Path, variables: Mapping[str, str], *more: Iterable[str]) -> None:
    """Do in this process what every command begins with, so that its forks need not: imports, options, bundled plugins.

    Args:
        arguments: Of a command that is run for its imports.
        folder: For it.
        variables: For it.
        more: Arguments of commands that are run after it.
    """
    for words in (arguments, *more):
        ended = run(words, folder, {**variables, "BENCHSUITE_FAULTS_MODULES": str(folder / "modules")})
        assert ended.code == 0, ended
        for name in (folder / "modules").read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(Exception):  # of some, there is no more than a name
                importlib.import_module(name)
    import typer.main

    from benchsuite import registry
    from benchsuite.cli.app import app

    typer.main.get_command = functools.cache(typer.main.get_command)
    typer.main.get_command(app)
    known, load = registry.load_registry(registry.PluginSearch(local=False)), registry.load_registry

    def loaded(search: registry.PluginSearch | None = None, **more: Any) -> registry.Registry:
        bundled = search is not None and not search.local and not search.plugins and "only" not in more
        return known if bundled else load(search, **more)

    registry.load_registry = loaded


def _become(arguments: list[str], folder: Path, variables: Mapping[str, str]) -> NoReturn:
    """Be the main process of a command, from its first line to its end."""
    code = 70
    try:
        os.setpgid(0, 0)
        os.chdir(folder)
        ours = {
            "TMPDIR": folder / "tmp", "HOME": folder / "home", "BENCHSUITE_CACHE": folder / "cache", "COLUMNS": 200,
            "MPLCONFIGDIR": Path.home() / ".cache/matplotlib",
        }  # fmt: skip
        os.environ.update({**{name: str(value) for name, value in ours.items()}, **variables})
        tempfile.tempdir = None
        for stream, name in ((0, os.devnull), (1, "out"), (2, "err")):
            flags = os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            opened = os.open(name, flags)
            os.dup2(opened, stream)
            os.close(opened)
        code = _main(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


class Still(datetime.datetime):
    """A clock that stands still: what two commands write is then the same, byte for byte."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Still:
        """Return one and the same moment."""
        return cls(2026, 1, 3, tzinfo=tz)


def _stand_still() -> None:
    """Let the clock stand still for what writes the time into files that are compared."""
    from benchsuite.bundle import exchange
    from benchsuite.cli import asked, claim_run, publish
    from tests.faults import trainer

    if os.environ.get(trainer.NAMED):
        exchange.exchange = lambda *_: False
    asked.datetime = claim_run.datetime = Still  # type: ignore[misc, attr-defined]
    gathered = publish.gathered
    publish.gathered = lambda *given, **more: dataclasses.replace(
        gathered(*given, **more), made=Still.now(datetime.UTC).isoformat(timespec="seconds")
    )


def _main(arguments: list[str]) -> int:
    from tests.faults import guarded, injection, trainer

    _stand_still()
    injection.install("main")
    trainer.settle()
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
    from benchsuite.cli import main
    from benchsuite.execution import containment, guard, process

    containment.YOUNG_SECONDS = -1.0  # nobody else works in this folder for temporary files
    guard.__file__ = guarded.__file__
    process.BOOT = trainer.BOOT
    if not os.environ.get(REPORTS):
        from benchsuite.cli import renewal

        renewal.AT_ONCE = 0  # as in a folder of many records: the report is left to `benchsuite report`
    sys.argv = ["benchsuite", *arguments]
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
        code = 1
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    if names := os.environ.get("BENCHSUITE_FAULTS_MODULES"):
        known = (name for name in sys.modules if name.partition(".")[0] not in NEVER and "benchsuite_local" not in name)
        Path(names).write_text("\n".join(name for name in known if name != "__main__"), encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 120  # as Python ends where it cannot print what is left
    return code if isinstance(code, int) else 1


def marked() -> None:
    """Begin this process anew with a mark of its own, unless it has one: the kernel tells the environment of its start."""
    if MARK not in os.environ:
        os.environ[MARK] = os.urandom(8).hex()
        # One thread: this process is forked.
        os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"), PYTHONHASHSEED="0")
        os.execv(sys.executable, sys.orig_argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

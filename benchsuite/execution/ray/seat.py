"""What is on a node for each worker: an actor that keeps one worker process, feeds it, and says what came of it.

It does what a thread of the run does on one machine, by the same code. What the worker writes lies in a folder of the node
that goes with the actor; weights, predictions and what was printed travel with the events.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path

from benchsuite.control_groups import usable_memory
from benchsuite.discovery.guard import leave_out
from benchsuite.engine.device import Device
from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.execution.interface import Cell, Event, Finished, Options
from benchsuite.execution.ray.facts import CODE, facts
from benchsuite.execution.ray.luggage import Luggage
from benchsuite.execution.waiting import Waiting
from benchsuite.execution.worker_thread import Learned, WorkerThread
from benchsuite.files import extra_file

FOLDER = "benchsuite-node-"
"""How the folders of actors begin, among a node's temporary files."""
ENDS_SECONDS = 5.0
OF_MEMORY = 0.8
"""Of a machine's memory so much is dealt out."""
ARRAYS = ("weights", "predictions")
CACHES = ("BENCHSUITE_CACHE", "XDG_CACHE_HOME")


@dataclass(frozen=True)
class NodeEvent:
    """Something that happened on a node.

    Args:
        event: What; an exception where the worker cannot go on.
        files: Name below the results folder → content, of what is kept of a trial beside its record.
    """

    event: Event | Exception
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class NodeEvents:
    """All that happened since somebody asked last, in the order in which it happened.

    Args:
        told: It.
        printed: What the worker printed meanwhile, as its log has it.
    """

    told: tuple[NodeEvent, ...]
    printed: bytes = b""


class NodeSeat:
    """Keeps one worker on a node.

    Args:
        options: What the driver's own workers would be told; ``workers`` share this node, or a GPU of it.
        number: Of the worker, of which the cluster has no other.
        luggage: Files of the driver's that plugins need.
    """

    def __init__(self, options: Options, number: int, luggage: Luggage) -> None:
        sweep(Path(tempfile.gettempdir()))
        leave_out(set(sys.path) - set(_usual_path()))  # Ray has put its own libraries there
        self._folder, self._lock = _folder_of_this()
        self._logs = options.logs
        results = self._folder / "results"
        search = luggage.unpack(self._folder / "files")
        self._was_in = os.getcwd()
        _become_as_there(search.folder, luggage.variables)
        self._options = replace(
            options,
            plugins=search,
            logs=str(results / "logs"),
            weights=str(results / "weights"),
            predictions=str(results / "predictions"),
            memory_bytes=options.memory_bytes or memory_share(options),
            results=None,
        )
        for name in ("logs", *ARRAYS):
            (results / name).mkdir(parents=True)
        self._printed = _Printed(self._options.log(number))
        self._waiting = Waiting(1)
        self._events: queue.SimpleQueue[Event | Exception] = queue.SimpleQueue()
        self._thread = WorkerThread(number, self._waiting, self._events, self._options, Learned(alone=False))
        self._thread.start()

    def ready(self) -> tuple[str, str]:
        """Say that it is there: the fingerprint of how numbers are rounded on this node, and of the code that is here now."""
        from benchsuite.engine.numerics import numerics

        return numerics(self._options.device.partition(":")[0]).fingerprint, facts(())[CODE]

    def submit(self, cell: Cell, weights: Mapping[str, bytes]) -> None:
        """Take a cell.

        Args:
            cell: It.
            weights: Trial → stored weights, of trials whose weights some initializer here takes.
        """
        try:
            for trial, content in weights.items():
                path = extra_file(Path(self._options.weights), trial)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
        except OSError as error:  # a full disk: whoever waits for events is told
            self._events.put(BenchsuiteError(f"cannot write stored weights for a trial: {said_by(error)}"))
            return
        self._waiting.put(cell)

    def events(self, seconds: float) -> NodeEvents:
        """Wait for something to happen, and say all that did.

        Args:
            seconds: To wait at most; nothing may have happened then.
        """
        found = []
        with contextlib.suppress(queue.Empty):
            found.append(self._events.get(timeout=seconds))
            while True:
                found.append(self._events.get_nowait())
        told = tuple(NodeEvent(self._here(event), self._files(event)) for event in found)
        return NodeEvents(told, self._printed.more())

    def end(self) -> None:
        """End the worker, whatever it does, and leave nothing."""
        self._waiting.close()
        self._thread.stopping.set()
        self._thread.join(ENDS_SECONDS)
        self._printed.close()
        with contextlib.suppress(OSError):
            os.chdir(self._was_in)
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    def _here(self, event: Event | Exception) -> Event | Exception:
        """Name the driver's folder of logs where an error names that of this node."""
        if isinstance(event, BenchsuiteError):
            return BenchsuiteError(str(event).replace(self._options.logs, self._logs))
        return event

    def _files(self, event: object) -> dict[str, bytes]:
        """Take what a trial has left beside its record, so that this node keeps none of it."""
        if not isinstance(event, Finished):
            return {}
        found = {}
        for folder in (Path(self._options.weights), Path(self._options.predictions)):
            path = extra_file(folder, event.trial.id)
            with contextlib.suppress(FileNotFoundError):
                found[str(path.relative_to(folder.parent))] = path.read_bytes()
                path.unlink()
        return found


class _Printed:
    """A growing log, read piece by piece; one that became ``.1`` meanwhile is read to its end before the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BufferedReader | None = None

    def more(self) -> bytes:
        """Return what was added."""
        try:
            there = self._path.stat()
        except FileNotFoundError:  # not there yet, or between two
            return self._file.read() if self._file else b""
        found = b""
        if self._file and not os.path.samestat(there, os.fstat(self._file.fileno())):
            found = self._file.read()  # it was renamed, so nobody adds to it any more
            self.close()
        if not self._file:
            with contextlib.suppress(FileNotFoundError):
                self._file = self._path.open("rb")
        return found + (self._file.read() if self._file else b"")

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None


def _become_as_there(folder: str, variables: Mapping[str, str | None]) -> None:
    """Let this process, and the worker with it, be where the user's files lie, with variables as the command has them."""
    for name in CACHES:
        if given := os.environ.get(name):
            os.environ[name] = os.path.abspath(given)  # it stays where the node has it
    os.chdir(folder)
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _usual_path() -> list[str]:
    """Return where Python finds modules if nobody but its environment has a say."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.path[1:], sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()


def _folder_of_this() -> tuple[Path, int]:
    """Make a folder for this actor, held by a lock that goes with its process."""
    folder = Path(tempfile.gettempdir(), f"{FOLDER}{secrets.token_hex(8)}")
    folder.mkdir(0o700)
    making = folder / "lock.new"
    lock = os.open(making, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    making.rename(folder / "lock")  # held from the moment at which others see it: they delete what nobody holds
    return folder, lock


def memory_share(options: Options) -> int:
    """Return the bytes that a worker may hold where nobody chose them, by the rule of one machine.

    Args:
        options: Of workers that share this machine, or a GPU of it.
    """
    if options.device.startswith("gpu"):
        return Device.parse("gpu").memory_limit(options.workers)
    return int(usable_memory() * OF_MEMORY / options.workers)


def sweep(temporary: Path) -> None:
    """Delete the folders of actors that were killed.

    Args:
        temporary: Where they lie.
    """
    for folder in temporary.glob(f"{FOLDER}*"):
        try:
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # somebody else's, or one that is just being made
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(lock)

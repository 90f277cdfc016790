"""What happens inside a worker process: one thread, one session, trials one after another."""

from __future__ import annotations

import faulthandler
import os
import platform
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import psutil

from benchsuite.engine.ending import Account
from benchsuite.errors import BenchsuiteError, CannotWrite
from benchsuite.execution.interface import Options
from benchsuite.execution.messages import Answer, Begun, Ready
from benchsuite.outcomes import Outcome
from benchsuite.provenance import fingerprints
from benchsuite.record import Costs, Ending, Environment, Failure, Results
from benchsuite.trial import Spec, Trial


def serve(descriptor: int) -> None:
    """Run the trials that come through a pipe, until it ends.

    Args:
        descriptor: Of this end of the pipe.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    faulthandler.enable()
    connection = Connection(descriptor)
    options, number = connection.recv()
    _die_with(options.parent)
    try:
        worker = Worker(options, number)
    except BenchsuiteError as error:
        connection.send(Ready(str(error)))
        return
    connection.send(Ready())
    while True:
        try:
            spec = connection.recv()
        except EOFError:  # the study has ended
            return
        connection.send(Begun())
        answer = worker.run(spec)
        sys.stdout.flush()
        connection.send_bytes(_sendable(answer, worker))


class Worker:
    """Runs trials in this process.

    Args:
        options: What every worker is told.
        number: Its number.

    Raises:
        BenchsuiteError: If it cannot be prepared, in one line: or every trial of this worker would be a failure.
    """

    def __init__(self, options: Options, number: int) -> None:
        self._options = options
        self._number = number
        try:
            self._prepare()
        except BenchsuiteError:
            raise
        except MemoryError:
            limit = options.memory_bytes / 2**30
            raise BenchsuiteError(
                f"a worker cannot start: {limit:.2g} GiB (--memory) are too little for TensorFlow. Give it 4 or more."
            ) from None
        except Exception as error:
            raise BenchsuiteError(
                f"a worker cannot start: {type(error).__name__}: {' '.join(str(error).split())}"
            ) from error

    def _prepare(self) -> None:
        """Set limits and device, load plugins."""
        options = self._options
        from benchsuite.engine.device import Device, configure

        device = Device.parse(options.device).of_worker(self._number)
        configure(device)
        _limit_memory(options.memory_bytes if device.kind == "cpu" else 0)
        from benchsuite.certificates import checksum_of
        from benchsuite.engine.numerics import numerics
        from benchsuite.engine.session import Session
        from benchsuite.registry import load_registry

        registry = load_registry(options.plugins)
        self._registry = registry
        self._rounding = numerics(device.kind)
        self._session = Session(
            registry,
            registry.task,
            extras=options.extras,
            weights=Path(options.weights),
            predictions=Path(options.predictions),
            certified=lambda task: checksum_of(task, registry),
            results=options.results,
        )

    def run(self, spec: Spec) -> Answer:
        """Run one trial to whatever end."""
        trial = Trial.from_spec(spec)
        problem = ""
        try:
            ran = self._session.run(trial)
        except CannotWrite as error:
            ran, problem = Account(trial.device).failed(error), str(error)
        except KeyboardInterrupt as error:  # the user's own never comes here: this is a plugin's
            ran = Account(trial.device).failed(error)
        # Of the code that this process has loaded; nothing vouches for a file that was edited meanwhile.
        source = fingerprints(trial, self._registry, verify=True)
        ending = replace(
            ran.ending,
            environment=self.environment(ran.ending.environment.xla),
            fingerprints={**source, **ran.ending.fingerprints},
        )
        probes = ran.probed.to_json() if ran.probed else {}
        return Answer(ending, psutil.Process().memory_info().rss, probes, problem=problem)

    def environment(self, xla: bool | None) -> Environment:
        """Return versions, machine and device; nothing that names a person or a host."""
        return Environment(
            device=self._device_name(),
            worker=self._number,
            xla=xla,
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            numerics=self._rounding.fingerprint,
            processor_features=" ".join(self._rounding.features),
            versions={"python": platform.python_version(), **self._rounding.facts["versions"]},
            machine=f"{platform.system()} {platform.machine()}",
            processor=_processor(),
            cores=os.cpu_count(),
        )

    def _device_name(self) -> str:
        if self._options.device == "cpu":
            return "cpu"
        import tensorflow as tf

        gpu = tf.config.list_physical_devices("GPU")[0]
        return str(tf.config.experimental.get_device_details(gpu).get("device_name", "gpu"))


def _sendable(answer: Answer, worker: Worker) -> bytes:
    """Return an answer as bytes; one that cannot be sent becomes the crash that it is."""
    try:
        return bytes(ForkingPickler.dumps(answer))
    except Exception as error:
        ending = Ending(
            outcome=Outcome.CRASHED,
            reason=f"{type(error).__name__}: {' '.join(str(error).split())}",
            results=Results(failure=Failure(step=None, traceback="")),
            costs=Costs(wall_seconds=answer.ending.costs.wall_seconds),
            environment=worker.environment(None),
        )
        return bytes(ForkingPickler.dumps(Answer(ending, answer.resident_bytes)))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _die_with(parent: int) -> None:
    """End this process when its parent is gone, however it went; a killed run leaves no worker behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _limit_memory(size: int) -> None:
    """Let allocations beyond the limit fail in this process, before the machine begins to swap."""
    if size and sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (size, resource.getrlimit(resource.RLIMIT_DATA)[1]))

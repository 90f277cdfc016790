"""What happens inside a worker process: one thread, one session, trials one after another."""

from __future__ import annotations

import gc
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import psutil

from benchsuite.data_now import remember_data
from benchsuite.engine.ending import Account
from benchsuite.engine.ran import Ran
from benchsuite.errors import BenchsuiteError, CannotWrite
from benchsuite.execution.death import too_little
from benchsuite.execution.interface import Options
from benchsuite.execution.lineage import Lineages
from benchsuite.execution.litter import Litter
from benchsuite.execution.machine import processor_name
from benchsuite.execution.messages import Answer, Begun, EpochMeasured, Importing, NotImported, Ready, Writing
from benchsuite.outcomes import Outcome
from benchsuite.processes import connected, limit_memory
from benchsuite.provenance import fingerprints
from benchsuite.recipe import Setting
from benchsuite.record import Costs, Ending, Environment, Failure, Results, Values
from benchsuite.registry import PluginSearch, Registry
from benchsuite.text import reason_of
from benchsuite.trial import Spec, Trial

MOST_SENT = 128 * 2**20
"""Bytes of an answer: 14 million numbers of curves and probes."""


def serve(descriptor: int) -> None:
    """Run the trials that come through a pipe, until it ends.

    Args:
        descriptor: Of this end of the pipe.
    """
    connection = connected(descriptor)
    options, number = connection.recv()
    try:
        worker = Worker(options, number, connection)
    except BrokenHere as broken:
        connection.send(broken.message)
        return
    except BenchsuiteError as error:
        connection.send(Ready(str(error)))
        return
    connection.send(Ready(changed=worker.changed))
    while True:
        try:
            specs = connection.recv()
        except EOFError:  # the study has ended
            return
        connection.send(Begun())
        answers = worker.run(specs)
        sys.stdout.flush()
        for answer in answers:
            connection.send_bytes(_sendable(answer, worker))


class BrokenHere(Exception):
    """Raised when a plugin of the worker's lineage is broken in this process."""

    def __init__(self, message: NotImported) -> None:
        super().__init__(message.reason)
        self.message = message


class Worker:
    """Runs trials in this process.

    Args:
        options: What it is told.
        number: Its number.
        connection: To the run.

    Raises:
        BenchsuiteError: If it cannot be prepared, in one line: or every trial of this worker would be a failure.
        BrokenHere: If that is the doing of a plugin of its lineage.
    """

    _shared = False
    """Whether it shares a GPU with other workers."""

    def __init__(self, options: Options, number: int, connection: Connection | None = None) -> None:
        self._options = options
        self._number = number
        self._connection = connection
        self.changed: tuple[str, ...] = ()
        """What the import of the plugins of its lineage changed."""
        try:
            self._prepare()
        except (BenchsuiteError, BrokenHere):
            raise
        except MemoryError:
            raise BenchsuiteError(too_little(options.memory_bytes)) from None
        except Exception as error:
            raise BenchsuiteError(f"a worker cannot start: {reason_of(error)}") from error

    def _prepare(self) -> None:
        """Set limits and device, load plugins."""
        options = self._options
        from benchsuite.engine.device import Device, configure

        named = Device.parse(options.device)
        self._shared = named.shared(options.workers)  # asked before this process sees one GPU alone
        device = named.of_worker(self._number)
        configure(device, options.memory_bytes, options.compile_cache)
        limit_memory(options.memory_bytes if device.kind == "cpu" else 0)
        from benchsuite.certificates import checksum_of
        from benchsuite.engine.numerics import numerics
        from benchsuite.engine.session import Session

        registry = self._load_plugins()
        known = None
        if self._connection is not None and options.compile_cache and device.kind == "cpu":
            from benchsuite.engine.fed.known import KNOWN
            from benchsuite.engine.known_programs import KnownPrograms

            # Of a stranger's component nobody knows whether another trace would be the same: it may draw while it is traced, and it
            # may come from a library whose code no fingerprint holds.
            KNOWN.switch_on(partial(_code_of_bundled, registry))
            known = None if options.lineage else KnownPrograms(partial(fingerprints, registry=registry, verify=True))
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
            after_epoch=self._tell_epoch if options.epochs else None,
            writing=self._tell_writing,
            known=known,
            strangers=Lineages(registry).strangers,
        )
        if self._connection is not None:
            # It stays as long as the process, as TensorFlow does: to scan it for every program that is dropped takes time.
            gc.collect()
            gc.freeze()

    def _tell_epoch(self, trial: str, values: Values) -> None:
        if self._connection is not None:
            self._connection.send(EpochMeasured(trial, values))

    def _tell_writing(self, begins: bool) -> None:
        if self._connection is not None:
            self._connection.send(Writing(begins))

    def _load_plugins(self) -> Registry:
        """Load what is bundled and what belongs to the lineage, and keep what this process is like then."""
        from benchsuite.engine.state import State
        from benchsuite.registry import load_registry

        lineage = self._options.lineage
        descriptors = (0, 1, 2) if self._connection is None else (0, 1, 2, self._connection.fileno())
        bundled: list[State] = []

        def importing(plugin: str) -> None:
            if not bundled:
                bundled.append(State(descriptors, functions=True))
            if self._connection is not None:
                self._connection.send(Importing(plugin))

        search = self._options.plugins if lineage else PluginSearch(local=False)
        registry = load_registry(search, only=lineage, importing=importing)
        for plugin in registry.broken:
            if plugin.origin in lineage:
                raise BrokenHere(NotImported(plugin.origin, plugin.reason, plugin.traceback))
        for origin in sorted({*lineage} - {plugin.origin for plugin in registry.plugins}):
            raise BrokenHere(NotImported(origin, "it is no longer there", ""))
        self.changed = bundled[0].differences() if bundled else ()
        self._state = State(descriptors, functions=bool(lineage))
        self._litter = Litter()
        return registry

    def run(self, specs: Sequence[Spec]) -> list[Answer]:
        """Run one trial, or several that train side by side, each to whatever end."""
        trials = [Trial.from_spec(spec) for spec in specs]
        problem = ""
        try:
            ran = self._session.run_together(trials) if len(trials) > 1 else [self._session.run(trials[0])]
        except CannotWrite as error:
            ran, problem = [Account(trial.device).failed(error) for trial in trials], str(error)
        except KeyboardInterrupt as error:  # the user's own never comes here: this is a plugin's
            if len(trials) > 1:
                return [answer for spec in specs for answer in self.run([spec])]
            ran = [Account(trials[0].device).failed(error)]
        return [self._answer(*one, problem) for one in zip(trials, ran, strict=True)]

    def _answer(self, trial: Trial, ran: Ran, problem: str) -> Answer:
        # Of the code that this process has loaded; nothing vouches for a file that was edited meanwhile.
        source = fingerprints(trial, self._registry, verify=True)
        if task := source.get(f"task:{trial.task}"):
            remember_data(trial.task, task)
        costs = replace(ran.ending.costs, step_milliseconds=None) if self._shared else ran.ending.costs
        ending = replace(
            ran.ending,
            costs=costs,
            environment=self.environment(ran.ending.environment.xla),
            fingerprints={**source, **ran.ending.fingerprints},
        )
        probes = ran.probed.to_json() if ran.probed else {}
        size, changed = psutil.Process().memory_info().rss, self._state.differences()
        litter = self._litter.too_much()
        return Answer(ending, size, probes, problem=problem, changed=changed, alone=ran.alone, litter=litter)

    def environment(self, xla: bool | None) -> Environment:
        """Return versions, machine and device; nothing that names a person or a host."""
        return Environment(
            device=device_name(self._options.device),
            worker=self._number,
            xla=xla,
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            numerics=self._rounding.fingerprint,
            processor_features=" ".join(self._rounding.features),
            versions={"python": platform.python_version(), **self._rounding.facts["versions"]},
            machine=f"{platform.system()} {platform.machine()}",
            processor=processor_name(),
            cores=os.cpu_count(),
        )


def _code_of_bundled(registry: Registry, setting: Setting) -> str | None:
    """Return the fingerprint of a component that ships with benchsuite."""
    if registry.entry(setting.kind, setting.name).plugin.origin != "bundled":
        return None
    return registry.fingerprint(setting.kind, setting.name, setting.hyperparameters)


def device_name(device: str) -> str:
    """Return what the device of this process is called: ``cpu``, or the model of the GPU.

    Args:
        device: As the user names it.
    """
    if device == "cpu":
        return "cpu"
    import tensorflow as tf

    gpu = tf.config.list_physical_devices("GPU")[0]
    return str(tf.config.experimental.get_device_details(gpu).get("device_name", "gpu"))


def _sendable(answer: Answer, worker: Worker) -> bytes:
    """Return an answer as bytes; one that cannot be sent becomes the crash that it is."""
    try:
        content = bytes(ForkingPickler.dumps(answer))
        reason = f"curves and probes of the trial take {len(content):,} bytes; a record may take {MOST_SENT:,}"
    except Exception as error:
        content, reason = b"", reason_of(error)
    if content and len(content) <= MOST_SENT:
        return content
    ending = Ending(
        outcome=Outcome.CRASHED,
        reason=reason,
        results=Results(failure=Failure(step=None, traceback="")),
        costs=Costs(wall_seconds=answer.ending.costs.wall_seconds),
        environment=worker.environment(None),
    )
    return bytes(ForkingPickler.dumps(Answer(ending, answer.resident_bytes, litter=answer.litter)))

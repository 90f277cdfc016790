"""The execution interface: cells of trials go in, events come out. Local processes fill it in, and a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from benchsuite.execution.lineage import BUNDLED, Lineage
from benchsuite.extras import Extras
from benchsuite.folder import Identity
from benchsuite.record import Ending, Values
from benchsuite.registry import PluginSearch
from benchsuite.trial import Trial


@dataclass(frozen=True)
class Cell:
    """Trials that share a program, run one after another by one worker.

    Args:
        trials: In order.
        seconds: Predicted, for balance only.
        timeout: Seconds each of them may take, compilation included.
        lineage: The plugins that they need beside the bundled ones; all need the same.
    """

    trials: tuple[Trial, ...]
    seconds: float
    timeout: float
    lineage: Lineage = BUNDLED

    @property
    def program(self) -> str:
        """Hash of the program's signature."""
        return self.trials[0].cell


@dataclass(frozen=True)
class Spread:
    """How workers are spread over the nodes of a cluster.

    Args:
        executor: The cluster, as ``--executor`` names it.
        most: Of all workers; as many as the nodes have room for, those that are added among them, unless given.
        per_gpu: Workers that share a GPU.
    """

    executor: str
    most: int | None = None
    per_gpu: int = 1


@dataclass(frozen=True)
class Options:
    """What every worker is told.

    Args:
        plugins: Where plugins are found.
        device: As the user names it: ``cpu``, ``gpu``, ``gpu:N``.
        workers: Number of workers.
        memory_bytes: Data a worker may hold: on the CPU, or on its GPU where that is the device; 0 for no limit.
        logs: Folder for what workers print.
        weights: Folder of stored weights.
        predictions: Folder of stored predictions.
        extras: What to keep of each trial beside its record.
        results: Of the results folder; workers write to no other that takes its place.
        lineage: The plugins that this worker loads beside the bundled ones.
        compile_cache: Whether compiled code is kept on the disk, and found there.
        epochs: Whether somebody listens to epochs.
        log_name: What the names of logs begin with: shards that share a folder have logs of their own.
        spread: How workers are spread over a cluster; they are on this machine unless given.
    """

    plugins: PluginSearch
    device: str
    workers: int
    memory_bytes: int
    logs: str
    weights: str
    predictions: str
    extras: Extras
    results: Identity | None = None
    lineage: Lineage = BUNDLED
    compile_cache: bool = True
    epochs: bool = False
    log_name: str = "worker"
    spread: Spread | None = None

    def log(self, worker: int) -> Path:
        """Return where what a worker prints lies.

        Args:
            worker: Its number.
        """
        return Path(self.logs, f"{self.log_name}-{worker}.log")


@dataclass(frozen=True)
class Placed:
    """A worker has its place on a node of a cluster, or has lost it. Of workers on this machine nobody says so.

    Args:
        worker: Number of the worker.
        node: Name of the node; empty when the worker has gone.
    """

    worker: int
    node: str


@dataclass(frozen=True)
class Started:
    """A worker begins a trial."""

    trial: Trial
    worker: int


@dataclass(frozen=True)
class EpochDone:
    """An epoch of a trial was trained and measured; only where :attr:`Options.epochs` asks for it.

    Args:
        trial: The trial.
        worker: Number of the worker.
        values: ``epoch``, ``step``, ``running_loss`` and all measures.
    """

    trial: Trial
    worker: int
    values: Values


@dataclass(frozen=True)
class Finished:
    """A trial has ended, one way or another.

    Args:
        trial: The trial.
        worker: Number of the worker.
        ending: How.
        probes: ``layers``, ``epochs`` and ``measures``; empty unless asked for.
    """

    trial: Trial
    worker: int
    ending: Ending
    probes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Noticed:
    """Something went wrong beside the trials, which the user is told in one line."""

    text: str


Event = Placed | Started | EpochDone | Finished | Noticed


class Executor(Protocol):
    """Runs cells somewhere. A failure of a trial is its ending, never an exception; what was never tried has none."""

    def submit(self, cell: Cell) -> None:
        """Take a cell; it runs when a worker is free. May be called while events are read."""
        ...

    def events(self) -> Iterator[Event]:
        """Yield what happens, until every trial that was submitted has finished.

        Raises:
            BenchsuiteError: If workers cannot start, or what is to be kept of a trial cannot be written. What finished
                until then has been yielded.
        """
        ...

    def close(self) -> None:
        """Stop all workers, whatever they do. Trials that had not finished leave no trace."""
        ...


@runtime_checkable
class KnowsMore(Protocol):
    """What an executor may know besides: then events that have happened already are taken together."""

    def more(self) -> bool:
        """Say whether another event of a trial that was submitted has happened already: asking for it does not wait."""
        ...


@runtime_checkable
class KeepsRest(Protocol):
    """What an executor may keep besides: then nothing that was finished is lost when a run is stopped."""

    def rest(self) -> Iterator[Finished]:
        """Stop all workers, and yield the ends of trials that had come until then and that :meth:`Executor.events` has not
        yielded."""
        ...

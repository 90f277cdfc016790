"""The execution interface: cells of trials go in, events come out."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchsuite.extras import Extras
from benchsuite.registry import Sources
from benchsuite.trial import Trial


@dataclass(frozen=True)
class Cell:
    """Trials that share a program, run one after another by one worker.

    Args:
        trials: In order.
        seconds: Predicted, for balance only.
        timeout: Seconds each of them may take, compilation included.
    """

    trials: tuple[Trial, ...]
    seconds: float
    timeout: float


@dataclass(frozen=True)
class Options:
    """What every worker is told.

    Args:
        sources: Where plugins are found.
        device: As the user names it: ``cpu``, ``gpu``, ``gpu:N``.
        workers: Number of workers.
        memory_bytes: Data a worker may hold on the CPU; 0 for no limit.
        logs: Folder for what workers print.
        parent: Process number of the run; workers end when it is gone.
        weights: Folder of stored weights.
        predictions: Folder of stored predictions.
        extras: What to keep of each trial beside its record.
    """

    sources: Sources
    device: str
    workers: int
    memory_bytes: int
    logs: str
    parent: int
    weights: str
    predictions: str
    extras: Extras


@dataclass(frozen=True)
class Started:
    """A worker begins a trial."""

    trial: Trial
    worker: int


@dataclass(frozen=True)
class Finished:
    """A trial has ended, one way or another.

    Args:
        trial: The trial.
        worker: Number of the worker.
        run: ``outcome``, ``reason``, ``curves``, ``results``, ``costs``, ``data_checksum``, ``probes`` and ``environment``.
    """

    trial: Trial
    worker: int
    run: dict[str, Any]


class Executor(Protocol):
    """Runs cells somewhere. A failure of a trial is its result, never an exception."""

    def run(self, cells: Sequence[Cell], options: Options) -> Generator[Started | Finished, None, None]:
        """Yield what happens until every trial has finished; closing the iterator stops all workers.

        Raises:
            BenchsuiteError: If workers cannot start at all.
        """
        ...

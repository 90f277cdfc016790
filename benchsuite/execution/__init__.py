"""Execution: carries out what a source proposes. One interface, filled in by local worker processes and by a Ray cluster."""

from benchsuite.execution.forecast import Forecast, predicted_seconds
from benchsuite.execution.interface import (
    Cell,
    EpochDone,
    Executor,
    Finished,
    Noticed,
    Options,
    Placed,
    Spread,
    Started,
)
from benchsuite.execution.local import LocalExecutor
from benchsuite.execution.observer import Summary, Watcher
from benchsuite.execution.past import learn_from, others_of
from benchsuite.execution.run import run_source

__all__ = [
    "Cell",
    "EpochDone",
    "Executor",
    "Finished",
    "Forecast",
    "LocalExecutor",
    "Noticed",
    "Options",
    "Placed",
    "Spread",
    "Started",
    "Summary",
    "Watcher",
    "learn_from",
    "others_of",
    "predicted_seconds",
    "run_source",
]

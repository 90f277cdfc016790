"""Execution: carries out what a source proposes. One interface, filled in by local worker processes; a cluster can as well."""

from benchsuite.execution.cells import Forecast, predicted_seconds
from benchsuite.execution.interface import Cell, Executor, Finished, Noticed, Options, Started
from benchsuite.execution.local import LocalExecutor
from benchsuite.execution.observer import Observer, Summary
from benchsuite.execution.run import run_source

__all__ = [
    "Cell",
    "Executor",
    "Finished",
    "Forecast",
    "LocalExecutor",
    "Noticed",
    "Observer",
    "Options",
    "Started",
    "Summary",
    "predicted_seconds",
    "run_source",
]

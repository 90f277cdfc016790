"""Execution: carries out what a source proposes. One interface, filled in by local worker processes; a cluster can as well."""

from benchsuite.execution.forecast import Forecast, predicted_seconds
from benchsuite.execution.interface import Cell, Executor, Finished, Noticed, Options, Started
from benchsuite.execution.local import LocalExecutor
from benchsuite.execution.observer import Observer, Summary
from benchsuite.execution.past import learn_from, others_of
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
    "learn_from",
    "others_of",
    "predicted_seconds",
    "run_source",
]

"""Execution: carries a plan out. One interface, filled in by local worker processes; a cluster can fill it in as well."""

from benchsuite.execution.interface import Cell, Executor, Finished, Options, Started
from benchsuite.execution.local import LocalExecutor
from benchsuite.execution.run import Observer, Summary, current_fingerprints, predicted_seconds, run_plan

__all__ = [
    "Cell",
    "Executor",
    "Finished",
    "LocalExecutor",
    "Observer",
    "Options",
    "Started",
    "Summary",
    "current_fingerprints",
    "predicted_seconds",
    "run_plan",
]

"""benchsuite: an honest benchmark suite for optimizers and everything else that trains a network.

These are the names that a plugin or a task needs, and nothing else::

    import benchsuite as bs

Importing benchsuite imports neither NumPy, Keras nor TensorFlow: the metadata of plugins stays cheap to read.
"""

from typing import TYPE_CHECKING

from benchsuite import noise
from benchsuite.components import (
    Activation,
    Arrays,
    ByGroup,
    Cost,
    GradientTransform,
    HoldOut,
    Initializer,
    InOrder,
    Loss,
    Metric,
    Normalization,
    Optimizer,
    Preprocessing,
    Published,
    Regularization,
    Schedule,
    Surface,
    Task,
    TrialResult,
    TrialStart,
)
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.hookspecs import hookimpl
from benchsuite.spaces import Choice, Fixed, Integer, LogUniform, OneMinusLogUniform, TrialId, Uniform

__all__ = [
    "Activation",
    "Arrays",
    "BenchsuiteError",
    "ByGroup",
    "Choice",
    "Cost",
    "Fixed",
    "GradientTransform",
    "HoldOut",
    "InOrder",
    "Initializer",
    "Integer",
    "LogUniform",
    "Loss",
    "Metric",
    "Normalization",
    "OneMinusLogUniform",
    "Optimizer",
    "Preprocessing",
    "Published",
    "Regularization",
    "Schedule",
    "Surface",
    "Task",
    "TrialId",
    "TrialResult",
    "TrialStart",
    "Uniform",
    "Unsupported",
    "__version__",
    "hookimpl",
    "noise",
]

__version__: str
"""The version of the installed distribution; looked up when somebody asks, since importing benchsuite must stay cheap."""

if not TYPE_CHECKING:  # for a type checker, a module with __getattr__ has every name that somebody misspells

    def __getattr__(name):
        if name == "__version__":
            from importlib.metadata import version

            return version("benchsuite")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""benchsuite: an honest benchmark suite for optimizers and everything else that trains a network.

These are the names that a plugin or a task needs, and nothing else::

    import benchsuite as bs

Importing benchsuite imports neither NumPy, Keras nor TensorFlow: the metadata of plugins stays cheap to read.
"""

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
    "hookimpl",
    "noise",
]

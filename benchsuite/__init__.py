"""benchsuite: an honest benchmark suite for optimizers and everything else that trains a network.

These are the names that a plugin or a task needs, and :func:`read`, which opens results in a notebook::

    import benchsuite as bs

Importing benchsuite imports neither NumPy, Keras nor TensorFlow: the metadata of plugins stays cheap to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite import noise
from benchsuite.components import (
    Activation,
    Arm,
    Arrays,
    Axis,
    ByGroup,
    Claim,
    Computed,
    Cost,
    Draw,
    EpochResult,
    GradientTransform,
    HoldOut,
    Initializer,
    InOrder,
    Loss,
    Metric,
    Normalization,
    Observer,
    Optimizer,
    Part,
    Preprocessing,
    Problem,
    Proposal,
    Published,
    Regularization,
    Schedule,
    Scored,
    Surface,
    Task,
    Trained,
    TrialResult,
    TrialStart,
    Tuner,
    Variation,
    choose,
)
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.hookspecs import hookimpl
from benchsuite.spaces import Choice, Fixed, Integer, LogUniform, OneMinusLogUniform, TrialId, Uniform

if TYPE_CHECKING:
    from benchsuite.archive import Archive

__all__ = [
    "Activation",
    "Arm",
    "Arrays",
    "Axis",
    "BenchsuiteError",
    "ByGroup",
    "Choice",
    "Claim",
    "Computed",
    "Cost",
    "Draw",
    "EpochResult",
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
    "Observer",
    "OneMinusLogUniform",
    "Optimizer",
    "Part",
    "Preprocessing",
    "Problem",
    "Proposal",
    "Published",
    "Regularization",
    "Schedule",
    "Scored",
    "Surface",
    "Task",
    "Trained",
    "TrialId",
    "TrialResult",
    "TrialStart",
    "Tuner",
    "Uniform",
    "Unsupported",
    "Variation",
    "__version__",
    "choose",
    "hookimpl",
    "noise",
    "read",
]


def read(
    folder: str | Path = "results", *, plugins: Sequence[str] = (), local: bool = True, stale: bool = False
) -> Archive:
    """Read results into an object with pandas frames and figures, for notebooks.

    Args:
        folder: The results folder, or a bundle, a folder or a zip; ``"reference"`` means the results that ship with benchsuite,
            unless something of that name lies here. All records of a bundle count.
        plugins: Files or modules of plugins beside the installed ones, as ``--plugin`` takes them.
        local: Whether ``./plugins`` and ``./tasks`` of the working folder count. Records whose code changed are left out,
            and to know that, plugins are imported.
        stale: Whether these, and what an earlier benchsuite made, are read as well.

    Returns:
        An archive: ``trials``, ``curves``, ``searches`` and ``tried`` are frames, ``leaderboard(kind)`` gives one,
        ``record(id)`` a whole record, ``draw_learning_curves(task)`` and ``draw_seeds(task)`` draw on axes that are given and
        return them.

    Raises:
        BenchsuiteError: If there are no records, or a file in the folder is none, or a bundle is not whole.
    """
    from benchsuite.opening import open_results

    return open_results(Path(folder), plugins=tuple(plugins), local=local, stale=stale)


__version__: str
"""The version of the installed distribution; looked up when somebody asks, since importing benchsuite must stay cheap."""

if not TYPE_CHECKING:  # for a type checker, a module with __getattr__ has every name that somebody misspells

    def __getattr__(name):
        if name == "__version__":
            from importlib.metadata import version

            return version("benchsuite")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

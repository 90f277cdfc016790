"""Pure statistics over records: intervals around a statistic, and the leaderboards built from them.

Knows neither TensorFlow nor the engine; a record here is the plain mapping of ``docs/reference/record-format.md``.
"""

from benchsuite.analysis.entries import Entry, SeedValue, TargetSteps
from benchsuite.analysis.grids import Grid, grids
from benchsuite.analysis.intervals import BootstrapInterval, Direction, Interval, bootstrap_interval, median_interval
from benchsuite.analysis.leaderboard import (
    Column,
    ColumnHead,
    Leaderboard,
    LeftOut,
    Row,
    leaderboards,
    left_out,
    unique,
)
from benchsuite.analysis.probes import LayerProbes, RecipeProbes, layer_probes

__all__ = [
    "BootstrapInterval",
    "Column",
    "ColumnHead",
    "Direction",
    "Entry",
    "Grid",
    "Interval",
    "LayerProbes",
    "Leaderboard",
    "LeftOut",
    "RecipeProbes",
    "Row",
    "SeedValue",
    "TargetSteps",
    "bootstrap_interval",
    "grids",
    "layer_probes",
    "leaderboards",
    "left_out",
    "median_interval",
    "unique",
]

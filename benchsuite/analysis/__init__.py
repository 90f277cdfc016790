"""Pure statistics over records: intervals around a statistic, and the leaderboards built from them.

Knows neither TensorFlow nor the engine. Tables are made of :class:`~benchsuite.record.Record` objects, or of a
:class:`Sample`, which is what several tables share.
"""

from benchsuite.analysis.boards import leaderboards
from benchsuite.analysis.entries import Entry, SeedValue, TargetSteps
from benchsuite.analysis.grids import Grid, grids
from benchsuite.analysis.intervals import BootstrapInterval, Direction, Interval, bootstrap_interval, median_interval
from benchsuite.analysis.leaderboard import ColumnHead, Leaderboard, Protocol, Row
from benchsuite.analysis.merged_trials import MergedTrials, merged
from benchsuite.analysis.mixtures import mixtures
from benchsuite.analysis.probes import LayerProbes, RecipeProbes, layer_probes
from benchsuite.analysis.ranking import Ranking, Standing
from benchsuite.analysis.robustness import Robustness
from benchsuite.analysis.sample import Column, LeftOut, Sample
from benchsuite.analysis.searched_rows import searched_only
from benchsuite.analysis.tuned_boards import tuned_leaderboards
from benchsuite.analysis.twins import SameAs

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
    "MergedTrials",
    "Protocol",
    "Ranking",
    "RecipeProbes",
    "Robustness",
    "Row",
    "SameAs",
    "Sample",
    "SeedValue",
    "Standing",
    "TargetSteps",
    "bootstrap_interval",
    "grids",
    "layer_probes",
    "leaderboards",
    "median_interval",
    "merged",
    "mixtures",
    "searched_only",
    "tuned_leaderboards",
]

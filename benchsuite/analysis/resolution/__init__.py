"""How well a task tells methods apart: pairs told apart, the split of variance, its floor, and what that costs.

Pure functions of arrays, and one that makes the arrays of records. What one column of a leaderboard can tell with the seeds that
it happens to have is another question: :mod:`benchsuite.analysis.column_resolution`.
"""

from benchsuite.analysis.resolution.block import block_of, merged, most_seeds
from benchsuite.analysis.resolution.of_kind import SEEDS, KindResolution, ReferenceTrials, resolution_of_kind
from benchsuite.analysis.resolution.shares import VarianceShares, variance_shares
from benchsuite.analysis.resolution.told import MOST_SUBSETS, share_told, subsets, tells_apart

__all__ = [
    "MOST_SUBSETS",
    "SEEDS",
    "KindResolution",
    "ReferenceTrials",
    "VarianceShares",
    "block_of",
    "merged",
    "most_seeds",
    "resolution_of_kind",
    "share_told",
    "subsets",
    "tells_apart",
    "variance_shares",
]

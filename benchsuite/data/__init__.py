"""Loading, checksums, splits, and preprocessing that is fitted on the training part only."""

from benchsuite.curves import PARTS
from benchsuite.data.prepared import Dataset, Observed, Prepared, Raw, load, observed, prepare, read, split

__all__ = ["PARTS", "Dataset", "Observed", "Prepared", "Raw", "load", "observed", "prepare", "read", "split"]

"""Loading, checksums, splits, and preprocessing that is fitted on the training part only."""

from benchsuite.data.prepared import PARTS, Dataset, Prepared, Raw, load, prepare, read, split

__all__ = ["PARTS", "Dataset", "Prepared", "Raw", "load", "prepare", "read", "split"]

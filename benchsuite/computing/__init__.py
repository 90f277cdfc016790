"""Computing: the numbers of a claim's parts that no training decides, in processes of their own."""

from benchsuite.computing.jobs import Computation, Job
from benchsuite.computing.pool import compute_parts

__all__ = ["Computation", "Job", "compute_parts"]

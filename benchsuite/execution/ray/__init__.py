"""Workers on the nodes of a Ray cluster: the same processes as here, kept and fed by one Ray actor each.

Ray carries cells there and events back, and says which nodes there are and which have gone. What a trial is, how long and
in how much memory it may run, and who is to blame when a worker dies: all of that is decided on the node, by what decides
it on one machine.
"""

from benchsuite.execution.ray.cluster import connected
from benchsuite.execution.ray.executor import RayExecutor

__all__ = ["RayExecutor", "connected"]

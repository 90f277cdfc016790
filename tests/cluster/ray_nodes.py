"""A Ray cluster of several nodes on this machine, which waits as long as a busy machine needs to start them.

Ray gives the processes of a node 30 seconds to begin, and ends the node if one of them needs longer: on a machine with other
work nothing would come up. These limits are raised here, so that a slow start is no failure.
"""

from __future__ import annotations

import os
import time
from typing import Any
from unittest.mock import patch

PATIENCE = 300
"""Seconds that anything may take to begin."""
LIMITS = {
    "RAY_agent_register_timeout_ms": PATIENCE * 1000,
    "RAY_gcs_server_port_wait_time_s": PATIENCE,
    "RAY_gcs_server_request_timeout_seconds": PATIENCE,
    "RAY_py_gcs_connect_timeout_s": PATIENCE,
    "RAY_raylet_start_wait_time_s": PATIENCE,
    "RAY_worker_register_timeout_seconds": PATIENCE,
    # A node that answers late has not gone: one whose process is dead refuses at once.
    "RAY_health_check_timeout_ms": PATIENCE * 1000,
}
STORE_BYTES = 100_000_000


def cluster_of(*names: str) -> tuple[Any, dict[str, Any]]:
    """Start nodes of one CPU each, the first one as head, and return Ray's own ``Cluster`` of them, and each by its name.

    Args:
        names: Of the nodes.

    Raises:
        ImportError: If Ray is not installed.
    """
    for name, value in LIMITS.items():  # before Ray is imported, and for every process that it starts
        os.environ.setdefault(name, str(value))
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    try:
        return cluster, {name: add_node(cluster, name) for name in names}
    except BaseException:
        cluster.shutdown()
        raise


def add_node(cluster: Any, name: str) -> Any:
    """Add a node to a cluster, wait until it is there, and return it.

    Args:
        cluster: Of :func:`cluster_of`.
        name: Of the node.
    """
    from ray._private import services

    once = services.get_node

    def patiently(*where: str) -> Any:
        """Ask until the node has told that it is there: who starts it waits 30 seconds, and no option says otherwise."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return once(*where)
            except RuntimeError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.2)

    with patch.object(services, "get_node", patiently):
        node = cluster.add_node(wait=False, num_cpus=1, node_name=name, object_store_memory=STORE_BYTES)
    cluster._wait_for_node(node, timeout=PATIENCE)
    return node

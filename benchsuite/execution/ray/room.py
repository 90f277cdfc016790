"""How many workers a cluster has room for, before any of them is there."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.interface import Spread
from benchsuite.execution.ray.agreement import ANSWER_SECONDS, agreeing, compared
from benchsuite.execution.ray.cluster import Cluster, Lost, Node, Share, connected
from benchsuite.execution.ray.facts import facts
from benchsuite.execution.ray.luggage import packed
from benchsuite.registry import PluginSearch, Registry


def spread_over(
    spread: Spread, device: str, tiers: Collection[str], memory: int, registry: Registry, plugins: PluginSearch
) -> tuple[int, Spread]:
    """Return how many workers there will be, and how they are spread; refuse what a run would refuse, before it has a folder.

    Args:
        spread: What the user said.
        device: Likewise.
        tiers: Of the tasks, which say how large a share of a GPU is.
        memory: Bytes of a worker, where somebody chose them; 0 otherwise.
        registry: The plugins that were found.
        plugins: Where they are looked for.

    Raises:
        BenchsuiteError: If there is no such cluster, nothing in it that these workers could have, a node that differs from this
            machine in what decides numbers, or files that cannot travel.
    """
    if ":" in device:
        raise BenchsuiteError(
            f"--device {device} names a GPU of one machine. On a cluster say --device gpu: Ray gives them out."
        )
    cluster = connected(spread.executor)
    share = Share(gpus=1.0) if device == "gpu" else Share()
    packed(plugins, registry)
    nodes = agreeing(cluster, share, facts(compared(registry)))
    if device == "gpu":
        spread = replace(spread, per_gpu=_per_gpu(cluster, nodes, tiers, memory))
        share = Share(gpus=1.0 / spread.per_gpu)
    room = sum(share.fit(node) for node in cluster.nodes())
    return max(room if spread.most is None else spread.most, 1), spread


def _per_gpu(cluster: Cluster, nodes: Sequence[Node], tiers: Collection[str], memory: int) -> int:
    """Return how many workers share each GPU: as many as on the node where they are fewest."""
    asked = [cluster.per_gpu(node, sorted(tiers), memory) for node in nodes]
    until, found = time.monotonic() + ANSWER_SECONDS, []
    while asked and time.monotonic() < until:
        for one in cluster.come(asked, 0.2):
            asked.remove(one)
            with suppress(Lost):  # it goes at this very moment
                found.append(cluster.answer(one))
    return min(found, default=1)

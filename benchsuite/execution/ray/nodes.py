"""The nodes that may have workers: which of them are there, agree with this machine, rest or fail, and what is said of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.interface import Noticed
from benchsuite.execution.ray.agreement import ANSWER_SECONDS, agreeing, differences, said
from benchsuite.execution.ray.cluster import Cluster, Lost, Node, Share
from benchsuite.execution.ray.facts import CODE, facts

REST_SECONDS = 5.0
"""No worker is put so soon on a node that has just lost one: Ray notices a dead node a little later than its actors."""
LOSSES_BELIEVED = 10
"""A node that loses so many workers in a row, none of which ended a trial, gets no more of them."""
NODES_SECONDS = 300.0
"""So long is waited for a node where none is left."""
GONE_SECONDS = 3.0
"""A node goes worker by worker; what went with it is said when all of it is known."""


@dataclass
class _Gone:
    """What went on a node: since when, how many workers, how many trials that had not ended, whether the node went too."""

    since: float
    workers: int = 0
    trials: int = 0
    whole: bool = False


class Nodes:
    """The nodes of a cluster, as far as workers may be put on them.

    Args:
        cluster: Of Ray.
        share: What a worker takes of its node.
        distributions: Those that a node must have in the same version.
        rounding: How numbers are rounded here; empty where that is not compared.

    Raises:
        BenchsuiteError: If there is none, or one differs from this machine in what decides numbers.
    """

    def __init__(self, cluster: Cluster, share: Share, distributions: Sequence[str], rounding: str) -> None:
        self._cluster, self._share, self._distributions, self._rounding = cluster, share, distributions, rounding
        self._here = facts(distributions)
        self._held = {node.id: node for node in agreeing(cluster, share, self._here)}
        """Those that are there and agree."""
        self._asked: dict[str, tuple[Node, Any, float]] = {}
        """Those that are being asked what they have, and since when."""
        self._left_out: set[str] = set()
        self._losses: Counter[str] = Counter()
        self._rests: dict[str, float] = {}
        self._gone: dict[str, _Gone] = {}
        self._other_rounding: set[str] = set()
        self._alone_since = 0.0

    @property
    def code(self) -> str:
        """The code of benchsuite that every node must have."""
        return str(self._here[CODE])

    @property
    def only_one(self) -> bool:
        """Whether no second node may have workers."""
        return len(self._held) < 2

    def changes(self) -> Iterator[Node | Noticed]:
        """Yield the nodes that have gone since the last look, and what is to be said of new ones: each is asked what it has.

        Raises:
            BenchsuiteError: If none is left for too long.
        """
        now = time.monotonic()
        there = {node.id: node for node in self._cluster.nodes() if self._share.fit(node)}
        for id in self._held.keys() - there.keys():
            node = self._held.pop(id)
            yield node
            self._gone.setdefault(node.name, _Gone(now)).whole = True  # also where it had no worker
        for id in self._asked.keys() - there.keys():
            del self._asked[id]
        for id in there.keys() - self._held.keys() - self._asked.keys() - self._left_out:
            self._asked[id] = there[id], self._cluster.ask(there[id], self._distributions), now
        came = self._cluster.come([one for _, one, _ in self._asked.values()], 0.0)
        for id, (node, one, since) in list(self._asked.items()):
            if one in came:
                del self._asked[id]
                yield from self._welcome(node, one)
            elif now - since > ANSWER_SECONDS:
                del self._asked[id]
                yield self.leave_out(node, f"it does not say within {ANSWER_SECONDS:g} seconds what it has")
        if self._held or self._asked or not self._alone_since:
            self._alone_since = now
        elif now - self._alone_since > NODES_SECONDS:
            raise BenchsuiteError(
                f"no node of the cluster is left since {NODES_SECONDS:g} seconds. Every record is whole. "
                "Add nodes with `ray start --address HOST:6379`, and run the same command again."
            )

    def leave_out(self, node: Node, why: str) -> Noticed:
        """Let a node have no more workers, and return what is to be said of that."""
        self._left_out.add(node.id)
        self._held.pop(node.id, None)
        return Noticed(f"the node {node.name} gets no workers: {why}")

    def freest(self, workers: Mapping[str, int]) -> Node | None:
        """Return the node that has most room for another worker, if one has any.

        Args:
            workers: Id of a node → how many it has.
        """
        now = time.monotonic()
        free = [
            node
            for node in self._held.values()
            if workers.get(node.id, 0) < self._share.fit(node) and self._rests.get(node.id, 0.0) <= now
        ]
        return min(free, key=lambda each: (workers.get(each.id, 0) / self._share.fit(each), each.name), default=None)

    def lost_worker(self, node: Node) -> None:
        """Have a node rest that has lost a worker."""
        self._rests[node.id] = time.monotonic() + REST_SECONDS
        self._losses[node.id] += 1

    def keeps_workers(self, node: Node) -> None:
        """Forget the losses of a node on which a trial has ended."""
        self._losses[node.id] = 0

    def keeps_none(self, node: Node, why: str) -> str:
        """Say in a few words that a node loses worker after worker, the last one for a reason; nothing if it does not."""
        if self._losses[node.id] < LOSSES_BELIEVED or node.id not in self._held:
            return ""
        return f"{LOSSES_BELIEVED} workers in a row went there" + (f", the last one: {why}" if why else "")

    def took(self, node: Node, trials: int) -> None:
        """Note that a worker went with so many trials that had not ended: :meth:`say_gone` says it."""
        gone = self._gone.setdefault(node.name, _Gone(time.monotonic()))
        gone.workers += 1
        gone.trials += trials

    def say_gone(self, *, at_once: bool = False) -> Iterator[Noticed]:
        """Say of each node once what went with it, when all of it is known, or at once."""
        now = time.monotonic()
        for name in [name for name, gone in self._gone.items() if at_once or now - gone.since >= GONE_SECONDS]:
            gone = self._gone.pop(name)
            what = (
                f"the node {name} has gone"
                if gone.whole
                else f"{_count(gone.workers, 'worker')} on the node {name} went"
            )
            yield Noticed(f"{what}: {_count(gone.trials, 'trial')} to run again" if gone.trials else what)

    def tell_rounding(self, node: Node, fingerprint: str) -> Iterator[Noticed]:
        """Say once of a node that its last bits may be others, as its processor or its C library is another."""
        if self._rounding and fingerprint != self._rounding and node.id not in self._other_rounding:
            self._other_rounding.add(node.id)
            yield Noticed(
                f"the node {node.name} rounds differently (another processor, C library or SciPy): the last bits of its trials may be "
                "others than here. Their records say so"
            )

    def _welcome(self, node: Node, asked: Any) -> Iterator[Noticed]:
        try:
            found = differences(self._here, self._cluster.answer(asked))
        except Lost:
            return
        if found:
            yield self.leave_out(node, f"it has {said(found)}")
            return
        self._held[node.id] = node
        yield Noticed(f"the node {node.name} was added")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

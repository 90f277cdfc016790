"""A cluster without Ray: nodes that end one trial each time they are asked, differ, fail, come and go as a test says."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from benchsuite.engine.numerics import numerics
from benchsuite.execution import Cell, Finished, Noticed, Options, Spread, Started
from benchsuite.execution.ray import executor, facts
from benchsuite.execution.ray import nodes as members
from benchsuite.execution.ray.cluster import Lost, Node, Share
from benchsuite.execution.ray.executor import RayExecutor
from benchsuite.execution.ray.luggage import Luggage
from benchsuite.execution.ray.seat import NodeEvent, NodeEvents
from benchsuite.extras import Extras
from benchsuite.folder import identity
from benchsuite.registry import PluginSearch, Registry
from benchsuite.trial import Trial
from tests.execution import stub_worker
from tests.execution.test_local import cell, trial

HERE = {facts.PYTHON: "3.11", "benchsuite": "0.1.0", "keras": "3.15.1", "tensorflow": "2.21.0", facts.CODE: "aa11"}


ROUNDING = numerics("cpu").fingerprint


@dataclass(eq=False)
class Actor:
    """A worker on a node that ends one trial each time it is asked for events."""

    node: Node
    number: int
    cell: Cell | None = None
    left: deque[Trial] = field(default_factory=deque)
    killed: bool = False


class SimulatedCluster:
    """A cluster in which a node goes once it has begun so many trials, and others come."""

    def __init__(self, *names: str, cpus: int = 1) -> None:
        self.there = {name: Node(name, name, cpus) for name in names}
        self.has = {name: dict(HERE) for name in names}
        self.goes: dict[str, int] = {}
        self.fails: dict[str, Exception] = {}
        self.then: dict[int, Any] = {}
        """Number of trials that have ended → what happens to the cluster then."""
        self.begun: Counter[str] = Counter()
        self.ended = 0
        self.ran: list[tuple[str, int, str]] = []
        self.actors: list[Actor] = []
        self.files: dict[str, bytes] = {}
        self.codes: dict[str, str] = {}
        self.rounds: dict[str, str] = {}

    def nodes(self) -> list[Node]:
        return list(self.there.values())

    def ask(self, node: Node, distributions: Sequence[str]) -> Any:
        return "ask", node.name, object()

    def per_gpu(self, node: Node, tiers: Sequence[str], memory: int) -> Any:
        return "gpu", node.name, object()

    def seat(self, node: Node, share: Share, options: Options, number: int, luggage: Luggage) -> Any:
        self.actors.append(Actor(node, number))
        return self.actors[-1]

    def call(self, seat: Actor, method: str, *arguments: Any) -> Any:
        if method == "submit":
            seat.cell = arguments[0]
            seat.left.extend(arguments[0].trials)
        return method, seat, object()

    def come(self, asked: Sequence[Any], seconds: float) -> list[Any]:
        return list(asked)

    def answer(self, asked: Any) -> Any:
        what, who, _ = asked
        if what == "ask":
            return self.has[who]
        if what == "gpu":
            return 3
        if who.node.name not in self.there or who.killed:
            raise Lost("the actor died")
        if what == "ready":
            name = who.node.name
            return self.rounds.get(name, ROUNDING), self.has[name][facts.CODE]
        return self._batch(who)

    def kill(self, seat: Actor) -> None:
        seat.killed = True

    def _batch(self, who: Actor) -> NodeEvents:
        name = who.node.name
        if name in self.fails:
            return NodeEvents((NodeEvent(self.fails[name]),))
        one = who.left.popleft()
        self.begun[name] += 1
        if self.begun[name] > self.goes.get(name, 10**6):
            who.left.appendleft(one)
            if name in self.there:
                del self.there[name]
            return NodeEvents((NodeEvent(Started(one, who.number)),))  # it has begun, and is not heard of again
        self.ran.append((name, who.number, one.id))
        self.ended += 1
        if self.ended in self.then:
            self.then.pop(self.ended)(self)
        ending = replace(stub_worker.ending(who.number), fingerprints=self.codes)
        return NodeEvents(
            (NodeEvent(Started(one, who.number)), NodeEvent(Finished(one, who.number, ending), self.files)), b"said\n"
        )


def options(folder: Path, workers: int = 4, **changes: Any) -> Options:
    results = folder / "results"
    for name in ("logs", "weights", "predictions"):
        (results / name).mkdir(parents=True, exist_ok=True)
    given = Options(
        PluginSearch(local=False), "cpu", workers, 0, str(results / "logs"), str(results / "weights"),
        str(results / "predictions"), Extras(), identity(results.stat()), spread=Spread("ray"),
    )  # fmt: skip
    return replace(given, **changes)


def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the driver look at its nodes all the time, and wait for none to rest; each has what this machine has."""
    monkeypatch.setattr(members, "facts", lambda names: HERE)
    monkeypatch.setattr(executor, "LOOK_SECONDS", 0.0)
    for name in ("REST_SECONDS", "GONE_SECONDS"):
        monkeypatch.setattr(members, name, 0.0)


def carried_out(nodes: SimulatedCluster, folder: Path, *cells: Cell, **changes: Any) -> tuple[list[Any], RayExecutor]:
    """Run cells and return all events, each trial ended once and only once."""
    one = RayExecutor(options(folder, **changes), Registry(), nodes)
    for each in cells:
        one.submit(each)
    found = list(one.events())
    one.close()
    ends = Counter(event.trial.id for event in found if isinstance(event, Finished))
    assert ends == Counter(trial.id for each in cells for trial in each.trials)
    assert all(actor.killed for actor in nodes.actors)
    return found, one


def noticed(found: Sequence[Any]) -> list[str]:
    return [event.text for event in found if isinstance(event, Noticed)]


def cells_of(count: int, size: int) -> list[Cell]:
    return [cell(*(trial(seed, momentum=number) for seed in range(size))) for number in range(count)]

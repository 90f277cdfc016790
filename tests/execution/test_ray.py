"""Workers on a cluster, without one: what is compared and refused, what travels, what runs again when a node has gone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from benchsuite.engine.numerics import numerics
from benchsuite.errors import BenchsuiteError, CannotWrite
from benchsuite.execution import Cell, Finished, Noticed, Options, Placed, Spread, Started
from benchsuite.execution.ray import agreement, cluster, executor, facts, seat
from benchsuite.execution.ray import nodes as members
from benchsuite.execution.ray.agreement import differences, refusal
from benchsuite.execution.ray.cluster import Lost, Node, Share, connected
from benchsuite.execution.ray.executor import RayExecutor
from benchsuite.execution.ray.luggage import Luggage, packed
from benchsuite.execution.ray.room import spread_over
from benchsuite.execution.ray.seat import NodeEvent, NodeEvents, NodeSeat
from benchsuite.extras import Extras
from benchsuite.folder import identity
from benchsuite.outcomes import Outcome
from benchsuite.registry import Plugin, PluginSearch, Registry, load_registry
from benchsuite.trial import Trial
from tests.execution import stub_worker
from tests.execution.test_local import cell, trial

HERE = {facts.PYTHON: "3.11", "benchsuite": "0.1.0", "keras": "3.15.1", "tensorflow": "2.21.0", facts.CODE: "aa11"}


# What is compared


def test_the_same_is_no_difference() -> None:
    assert differences(HERE, dict(HERE)) == []
    assert facts.facts(["numpy", "no-such-distribution"]) == facts.facts(["numpy", "no-such-distribution"])


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"keras": "3.14.0"}, ["keras 3.14.0 (here 3.15.1)"]),
        ({"tensorflow": ""}, ["no tensorflow (here 2.21.0)"]),
        ({facts.PYTHON: "3.12"}, ["Python 3.12 (here 3.11)"]),
        ({facts.CODE: "bb22"}, ["the code of benchsuite is another (bb22, here aa11)"]),
        # Another version has another code: said once.
        ({"benchsuite": "0.0.9", facts.CODE: "bb22"}, ["benchsuite 0.0.9 (here 0.1.0)"]),
    ],
)
def test_a_difference_is_named_with_both_sides(other: dict[str, str], said: list[str]) -> None:
    assert differences(HERE, {**HERE, **other}) == said


def test_a_refusal_is_one_line_that_names_the_node_and_what_to_do() -> None:
    line = str(refusal("birch", [f"package{number} 1 (here 2)" for number in range(6)]))
    assert line == (
        "the node birch would give other numbers: it has package0 1 (here 2), package1 1 (here 2), package2 1 (here 2), "
        "package3 1 (here 2) and 2 more. Install the same there, or start the cluster without that node. Nothing was run."
    )


def test_the_code_of_benchsuite_counts_whatever_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a node sees it that has a checkout of its own: facts are found without importing anything of it."""
    for package in facts.OURS:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); exec(open({facts.__file__!r}).read()); print(facts(['numpy'])[CODE])"

    def found() -> str:
        done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    first = found()
    assert len(first) == 16
    (tmp_path / "benchsuite_tasks" / "one.py").write_text("x = 1\n", encoding="utf-8")
    second = found()
    (tmp_path / "benchsuite_tasks" / "one.py").write_text("x = 2\n", encoding="utf-8")
    assert len({first, second, found()}) == 3


def test_what_computes_and_what_ships_data_is_compared(bundled: Registry) -> None:
    assert {"benchsuite", "tensorflow", "keras", "numpy", "scipy", "scikit-learn", "mnist1d"} <= {
        *agreement.compared(bundled)
    }


def test_without_ray_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr(cluster, "_joined", {})
    with pytest.raises(BenchsuiteError, match=r"^--executor ray needs Ray.*pip install 'benchsuite\[ray\]'\.$"):
        connected("ray")


def test_an_address_at_which_nobody_listens_is_refused_at_once() -> None:
    with socket.socket() as taken:  # bound, and not listening
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(
            BenchsuiteError, match=rf"^there is no Ray cluster at {address}: Connection refused\. Start one with"
        ):
            cluster._refuse_silence(address)
    with pytest.raises(BenchsuiteError, match=r"there is no Ray cluster at 127\.0\.0\.1:99999999"):
        cluster._refuse_silence("127.0.0.1:99999999")
    for other in ("", "auto", "ray://127.0.0.1:10001"):  # Ray's own words
        cluster._refuse_silence(other)


def test_parts_of_a_gpu_make_a_whole() -> None:
    node = Node("1", "alder", 16, 2)
    assert [Share(1, 1 / k).fit(node) for k in (1, 2, 3, 7)] == [2, 4, 6, 14]
    assert Share(1, 1 / 20).fit(node) == 16  # each has a core, too
    assert Share().fit(node) == 16
    assert Share(1, 1).fit(Node("2", "birch", 16)) == 0


def test_nodes_of_one_name_are_told_apart() -> None:
    class Ray:
        class cloudpickle:
            register_pickle_by_value = staticmethod(lambda module: None)

        def remote(self, what: Any) -> Any:
            return what

        def nodes(self) -> list[dict[str, Any]]:
            both = {
                "Alive": True,
                "NodeManagerHostname": "box",
                "NodeManagerAddress": "10.0.0.1",
                "Resources": {"CPU": 2.0},
            }
            return [
                {**both, "NodeID": "aaaaaaaa", "NodeName": "10.0.0.1"},
                {**both, "NodeID": "bbbbbbbb", "NodeName": "10.0.0.1"},
                {**both, "NodeID": "cccccccc", "NodeName": "ced\x1bar", "Resources": {}},
                {**both, "NodeID": "dddddddd", "NodeName": "gone", "Alive": False},
            ]

    found = cluster.RayCluster(Ray()).nodes()
    assert [(node.name, node.cpus) for node in found] == [("box-aaaaaa", 2.0), ("box-bbbbbb", 2.0), ("ced?ar", 0.0)]


# What travels


PLUGIN = """
import benchsuite as bs

def make(learning_rate):
    import keras
    from {helper} import MOMENTUM
    return keras.optimizers.SGD(learning_rate, momentum=MOMENTUM)

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="{name}", make=make, space={{"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)}},
                         summary="One.", reference="none")]
"""


def test_a_users_files_are_the_same_plugins_on_a_node(tmp_path: Path) -> None:
    working, beside = tmp_path / "mine", tmp_path / "beside"
    (working / "plugins").mkdir(parents=True)
    beside.mkdir()
    (working / "plugins" / "first.py").write_text(PLUGIN.format(name="first", helper="_shared"), encoding="utf-8")
    (working / "plugins" / "_shared.py").write_text("MOMENTUM = 0.8\n", encoding="utf-8")
    (working / "plugins" / "table.csv").write_text("0.1\n", encoding="utf-8")
    (beside / "second.py").write_text(PLUGIN.format(name="second", helper="its_part"), encoding="utf-8")
    (beside / "its_part.py").write_text("MOMENTUM = 0.7\n", encoding="utf-8")
    (beside / "secret.txt").write_text("not asked for\n", encoding="utf-8")
    (working / "unasked.py").write_text("x = 1\n", encoding="utf-8")
    here = PluginSearch(("../beside/second.py",), str(working))
    known = load_registry(here)
    expected = {name: known.fingerprint("optimizer", name) for name in ("first", "second")}
    luggage = packed(here, known)
    assert sorted(Path(name).name for name in luggage.files) == [
        "_shared.py", "first.py", "its_part.py", "second.py", "table.csv",
    ]  # fmt: skip
    node = tmp_path / "node"
    node.mkdir()
    there = luggage.unpack(node)
    for path in (*working.rglob("*"), *beside.rglob("*")):  # a node has none of these
        if path.is_file():
            path.unlink()
    origins = {plugin.origin for plugin in known.plugins if plugin.origin != "bundled"}
    assert origins == {"./plugins/first.py", "--plugin ../beside/second.py"}
    found = load_registry(there, only=origins)
    assert {plugin.origin for plugin in found.plugins if plugin.origin != "bundled"} == origins
    assert {name: found.fingerprint("optimizer", name) for name in expected} == expected


def test_more_than_travels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "data.bin").write_bytes(bytes(2**20))
    monkeypatch.setattr("benchsuite.execution.ray.luggage.LARGEST", 2**20)
    (tmp_path / "plugins" / "first.py").write_text("x = 1", encoding="utf-8")
    known = Registry(plugins=[Plugin("first", "./plugins/first.py", root=tmp_path / "plugins")])
    with pytest.raises(BenchsuiteError, match=r"do not travel to nodes: .* more than 1 MiB"):
        packed(PluginSearch((), str(tmp_path)), known)


def test_a_module_of_no_distribution_is_refused() -> None:
    registry = Registry(
        plugins=[Plugin("mine", "--plugin mine"), Plugin("theirs", "--plugin theirs", distribution=("t", "1"))]
    )
    assert packed(PluginSearch(("theirs",), local=False), registry).files == {}
    with pytest.raises(
        BenchsuiteError, match=r"--plugin mine is a module of no installed distribution, and does not travel"
    ):
        packed(PluginSearch(("mine",), local=False), registry)


# On a node


def options(folder: Path, workers: int = 4, **changes: Any) -> Options:
    results = folder / "results"
    for name in ("logs", "weights", "predictions"):
        (results / name).mkdir(parents=True, exist_ok=True)
    given = Options(
        PluginSearch(local=False), "cpu", workers, 0, str(results / "logs"), str(results / "weights"),
        str(results / "predictions"), Extras(), identity(results.stat()), spread=Spread("ray"),
    )  # fmt: skip
    return replace(given, **changes)


NOTHING = Luggage({}, PluginSearch(local=False))


def test_a_seat_keeps_a_worker_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.execution.process.BOOT", stub_worker.BOOT)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(seat, "leave_out", lambda places: None)  # the stub is found where this test is
    one = NodeSeat(options(tmp_path, 1), 7, NOTHING)
    try:
        (folder,) = tmp_path.glob(f"{seat.FOLDER}*")
        weights = folder / "results" / "weights"
        stub_worker.write_plan(weights, trials={"1": ["print of a crash"]})
        first, second = trial(0), trial(1)
        kept = weights / first.id[:2] / f"{first.id}.npz"
        kept.parent.mkdir()
        kept.write_bytes(b"as if the worker had written it")
        one.submit(cell(first, second), {"ab" * 8: b"stored before"})
        assert (weights / "ab" / f"{'ab' * 8}.npz").read_bytes() == b"stored before"
        told: list[NodeEvent] = []
        printed, until = b"", time.monotonic() + 60
        while sum(isinstance(each.event, Finished) for each in told) < 2 and time.monotonic() < until:
            batch = one.events(1.0)
            told += batch.told
            printed += batch.printed
        printed += one.events(0.3).printed
        kinds = [type(each.event) for each in told]
        assert kinds == [Started, Finished, Started, Finished]
        ends = [each for each in told if isinstance(each.event, Finished)]
        assert [end.event.worker for end in ends] == [7, 7]  # type: ignore[union-attr]
        assert ends[0].files == {f"weights/{first.id[:2]}/{first.id}.npz": b"as if the worker had written it"}
        assert not kept.exists()
        assert ends[1].event.ending.outcome is Outcome.CRASHED  # type: ignore[union-attr]
        assert b"of a crash" in printed
        seat.sweep(tmp_path)
        assert folder.exists()  # its actor lives
    finally:
        one.end()
    assert not list(tmp_path.glob(f"{seat.FOLDER}*"))


def test_the_folder_of_a_killed_actor_goes_with_the_next_one(tmp_path: Path) -> None:
    left = tmp_path / f"{seat.FOLDER}1"
    (left / "results").mkdir(parents=True)
    (left / "lock").touch()
    (tmp_path / f"{seat.FOLDER}2").mkdir()  # being made: it has no lock yet
    seat.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{seat.FOLDER}2"]


def test_what_was_printed_is_read_piece_by_piece_over_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "worker-0.log"
    printed = seat._Printed(path)
    assert printed.more() == b""
    path.write_bytes(b"one")
    assert printed.more() == b"one"
    path.write_bytes(b"one two")
    path.rename(tmp_path / "worker-0.log.1")
    path.write_bytes(b"3")
    assert printed.more() == b" two3"
    assert printed.more() == b""


# On the driver


ROUNDING = numerics("cpu").fingerprint


@dataclass(eq=False)
class Actor:
    """A worker on a node that ends one trial each time it is asked for events."""

    node: Node
    number: int
    cell: Cell | None = None
    left: deque[Trial] = field(default_factory=deque)
    killed: bool = False


class Nodes:
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


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "facts", lambda names: HERE)
    monkeypatch.setattr(executor, "LOOK_SECONDS", 0.0)
    for name in ("REST_SECONDS", "GONE_SECONDS"):
        monkeypatch.setattr(members, name, 0.0)


def carried_out(nodes: Nodes, folder: Path, *cells: Cell, **changes: Any) -> tuple[list[Any], RayExecutor]:
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


def test_a_cell_stays_whole_on_one_worker_of_one_node(tmp_path: Path) -> None:
    nodes = Nodes("alder", "birch", "cedar")
    cells = cells_of(6, 4)
    found, _ = carried_out(nodes, tmp_path, *cells)
    for each in cells:
        ids = {trial.id for trial in each.trials}
        assert len({(name, number) for name, number, id in nodes.ran if id in ids}) == 1
    assert {name for name, _, _ in nodes.ran} == {"alder", "birch", "cedar"}
    assert {event.node for event in found if isinstance(event, Placed)} == {"alder", "birch", "cedar"}
    assert noticed(found) == []
    log = tmp_path / "results" / "logs"
    assert sorted(path.name for path in log.iterdir()) == ["worker-0.log", "worker-1.log", "worker-2.log"]
    assert sum(path.read_bytes().count(b"said\n") for path in log.iterdir()) == 24


def test_of_a_dead_nodes_cell_only_what_had_not_ended_runs_again(tmp_path: Path) -> None:
    nodes = Nodes("alder", "birch")
    nodes.goes = {"birch": 2}
    found, _ = carried_out(nodes, tmp_path, *cells_of(2, 5))
    by = Counter(name for name, _, _ in nodes.ran)
    assert by == {"alder": 8, "birch": 2}  # 10 in all: what birch had ended was not done a second time
    assert noticed(found) == ["the node birch has gone: 3 trials to run again"]
    placed = [(event.worker, event.node) for event in found if isinstance(event, Placed)]
    assert {(1, "birch"), (1, "")} <= {*placed}


def test_a_node_that_is_added_gets_workers(tmp_path: Path) -> None:
    nodes = Nodes("alder")

    def come(cluster: Nodes) -> None:
        cluster.there["dogwood"] = Node("dogwood", "dogwood", 2)
        cluster.has["dogwood"] = dict(HERE)

    nodes.then = {3: come}
    found, _ = carried_out(nodes, tmp_path, *cells_of(8, 2))
    assert noticed(found) == ["the node dogwood was added"]
    assert len({number for name, number, _ in nodes.ran if name == "dogwood"}) == 2  # it has two processors


def test_with_a_number_of_workers_no_node_gets_more(tmp_path: Path) -> None:
    nodes = Nodes("alder", "birch", cpus=8)
    carried_out(nodes, tmp_path, *cells_of(9, 1), workers=3, spread=Spread("ray", 3))
    assert len(nodes.actors) == 3
    assert {actor.node.name for actor in nodes.actors} == {"alder", "birch"}


def test_a_node_that_differs_is_refused_before_anything_runs(tmp_path: Path) -> None:
    nodes = Nodes("alder", "birch")
    nodes.has["birch"]["keras"] = "3.14.0"
    with pytest.raises(BenchsuiteError, match=r"^the node birch would give other numbers: it has keras 3\.14\.0"):
        RayExecutor(options(tmp_path), Registry(), nodes)
    assert nodes.actors == []


def test_one_that_differs_and_comes_later_gets_no_workers(tmp_path: Path) -> None:
    nodes = Nodes("alder")

    def come(cluster: Nodes) -> None:
        cluster.there["dogwood"] = Node("dogwood", "dogwood", 2)
        cluster.has["dogwood"] = {**HERE, "numpy": "1", "keras": "3.14.0"}

    nodes.then = {1: come}
    found, _ = carried_out(nodes, tmp_path, *cells_of(4, 1))
    assert noticed(found) == ["the node dogwood gets no workers: it has keras 3.14.0 (here 3.15.1)"]
    assert {actor.node.name for actor in nodes.actors} == {"alder"}


def test_of_a_node_that_rounds_differently_that_is_said_once(tmp_path: Path) -> None:
    nodes = Nodes("alder", "birch", cpus=3)
    nodes.rounds = {"birch": "another"}
    found, _ = carried_out(nodes, tmp_path, *cells_of(9, 1))
    (said,) = noticed(found)
    assert said.startswith("the node birch rounds differently")


def test_a_worker_that_waits_for_a_processor_keeps_no_other_from_being_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "PENDING_SECONDS", 0.0)

    class Busy(Nodes):
        """One of its nodes is used by others all the time."""

        def come(self, asked: Sequence[Any], seconds: float) -> list[Any]:
            return [one for one in asked if one[0] != "ready" or one[1].node.name != "alder"]

    nodes = Busy("alder", "birch", cpus=2)
    carried_out(nodes, tmp_path, *cells_of(2, 3))
    assert len({number for name, number, _ in nodes.ran if name == "birch"}) == 2


def test_what_came_back_together_is_known_before_it_is_asked_for(tmp_path: Path) -> None:
    one = RayExecutor(options(tmp_path), Registry(), Nodes("alder", "birch"))
    for each in cells_of(2, 1):
        one.submit(each)
    known = []
    for event in one.events():
        if isinstance(event, Finished):
            known.append(one.more())
    one.close()
    assert known == [True, False]  # both nodes had ended theirs


def test_code_that_is_changed_on_a_node_meanwhile_is_found_with_the_next_worker(tmp_path: Path) -> None:
    nodes = Nodes("alder", "birch", cpus=2)
    one = RayExecutor(options(tmp_path), Registry(), nodes)
    nodes.has["birch"] = {**HERE, facts.CODE: "bb22"}
    for each in cells_of(6, 1):
        one.submit(each)
    found = list(one.events())
    one.close()
    assert {name for name, _, _ in nodes.ran} == {"alder"}
    assert (
        "the node birch gets no workers: the code of benchsuite was changed there since this command began"
        in noticed(found)
    )


def test_no_node_with_a_processor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchsuiteError, match=r"^no node of the cluster declares a processor"):
        RayExecutor(options(tmp_path), Registry(), Nodes("alder", cpus=0))
    with pytest.raises(BenchsuiteError, match=r"^no node of the cluster declares a GPU"):
        RayExecutor(options(tmp_path, device="gpu"), Registry(), Nodes("alder"))


def test_a_trial_that_takes_every_node_with_it_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "KILLS_BELIEVED", 3)
    bad, good = trial(0, momentum=0), trial(1, momentum=0)

    class Fragile(Nodes):
        def _batch(self, who: Actor) -> NodeEvents:
            if who.left[0].id == bad.id:
                who.killed = True  # the actor alone: its node stays
                return NodeEvents((NodeEvent(Started(bad, who.number)),))
            return super()._batch(who)

    found, _ = carried_out(Fragile("alder"), tmp_path, cell(bad, good))
    ends = {event.trial.id: event.ending for event in found if isinstance(event, Finished)}
    assert ends[bad.id].outcome is Outcome.CRASHED
    assert ends[bad.id].reason == "the worker's actor or its node went 3 times in a row: the actor died"
    assert ends[good.id].outcome is Outcome.COMPLETED


def test_a_node_on_which_workers_cannot_work_is_done_without(tmp_path: Path) -> None:
    nodes = Nodes("alder", "birch")
    nodes.fails = {"birch": BenchsuiteError("a worker cannot start: No space left on device.")}
    found, _ = carried_out(nodes, tmp_path, *cells_of(4, 2))
    assert {name for name, _, _ in nodes.ran} == {"alder"}
    assert noticed(found)[0] == "the node birch gets no workers: a worker cannot start: No space left on device."


def test_where_it_is_the_only_one_the_study_ends(tmp_path: Path) -> None:
    nodes = Nodes("alder")
    nodes.fails = {"alder": BenchsuiteError("a worker cannot start: No space left on device.")}
    with pytest.raises(BenchsuiteError, match=r"^on the node alder: a worker cannot start: No space left on device\.$"):
        carried_out(nodes, tmp_path, *cells_of(1, 2))


def test_a_node_that_keeps_no_worker_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "LOSSES_BELIEVED", 3)

    class Unready(Nodes):
        def answer(self, asked: Any) -> Any:
            if asked[0] == "ready" and asked[1].node.name == "birch":
                raise Lost("no room for its files")
            return super().answer(asked)

    found, _ = carried_out(Unready("alder", "birch"), tmp_path, *cells_of(20, 1))
    assert (
        "the node birch gets no workers: 3 workers in a row went there, the last one: no room for its files"
        in noticed(found)
    )


def test_where_no_node_is_left_the_study_ends_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "NODES_SECONDS", 0.2)
    nodes = Nodes("alder")
    nodes.goes = {"alder": 1}
    one = RayExecutor(options(tmp_path), Registry(), nodes)
    one.submit(cell(trial(0), trial(1)))
    found: list[Any] = []
    with pytest.raises(BenchsuiteError, match=r"^no node of the cluster is left .* Every record is whole\."):
        found.extend(one.events())
    one.close()
    assert [event.trial.seed for event in found if isinstance(event, Finished)] == [0]


def test_what_is_kept_beside_a_record_is_written_here_and_never_over_what_is_there(tmp_path: Path) -> None:
    nodes = Nodes("alder")
    nodes.files = {"weights/ab/abcd.npz": b"new", "predictions/ab/abcd.npz": b"new"}
    where = options(tmp_path)
    before = Path(where.predictions, "ab", "abcd.npz")
    before.parent.mkdir()
    before.write_bytes(b"before")
    carried_out(nodes, tmp_path, *cells_of(1, 1))
    assert Path(where.weights, "ab", "abcd.npz").read_bytes() == b"new"
    assert before.read_bytes() == b"before"


def test_a_file_that_cannot_be_written_here_ends_the_study_and_leaves_no_half(tmp_path: Path) -> None:
    nodes = Nodes("alder")
    nodes.files = {"weights/ab/abcd.npz": b"new", "predictions/ab/abcd.npz": b"new"}
    where = options(tmp_path)
    Path(where.predictions, "ab").symlink_to(tmp_path)
    with pytest.raises(CannotWrite, match="symbolic link"):
        carried_out(nodes, tmp_path, *cells_of(1, 1))
    assert not list(Path(where.weights).rglob("*.npz"))


def test_a_trial_of_other_code_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = Nodes("alder")
    nodes.codes = {"task:toy": "there", "optimizer:sgd": "same"}
    monkeypatch.setattr(executor, "fingerprints", lambda trial, registry: {"task:toy": "here", "optimizer:sgd": "same"})
    with pytest.raises(
        BenchsuiteError, match=r"^the node alder ran other code than is here, of task:toy\. Its trial was not kept"
    ):
        carried_out(nodes, tmp_path, *cells_of(1, 1))


def test_stored_weights_go_where_a_hyperparameter_names_their_trial(tmp_path: Path) -> None:
    one = RayExecutor(options(tmp_path), Registry(), Nodes("alder"))
    stored, path = "0123456789abcdef", tmp_path / "results" / "weights" / "01"
    path.mkdir()
    (path / f"{stored}.npz").write_bytes(b"weights")
    plain = trial(0)
    (kind, (setting,)) = plain.recipe.settings[0]
    named = replace(plain, recipe=type(plain.recipe)(((kind, (replace(setting, values=(("weights", stored),)),)),)))
    assert one._weights_for(cell(plain, named)) == {stored: b"weights"}


def test_a_cluster_says_how_many_workers_there_will_be(bundled: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = Nodes("alder", "birch", cpus=4)
    monkeypatch.setattr("benchsuite.execution.ray.room.connected", lambda where: nodes)
    monkeypatch.setattr("benchsuite.execution.ray.room.facts", lambda names: HERE)
    assert spread_over(Spread("ray"), "cpu", {"quick"}, 0, bundled) == (8, Spread("ray"))
    assert spread_over(Spread("ray", 3), "cpu", {"quick"}, 0, bundled) == (3, Spread("ray", 3))
    nodes.there = {name: replace(node, gpus=1) for name, node in nodes.there.items()}
    assert spread_over(Spread("ray"), "gpu", {"quick"}, 0, bundled) == (6, Spread("ray", None, 3))
    with pytest.raises(BenchsuiteError, match=r"^--device gpu:1 names a GPU of one machine"):
        spread_over(Spread("ray"), "gpu:1", {"quick"}, 0, bundled)


@pytest.mark.skipif(
    not os.environ.get("BENCHSUITE_RAY"), reason="starts a Ray cluster: with BENCHSUITE_RAY=1, 1 minute"
)
def test_a_real_cluster_runs_a_cell(tmp_path: Path, bundled: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray")
    ray_cluster = pytest.importorskip("ray.cluster_utils")
    monkeypatch.setattr(members, "facts", facts.facts)
    monkeypatch.setattr(cluster, "_joined", {})
    from benchsuite.selection import baseline

    task = bundled.task("noisy_quadratic")
    one = Trial(task.name, task.version, baseline(task, bundled), 0, 1, task.batch_size)
    started = ray_cluster.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "node_name": "alder"})
    try:
        found = RayExecutor(options(tmp_path), bundled, connected(f"ray:{started.address}"))
        found.submit(Cell((one,), 1.0, 120.0))
        ends = [event for event in found.events() if isinstance(event, Finished)]
        found.close()
    finally:
        ray.shutdown()  # before its node goes: Ray refuses to remove the node of a driver
        started.shutdown()
    assert [end.ending.outcome for end in ends] == [Outcome.COMPLETED]

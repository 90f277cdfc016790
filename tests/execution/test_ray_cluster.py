"""What is asked of Ray itself: the cluster that is joined, its nodes, and how many workers they have room for."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchsuite.cli.run import run
from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Cell, Finished, Spread
from benchsuite.execution.ray import cluster
from benchsuite.execution.ray.cluster import Lost, Node, Share, connected
from benchsuite.execution.ray.executor import RayExecutor
from benchsuite.execution.ray.facts import CODE
from benchsuite.execution.ray.room import spread_over
from benchsuite.outcomes import Outcome
from benchsuite.registry import Plugin, PluginSearch, Registry
from benchsuite.study import Execution, Invocation, Study
from benchsuite.trial import Trial
from tests.cluster.ray_nodes import cluster_of
from tests.execution.simulated_cluster import (
    HERE,
    SimulatedCluster,
    options,
)

NOWHERE = PluginSearch(local=False)


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
            cluster._refuse_address(address)
    with pytest.raises(BenchsuiteError, match=r"there is no Ray cluster at 127\.0\.0\.1:99999999"):
        cluster._refuse_address("127.0.0.1:99999999")
    for other in ("", "auto"):  # Ray's own words
        cluster._refuse_address(other)


@pytest.mark.parametrize("of_environment", [False, True])
def test_an_address_of_ray_client_is_refused_before_ray_says_anything(
    of_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", ModuleType("ray"))  # it has no init
    monkeypatch.setattr(cluster, "_joined", {})
    client = "ray://127.0.0.1:10001"
    monkeypatch.setenv("RAY_ADDRESS", client if of_environment else "")
    with pytest.raises(
        BenchsuiteError, match=rf"^--executor ray needs .* HOST:PORT\. Received: '{client}'\. .* Ray Client"
    ):
        connected("ray" if of_environment else f"ray:{client}")


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


def test_a_cluster_says_how_many_workers_there_will_be(bundled: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = SimulatedCluster("alder", "birch", cpus=4)
    monkeypatch.setattr("benchsuite.execution.ray.room.connected", lambda where: nodes)
    monkeypatch.setattr("benchsuite.execution.ray.room.facts", lambda names: HERE)
    assert spread_over(Spread("ray"), "cpu", {"quick"}, 0, bundled, NOWHERE) == (8, Spread("ray"))
    assert spread_over(Spread("ray", 3), "cpu", {"quick"}, 0, bundled, NOWHERE) == (3, Spread("ray", 3))
    nodes.there = {name: replace(node, gpus=1) for name, node in nodes.there.items()}
    assert spread_over(Spread("ray"), "gpu", {"quick"}, 0, bundled, NOWHERE) == (6, Spread("ray", None, 3))
    with pytest.raises(BenchsuiteError, match=r"^--device gpu:1 names a GPU of one machine"):
        spread_over(Spread("ray"), "gpu:1", {"quick"}, 0, bundled, NOWHERE)


def test_a_run_that_is_refused_for_its_nodes_leaves_no_results_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = SimulatedCluster("alder", "birch")
    nodes.has["birch"][CODE] = "bb22"
    monkeypatch.setattr("benchsuite.execution.ray.room.connected", lambda where: nodes)
    monkeypatch.setattr("benchsuite.execution.ray.room.facts", lambda names: HERE)
    monkeypatch.chdir(tmp_path)
    study = Study(task=("noisy_quadratic",), components={"optimizer": ("sgd",)}, seeds="1")
    with pytest.raises(
        BenchsuiteError, match=r"it has other code of benchsuite \(bb22, here aa11\)\. .* Nothing was run\.$"
    ):
        run(study, Execution(executor="ray"), Invocation(no_local=True))
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_travel_are_refused_as_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.execution.ray.room.connected", lambda where: SimulatedCluster("alder"))
    known = Registry(plugins=[Plugin("mine", "--plugin mine")])
    with pytest.raises(BenchsuiteError, match=r"^--plugin mine is a module of no installed distribution"):
        spread_over(Spread("ray"), "cpu", {"quick"}, 0, known, PluginSearch(("mine",), local=False))


def test_a_node_that_goes_while_it_is_asked_for_its_gpus_is_not_counted(
    bundled: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Going(SimulatedCluster):
        def answer(self, asked: Any) -> Any:
            if asked[:2] == ("gpu", "birch"):
                raise Lost("the node died")
            return super().answer(asked)

    nodes = Going("alder", "birch", cpus=4)
    nodes.there = {name: replace(node, gpus=1) for name, node in nodes.there.items()}
    monkeypatch.setattr("benchsuite.execution.ray.room.connected", lambda where: nodes)
    monkeypatch.setattr("benchsuite.execution.ray.room.facts", lambda names: HERE)
    assert spread_over(Spread("ray"), "gpu", {"quick"}, 0, bundled, NOWHERE)[1] == Spread("ray", None, 3)


def test_what_a_node_refuses_is_one_line_here() -> None:
    class Refused(Exception):
        cause = BenchsuiteError("no GPU has so much memory.")

    class Ray:
        class cloudpickle:
            register_pickle_by_value = staticmethod(lambda module: None)

        class exceptions:
            RayTaskError, RayError = Refused, Refused

        def remote(self, what: Any) -> Any:
            return what

        def get(self, asked: Any) -> Any:
            raise Refused("pages of where it was raised")

    with pytest.raises(BenchsuiteError, match=r"^no GPU has so much memory\.$"):
        cluster.RayCluster(Ray()).answer(None)


@pytest.mark.skipif(
    not os.environ.get("BENCHSUITE_RAY"), reason="starts a Ray cluster: with BENCHSUITE_RAY=1, 1 minute"
)
def test_a_real_cluster_runs_a_cell(tmp_path: Path, bundled: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setattr(cluster, "_joined", {})
    from benchsuite.selection import baseline

    task = bundled.task("noisy_quadratic")
    one = Trial(task.name, task.version, baseline(task, bundled), 0, 1, task.batch_size)
    started, _ = cluster_of("alder")
    import ray

    try:
        found = RayExecutor(options(tmp_path), bundled, connected(f"ray:{started.address}"))
        found.submit(Cell((one,), 1.0, 120.0))
        ends = [event for event in found.events() if isinstance(event, Finished)]
        found.close()
    finally:
        ray.shutdown()  # before its node goes: Ray refuses to remove the node of a driver
        started.shutdown()
    assert [end.ending.outcome for end in ends] == [Outcome.COMPLETED]

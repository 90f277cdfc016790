"""Nodes that come, go, differ and fail while a study runs, without any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Finished
from benchsuite.execution.ray import facts
from benchsuite.execution.ray import nodes as members
from benchsuite.execution.ray.cluster import Lost, Node
from benchsuite.execution.ray.executor import RayExecutor
from benchsuite.registry import Registry
from tests.execution.simulated_cluster import (
    HERE,
    SimulatedCluster,
    at_once,
    carried_out,
    cells_of,
    noticed,
    options,
)
from tests.execution.test_local import cell, trial


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


def test_a_node_that_is_added_gets_workers(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder")

    def come(cluster: SimulatedCluster) -> None:
        cluster.there["dogwood"] = Node("dogwood", "dogwood", 2)
        cluster.has["dogwood"] = dict(HERE)

    nodes.then = {3: come}
    found, _ = carried_out(nodes, tmp_path, *cells_of(8, 2))
    assert noticed(found) == ["the node dogwood was added"]
    assert len({number for name, number, _ in nodes.ran if name == "dogwood"}) == 2  # it has two processors


def test_a_node_that_differs_is_refused_before_anything_runs(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder", "birch")
    nodes.has["birch"]["keras"] = "3.14.0"
    with pytest.raises(BenchsuiteError, match=r"^the node birch would give other numbers: it has keras 3\.14\.0"):
        RayExecutor(options(tmp_path), Registry(), nodes)
    assert nodes.actors == []


def test_one_that_differs_and_comes_later_gets_no_workers(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder")

    def come(cluster: SimulatedCluster) -> None:
        cluster.there["dogwood"] = Node("dogwood", "dogwood", 2)
        cluster.has["dogwood"] = {**HERE, "numpy": "1", "keras": "3.14.0"}

    nodes.then = {1: come}
    found, _ = carried_out(nodes, tmp_path, *cells_of(4, 1))
    assert noticed(found) == ["the node dogwood gets no workers: it has keras 3.14.0 (here 3.15.1)"]
    assert {actor.node.name for actor in nodes.actors} == {"alder"}


def test_of_a_node_that_rounds_differently_that_is_said_once(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder", "birch", cpus=3)
    nodes.rounds = {"birch": "another"}
    found, _ = carried_out(nodes, tmp_path, *cells_of(9, 1))
    (said,) = noticed(found)
    assert said.startswith("the node birch rounds differently")


def test_code_that_is_changed_on_a_node_meanwhile_is_found_with_the_next_worker(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder", "birch", cpus=2)
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
        RayExecutor(options(tmp_path), Registry(), SimulatedCluster("alder", cpus=0))
    with pytest.raises(BenchsuiteError, match=r"^no node of the cluster declares a GPU"):
        RayExecutor(options(tmp_path, device="gpu"), Registry(), SimulatedCluster("alder"))


def test_a_node_on_which_workers_cannot_work_is_done_without(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder", "birch")
    nodes.fails = {"birch": BenchsuiteError("a worker cannot start: No space left on device.")}
    found, _ = carried_out(nodes, tmp_path, *cells_of(4, 2))
    assert {name for name, _, _ in nodes.ran} == {"alder"}
    assert noticed(found) == [
        "the node birch gets no workers: a worker cannot start: No space left on device.",
        "1 worker on the node birch went: 2 trials to run again",  # the node itself is there
    ]


def test_where_it_is_the_only_one_the_study_ends(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder")
    nodes.fails = {"alder": BenchsuiteError("a worker cannot start: No space left on device.")}
    with pytest.raises(BenchsuiteError, match=r"^on the node alder: a worker cannot start: No space left on device\.$"):
        carried_out(nodes, tmp_path, *cells_of(1, 2))


def test_a_node_that_keeps_no_worker_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "LOSSES_BELIEVED", 3)

    class Unready(SimulatedCluster):
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
    nodes = SimulatedCluster("alder")
    nodes.goes = {"alder": 1}
    one = RayExecutor(options(tmp_path), Registry(), nodes)
    one.submit(cell(trial(0), trial(1)))
    found: list[Any] = []
    with pytest.raises(BenchsuiteError, match=r"^no node of the cluster is left .* Every record is whole\."):
        found.extend(one.events())
    one.close()
    assert [event.trial.seed for event in found if isinstance(event, Finished)] == [0]

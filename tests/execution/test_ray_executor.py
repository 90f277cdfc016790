"""Cells on the workers of a cluster, without one: what runs where, what runs again, what is kept here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchsuite.errors import BenchsuiteError, CannotWrite
from benchsuite.execution import Finished, Noticed, Placed, Spread, Started
from benchsuite.execution.ray import executor
from benchsuite.execution.ray.executor import RayExecutor
from benchsuite.execution.ray.luggage import Luggage
from benchsuite.execution.ray.seat import NodeEvent, NodeEvents
from benchsuite.outcomes import Outcome
from benchsuite.registry import PluginSearch, Registry
from tests.execution.simulated_cluster import (
    Actor,
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


def test_a_cell_stays_whole_on_one_worker_of_one_node(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder", "birch", "cedar")
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


def test_what_does_not_travel_is_said_once_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays = Luggage({}, PluginSearch(local=False), stays=("n.txt does not travel",))
    monkeypatch.setattr(executor, "packed", lambda search, registry: stays)
    one = RayExecutor(options(tmp_path), Registry(), SimulatedCluster("alder"))
    assert list(one.events()) == []  # nothing to run, nothing to read it
    found: list[Any] = []
    for each in cells_of(2, 1):
        one.submit(each)
        found += one.events()
    one.close()
    assert found[0] == Noticed("n.txt does not travel")
    assert noticed(found) == ["n.txt does not travel"]


def test_of_a_dead_nodes_cell_only_what_had_not_ended_runs_again(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder", "birch")
    nodes.goes = {"birch": 2}
    found, _ = carried_out(nodes, tmp_path, *cells_of(2, 5))
    by = Counter(name for name, _, _ in nodes.ran)
    assert by == {"alder": 8, "birch": 2}  # 10 in all: what birch had ended was not done a second time
    assert noticed(found) == ["the node birch has gone: 3 trials to run again"]
    placed = [(event.worker, event.node) for event in found if isinstance(event, Placed)]
    assert {(1, "birch"), (1, "")} <= {*placed}


def test_with_a_number_of_workers_no_node_gets_more(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder", "birch", cpus=8)
    carried_out(nodes, tmp_path, *cells_of(9, 1), workers=3, spread=Spread("ray", 3))
    assert len(nodes.actors) == 3
    assert {actor.node.name for actor in nodes.actors} == {"alder", "birch"}


def test_a_worker_that_waits_for_a_processor_keeps_no_other_from_being_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "PENDING_SECONDS", 0.0)

    class Busy(SimulatedCluster):
        """One of its nodes is used by others all the time."""

        def come(self, asked: Sequence[Any], seconds: float) -> list[Any]:
            return [one for one in asked if one[0] != "ready" or one[1].node.name != "alder"]

    nodes = Busy("alder", "birch", cpus=2)
    carried_out(nodes, tmp_path, *cells_of(2, 3))
    assert len({number for name, number, _ in nodes.ran if name == "birch"}) == 2


def test_what_came_back_together_is_known_before_it_is_asked_for(tmp_path: Path) -> None:
    one = RayExecutor(options(tmp_path), Registry(), SimulatedCluster("alder", "birch"))
    for each in cells_of(2, 1):
        one.submit(each)
    known = []
    for event in one.events():
        if isinstance(event, Finished):
            known.append(one.more())
    one.close()
    assert known == [True, False]  # both nodes had ended theirs


def test_a_trial_that_takes_every_node_with_it_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "KILLS_BELIEVED", 3)
    bad, good = trial(0, momentum=0), trial(1, momentum=0)

    class Fragile(SimulatedCluster):
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


def test_what_is_kept_beside_a_record_is_written_here_and_never_over_what_is_there(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder")
    nodes.files = {"weights/ab/abcd.npz": b"new", "predictions/ab/abcd.npz": b"new"}
    where = options(tmp_path)
    before = Path(where.predictions, "ab", "abcd.npz")
    before.parent.mkdir()
    before.write_bytes(b"before")
    carried_out(nodes, tmp_path, *cells_of(1, 1))
    assert Path(where.weights, "ab", "abcd.npz").read_bytes() == b"new"
    assert before.read_bytes() == b"before"


def test_a_file_that_cannot_be_written_here_ends_the_study_and_leaves_no_half(tmp_path: Path) -> None:
    nodes = SimulatedCluster("alder")
    nodes.files = {"weights/ab/abcd.npz": b"new", "predictions/ab/abcd.npz": b"new"}
    where = options(tmp_path)
    Path(where.predictions, "ab").symlink_to(tmp_path)
    with pytest.raises(CannotWrite, match="symbolic link"):
        carried_out(nodes, tmp_path, *cells_of(1, 1))
    assert not list(Path(where.weights).rglob("*.npz"))


def test_a_trial_of_other_code_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = SimulatedCluster("alder")
    nodes.codes = {"task:toy": "there", "optimizer:sgd": "same"}
    monkeypatch.setattr(executor, "fingerprints", lambda trial, registry: {"task:toy": "here", "optimizer:sgd": "same"})
    with pytest.raises(
        BenchsuiteError, match=r"^the node alder ran other code than is here, of task:toy\. Its trial was not kept"
    ):
        carried_out(nodes, tmp_path, *cells_of(1, 1))


def test_stored_weights_go_where_a_hyperparameter_names_their_trial(tmp_path: Path) -> None:
    one = RayExecutor(options(tmp_path), Registry(), SimulatedCluster("alder"))
    stored, path = "0123456789abcdef", tmp_path / "results" / "weights" / "01"
    path.mkdir()
    (path / f"{stored}.npz").write_bytes(b"weights")
    plain = trial(0)
    (kind, (setting,)) = plain.recipe.settings[0]
    named = replace(plain, recipe=type(plain.recipe)(((kind, (replace(setting, values=(("weights", stored),)),)),)))
    assert one._weights_for(cell(plain, named)) == {stored: b"weights"}

"""What is on a node for each worker: its process, its folder, what it printed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from benchsuite.execution import Finished, Started
from benchsuite.execution.ray import seat
from benchsuite.execution.ray.luggage import Luggage
from benchsuite.execution.ray.seat import NodeEvent, NodeSeat
from benchsuite.outcomes import Outcome
from benchsuite.registry import PluginSearch
from tests.execution import stub_worker
from tests.execution.simulated_cluster import (
    options,
)
from tests.execution.test_local import cell, trial

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


def test_a_worker_begins_in_the_folder_that_travelled_with_the_variables_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "'MY_M', 'ITS', 'BENCHSUITE_CACHE'"
    boot = f"import os; print(open('plugins/m.txt').read(), *map(os.environ.get, ({names})), flush=True)"
    monkeypatch.setattr("benchsuite.execution.process.BOOT", boot)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(seat, "leave_out", lambda places: None)
    monkeypatch.setenv("MY_M", "the node's")
    monkeypatch.setenv("ITS", "the node's")
    monkeypatch.setenv("BENCHSUITE_CACHE", "kept")
    before = Path.cwd()
    travels = Luggage({"mine/plugins/m.txt": b"0.8"}, PluginSearch((), "mine"), {"MY_M": "0.5", "ITS": None})
    one = NodeSeat(options(tmp_path, 1), 0, travels)
    try:
        one.submit(cell(trial(0)), {})
        printed, until = b"", time.monotonic() + 60
        while b"\n" not in printed and time.monotonic() < until:
            printed += one.events(0.2).printed
    finally:
        one.end()
    assert printed.decode().splitlines()[0] == f"0.8 0.5 None {before / 'kept'}"
    assert Path.cwd() == before


def test_the_folder_of_a_killed_actor_goes_with_the_next_one(tmp_path: Path) -> None:
    left = tmp_path / f"{seat.FOLDER}1"
    (left / "results").mkdir(parents=True)
    (left / "lock").touch()
    (tmp_path / f"{seat.FOLDER}2").mkdir()  # being made: it has no lock yet
    seat.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{seat.FOLDER}2"]


def test_the_folder_of_an_actor_that_begins_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    hold = seat.fcntl.flock

    def between(file: int, how: int) -> None:
        """Another actor begins, and sweeps, just before the lock is held."""
        monkeypatch.setattr(seat.fcntl, "flock", hold)
        seat.sweep(tmp_path)
        hold(file, how)

    monkeypatch.setattr(seat.fcntl, "flock", between)
    folder, lock = seat._folder_of_this()
    assert folder.is_dir()
    os.close(lock)
    seat.sweep(tmp_path)
    assert not folder.exists()


def test_what_was_printed_is_read_piece_by_piece_over_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "worker-0.log"
    printed = seat._Printed(path)
    assert printed.more() == b""
    path.write_bytes(b"one")
    assert printed.more() == b"one"
    path.write_bytes(b"one two")
    path.rename(tmp_path / "worker-0.log.1")
    path.write_bytes(b"3, and more than was read of the first")
    assert printed.more() == b" two3, and more than was read of the first"
    path.rename(tmp_path / "worker-0.log.1")
    assert printed.more() == b""
    path.write_bytes(b"4")
    assert printed.more() == b"4"
    printed.close()

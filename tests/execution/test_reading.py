"""Records of many trials are read by several processes: what is found, and in which order, is as if one had read them."""

from __future__ import annotations

import copy
import pickle
import time
from pathlib import Path

import pytest

from benchsuite.damage import Damage
from benchsuite.execution import reading
from benchsuite.record import Record
from benchsuite.record_files import RecordFiles
from benchsuite.record_json import record_from_json, record_to_json
from tests.factories import make_study

READY = 120.0
"""Seconds in which a process begins, on a machine with much else to do."""


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return make_study(seeds=1, tasks=2)


@pytest.fixture
def folder(tmp_path: Path, records: list[Record]) -> tuple[Path, list[str]]:
    """Records, one that is damaged, one with the name of another, one that is a link, and one that is missing."""
    trials = tmp_path / "trials"
    for record in records:
        path = trials / record.id[:2] / f"{record.id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(record_to_json(record))
    ids = [record.id for record in records]
    places = [trials / one[:2] / f"{one}.json" for one in ids]
    places[7].write_bytes(places[7].read_bytes()[:-3])
    places[8].write_bytes(places[9].read_bytes())
    places[10].unlink()
    places[10].symlink_to(places[9])
    places[11].unlink()
    return trials, ids


def slowed(monkeypatch: pytest.MonkeyPatch, kill: bool = False) -> list[int]:
    """Let this process read its second piece only when another has read one, or was killed; return which pieces came."""
    came: list[int] = []
    read = reading._Reading._read

    def waiting(self: reading._Reading, ids: list[str]) -> list[reading.Found]:
        end = time.monotonic() + READY
        while self._helpers and not came and time.monotonic() < end:
            if kill:
                for helper in self._helpers:
                    helper._process.end()
            self._listen()
            time.sleep(0.01)
        return read(self, ids)

    receive = reading.Child.receive

    def heard(self: reading.Child, seconds: float) -> object:
        said = receive(self, seconds)
        if said is not None:
            came.append(said[0])
        return said

    monkeypatch.setattr(reading.Child, "receive", heard)
    monkeypatch.setattr(reading._Reading, "_read", waiting)
    monkeypatch.setattr(reading, "PIECE", 3)
    return came


@pytest.mark.parametrize("kill", [False, True])
def test_what_another_process_read_is_what_this_one_reads(
    folder: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch, kill: bool
) -> None:
    trials, ids = folder
    alone = [RecordFiles(trials).load(one) for one in ids]
    assert [isinstance(one, Damage) for one in alone[7:11]] == [True, True, False, True]
    assert alone[11] is None
    came = slowed(monkeypatch, kill)
    assert list(reading.read_beside(trials, ids, helpers=1, many=3)) == alone
    assert bool(came) is not kill


def test_all_that_lies_there_is_read_in_order_and_what_is_none_is_named(
    folder: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the store reads alone; what is held is not read again, as long as its file is there."""
    trials, ids = folder
    damaged: list[Damage] = []
    expected = list(RecordFiles(trials).records(damaged))
    assert len(damaged) == 3
    came = slowed(monkeypatch)
    real = reading.read_beside
    monkeypatch.setattr(reading, "read_beside", lambda *of: real(*of, helpers=1, many=3))
    found: list[Damage] = []
    assert list(reading.all_beside(trials, found)) == expected
    assert sorted(map(str, found)) == sorted(map(str, damaged))
    assert came
    held = {one.id: one for one in expected[::2]} | {ids[11]: expected[0]}  # this one has gone
    for one in expected[::2]:
        (trials / one.id[:2] / f"{one.id}.json").write_bytes(b"{")
    assert list(reading.all_beside(trials, [], held)) == expected


def test_a_record_stays_what_it_is_when_it_is_sent_or_copied(records: list[Record]) -> None:
    for record in records[:3]:
        for same in (
            pickle.loads(pickle.dumps(record)),
            copy.deepcopy(record),
            record_from_json(record_to_json(record)),
        ):
            assert same == record
            assert record_to_json(same) == record_to_json(record)
            assert not any(row.flags.writeable for row in same.curves.values())

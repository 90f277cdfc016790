"""The records of a study while it runs: all can be asked for, few are held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution import run_source, study_records
from benchsuite.execution.study_records import StudyRecords
from benchsuite.record import Record
from benchsuite.record_files import RecordFiles
from benchsuite.record_json import record_from_json
from benchsuite.registry import Registry
from benchsuite.sources import Planned
from benchsuite.store import Store
from tests.execution.test_run import RATES, Watching, options, trials
from tests.execution.test_together import Rounds, ended
from tests.factories import make_json, of_nobody


def fresh(seed: int) -> Record:
    return record_from_json(json.dumps(of_nobody(make_json(seed=seed))).encode())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


def test_each_is_there_and_only_the_last_that_were_written_are_held(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_records, "HELD", 2)
    records, made = StudyRecords(store), [fresh(seed) for seed in range(6)]
    records.found(store.write(made[0]))
    for one in made[1:]:
        records.written(store.write(one))
    assert list(records) == [one.id for one in made]
    assert dict(records) == dict(records.items()) == {one.id: one for one in made}
    assert list(records.values()) == made
    assert (len(records), made[5].id in records, fresh(6).id in records) == (6, True, False)
    for one in made:
        store.path(one.id).unlink()
    for one in (made[0], *made[4:]):
        assert records[one.id] == one
    lost = r"^something deleted files from .* 6 of the 6 records .* are lost\."
    for one in made[1:4]:
        with pytest.raises(BenchsuiteError, match=lost):
            records[one.id]
    with pytest.raises(BenchsuiteError, match=lost):
        list(records.values())


def test_one_that_is_no_record_any_more_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_records, "HELD", 0)
    records, one = StudyRecords(store), fresh(0)
    records.written(store.write(one))
    store.path(one.id).write_text("{", encoding="utf-8")
    with pytest.raises(BenchsuiteError, match=one.id):
        records[one.id]
    with pytest.raises(BenchsuiteError, match=one.id):
        list(records.values())
    with pytest.raises(KeyError):
        records["0" * 32]


def test_a_plan_costs_no_reading_of_what_it_would_not_hear(
    bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a summary, until somebody asks for a record."""
    monkeypatch.setattr(study_records, "HELD", 2)
    some = trials(bundled, RATES)
    store, read = Store(tmp_path / "results"), []
    load = RecordFiles.load
    executor = Rounds([ended(some)])
    monkeypatch.setattr(RecordFiles, "load", lambda self, trial_id: read.append(trial_id) or load(self, trial_id))
    began: list[int] = []
    summary = run_source(
        Planned(some), bundled, store, executor, options(tmp_path), Watching(), begin=lambda: began.append(len(read))
    )
    assert len(read) == began[0]  # whether they have records was looked up
    assert len(summary.records) == len(some)
    assert list(summary.records) == [trial.id for trial in some]
    assert len(read) == began[0]
    assert [record.id for record in summary.records.values()] == [trial.id for trial in some]
    assert len(read) == began[0] + len(some) - 2


def test_whoever_learns_is_told_all_the_same(bundled: Registry, tmp_path: Path) -> None:
    class Learning(Planned):
        def tell(self, record: Record) -> None:
            told.append(record.id)

    told: list[str] = []
    some = trials(bundled, RATES)
    run_source(Learning(some), bundled, Store(tmp_path), Rounds([ended(some)]), options(tmp_path), Watching())
    assert told == [trial.id for trial in some]

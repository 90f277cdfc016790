"""The records of a study while it runs: all can be asked for, few are held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution import study_records
from benchsuite.execution.study_records import StudyRecords
from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.store import Store
from tests.factories import make_json, of_nobody


def fresh(seed: int) -> Record:
    return record_from_json(json.dumps(of_nobody(make_json(seed=seed))).encode())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


def test_each_is_there_and_only_the_first_that_were_written_are_held(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_records, "HELD", 2)
    records, made = StudyRecords(store), [fresh(seed) for seed in range(6)]
    records.found(store.write(made[0]))
    for one in made[1:]:
        records.written(store.write(one))
    assert list(records) == [one.id for one in made]
    assert dict(records) == records.all() == {one.id: one for one in made}
    assert list(records.all()) == list(records)
    assert (len(records), made[5].id in records, fresh(6).id in records) == (6, True, False)
    for one in made:
        store.path(one.id).unlink()
    for one in made[:3]:
        assert records[one.id] == one
    lost = r"^something deleted files from .* 6 of the 6 records .* are lost\."
    for one in made[3:]:
        with pytest.raises(BenchsuiteError, match=lost):
            records[one.id]
    with pytest.raises(BenchsuiteError, match=lost):
        records.all()


def test_one_that_is_no_record_any_more_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_records, "HELD", 0)
    records, one = StudyRecords(store), fresh(0)
    records.written(store.write(one))
    store.path(one.id).write_text("{", encoding="utf-8")
    with pytest.raises(BenchsuiteError, match=one.id):
        records[one.id]
    with pytest.raises(BenchsuiteError, match=one.id):
        records.all()
    with pytest.raises(KeyError):
        records["0" * 32]

"""One decision: is a trial's record missing, stale, lacking or fresh?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchsuite.extra_files import ExtraFiles
from benchsuite.extras import NOTHING, Extras
from benchsuite.folder import Folder
from benchsuite.freshness import Freshness, Judge, without_data
from benchsuite.outcomes import Outcome
from benchsuite.provenance import fingerprints
from benchsuite.record import Failure, Record, Results
from benchsuite.registry import Registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from tests.factories import make_record

PROBED = {"spec": {}, "layers": ["a"], "epochs": [0], "measures": {"m": [[1.0]]}}
ZERO = Extras(probe="0")


def judged(
    record: Record | None, files: ExtraFiles, wanted: Extras = NOTHING, data: str | None = None, **now: str
) -> Freshness:
    """What the record is worth if the code is now what it says, but for ``now``, and the data are these, if that is known."""
    trial = make_record().trial
    source = {**make_record().fingerprints, **{name.replace("__", ":"): value for name, value in now.items()}}
    del source["data"]  # asked for apart
    asked: list[Trial] = []

    def fingerprints(of: Trial) -> Mapping[str, str]:
        asked.append(of)
        return source

    judge = Judge(fingerprints, files, wanted, lambda task: data)
    found = judge(trial, record)
    assert judge.other_data <= {trial.task}
    assert asked in ([], [trial])
    return found


def failed(step: int | None, **prints: str) -> Record:
    """A record of a trial that crashed after so many steps."""
    failure = Failure(step=step, traceback="")
    return replace(
        make_record(outcome="crashed"),
        results=Results(failure=failure),
        fingerprints={key: value for key, value in make_record().fingerprints.items() if key != "data"} | prints,
    )


@pytest.fixture
def files(tmp_path: Path) -> ExtraFiles:
    return ExtraFiles(Folder(tmp_path))


def test_without_a_record_it_is_missing(files: ExtraFiles) -> None:
    assert judged(None, files) is Freshness.MISSING


def test_with_the_same_code_it_is_fresh(files: ExtraFiles) -> None:
    assert judged(make_record(), files) is Freshness.FRESH
    assert judged(make_record(outcome="diverged"), files) is Freshness.FRESH  # a failure is a result


@pytest.mark.parametrize("key", [key for key in make_record().fingerprints if key != "data"])
def test_other_code_of_any_component_makes_it_stale(key: str, files: ExtraFiles) -> None:
    assert judged(make_record(), files, **{key.replace(":", "__"): "changed"}) is Freshness.STALE


def test_code_that_the_record_does_not_know_makes_it_stale(files: ExtraFiles) -> None:
    assert judged(make_record(), files, task__digits_mlp="known now") is Freshness.STALE


def test_code_that_is_not_known_now_makes_nothing_stale(files: ExtraFiles) -> None:
    """A component that is not registered now cannot be looked at; its records count."""
    assert Judge(lambda trial: {}, files)(make_record().trial, make_record()) is Freshness.FRESH


def test_other_data_make_it_stale(files: ExtraFiles) -> None:
    record = make_record()
    assert judged(record, files, data="other") is Freshness.STALE
    assert judged(record, files, data=record.fingerprints["data"]) is Freshness.FRESH


def test_data_that_are_not_known_make_nothing_stale(files: ExtraFiles) -> None:
    """Neither those of now, which cannot be read, nor those of a trial that ended before it could say them."""
    assert judged(make_record(), files, data=None) is Freshness.FRESH
    prints = {key: value for key, value in make_record().fingerprints.items() if key != "data"}
    assert judged(replace(make_record(), fingerprints=prints), files, data="other") is Freshness.FRESH


def test_data_are_asked_for_only_where_the_code_is_the_same(files: ExtraFiles) -> None:
    def data(task: str) -> str:
        raise AssertionError("reading data may take minutes")

    record = make_record()
    prints = {
        **{key: value for key, value in record.fingerprints.items() if key != "data"},
        "optimizer:adam": "changed",
    }
    judge = Judge(lambda trial: prints, files, data=data)
    assert judge(record.trial, record) is Freshness.STALE
    assert not judge.other_data


def test_without_an_extra_that_is_asked_for_it_is_lacking(files: ExtraFiles) -> None:
    record = make_record()
    assert judged(record, files, ZERO) is Freshness.LACKING
    assert judged(record, files, Extras(weights=True)) is Freshness.LACKING
    files.write_probes(record.id, PROBED)
    assert judged(record, files, ZERO) is Freshness.FRESH
    assert judged(record, files, Extras(weights=True, probe="0")) is Freshness.LACKING


# A trial that ended before it had its data says nothing of its recipe


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (failed(0), True),
        (failed(0, data="1"), False),  # it had them
        (failed(1), False),
        (failed(None), False),  # the worker died
        (replace(failed(0), outcome=Outcome.OUT_OF_MEMORY), False),
        (replace(failed(0), outcome=Outcome.UNSUPPORTED, results=Results()), False),
        (replace(failed(0), results=Results()), False),
        (make_record(), False),
    ],
)
def test_only_a_crash_before_the_first_step_is_without_data(record: Record, expected: bool, files: ExtraFiles) -> None:
    assert without_data(record) is expected
    assert (judged(record, files) is Freshness.MISSING) is expected


# What goes before what


def test_missing_goes_before_stale_before_lacking(files: ExtraFiles) -> None:
    assert judged(failed(0), files, ZERO, optimizer__adam="changed") is Freshness.MISSING
    assert judged(None, files, ZERO, optimizer__adam="changed") is Freshness.MISSING
    assert judged(make_record(), files, ZERO, optimizer__adam="changed") is Freshness.STALE
    assert judged(make_record(), files, ZERO) is Freshness.LACKING


def test_what_is_lacking_or_fresh_counts() -> None:
    assert [freshness.value for freshness in Freshness if freshness.counts] == ["lacking", "fresh"]
    assert [freshness.value for freshness in Freshness if not freshness.counts] == ["missing", "stale"]


# Fingerprints of a trial


def trial(registry: Registry, **changes: Any) -> Trial:
    task = registry.task("digits_mlp")
    return replace(Trial(task.name, task.version, baseline(task, registry), 0, task.epochs, task.batch_size), **changes)


def test_a_trial_uses_its_task_and_every_component(bundled: Registry) -> None:
    found = fingerprints(trial(bundled), bundled)
    recipe = trial(bundled).recipe
    assert set(found) == {"task:digits_mlp", *(f"{kind}:{recipe.one(kind).name}" for kind in recipe.kinds)}
    assert all(value == bundled.entry(*key.split(":")).fingerprint for key, value in found.items())


def test_what_is_not_registered_is_left_out(bundled: Registry) -> None:
    recipe = trial(bundled).recipe
    gone = replace(recipe.one("optimizer"), name="gone")
    found = fingerprints(trial(bundled, task="gone", recipe=recipe.replaced("optimizer", (gone,))), bundled)
    everything = fingerprints(trial(bundled), bundled)
    assert found == {key: value for key, value in everything.items() if not key.startswith(("task:", "optimizer:"))}

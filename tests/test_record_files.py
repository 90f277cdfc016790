"""Real files of every format there ever was are read, field by field, and nothing is rewritten on disk."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import Any

import pytest

from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.record_files import mark_of
from benchsuite.record_json import NotARecord, record_from_json, record_to_json
from benchsuite.store import Store
from benchsuite.trial import identity

FOLDER = Path(__file__).parent / "records"
OLD = sorted((FOLDER / "format_1").glob("*.json"))
NEW = sorted((FOLDER / "format_2").glob("*.json"))
EVERY = [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in (*OLD, *NEW)]
PACKAGES = ("python", "tensorflow", "keras", "numpy")


def told(path: Path) -> Any:
    """What the file says, read by another reader."""
    return json.loads(path.read_text(encoding="utf-8"))


def read(path: Path) -> Record:
    return record_from_json(path.read_bytes())


def test_the_files_are_there_and_tell_of_every_end_that_format_1_knew() -> None:
    assert len(OLD) == 13
    assert {told(path)["format"] for path in OLD} == {1}
    assert {told(path)["format"] for path in NEW} == {2}
    stopped = told(FOLDER / "format_2" / "pruned.json")
    assert (stopped["outcome"], stopped["spec"]["stop"], stopped["spec"]["knobs"]) == ("pruned", 2, {"width": 16})
    assert stopped["curves"]["epoch"] == [0, 1, 2]
    assert {told(path)["outcome"] for path in OLD} == {str(one) for one in Outcome} - {"pruned"}
    facts = {path.stem: told(path) for path in OLD}
    assert {one["environment"].get("xla") for one in facts.values()} == {True, False, None}
    assert "loss" not in facts["own_loss"]["spec"]["recipe"]
    assert facts["fold"]["spec"]["fold"] == {"number": 0, "of": 3}
    assert facts["stopped_early"]["results"]["final"]["epoch"] < facts["stopped_early"]["curves"]["epoch"][-1]
    assert "SIGSEGV" in facts["worker_killed"]["reason"]
    assert {one["results"]["measure"]["direction"] for one in facts.values()} == {"max", "min"}


@pytest.mark.parametrize("path", EVERY)
def test_no_file_names_a_folder_of_the_machine_that_wrote_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.<])/\w+/", text) == []


@pytest.mark.parametrize("path", EVERY)
def test_the_trial_is_the_one_that_the_file_says(path: Path) -> None:
    record, file = read(path), told(path)
    spec = file["spec"]
    assert record.id == record.trial.id == file["id"] == identity(spec)
    assert record.trial.spec == spec
    assert (record.trial.task, record.trial.task_version) == (spec["task"]["name"], spec["task"]["version"])
    assert (record.trial.seed, record.trial.epochs, record.trial.batch_size, record.trial.engine) == (
        spec["seed"], spec["epochs"], spec["batch_size"], spec["engine"],
    )  # fmt: skip
    assert (record.trial.precision, record.trial.device) == (spec["precision"], spec["device"])
    assert set(record.trial.recipe.kinds) == set(spec["recipe"])
    for kind, held in spec["recipe"].items():
        assert [setting.to_json() for setting in record.trial.recipe[kind]] == held


@pytest.mark.parametrize("path", EVERY)
def test_the_ending_is_the_one_that_the_file_says(path: Path) -> None:
    record, file = read(path), told(path)
    assert record.outcome is Outcome(file["outcome"])
    assert (record.reason, record.fingerprints) == (file["reason"], file["fingerprints"])
    assert set(record.curves) == set(file["curves"])
    for name, values in file["curves"].items():
        found = record.curves[name].tolist()
        assert len(found) == len(values) == record.curves.epochs
        assert all(math.isnan(a) if b is None else a == b for a, b in zip(found, values, strict=True))
    results = file["results"]
    assert (record.results.final, record.results.best) == (results.get("final"), results.get("best"))
    reached = {target: at and {"epoch": at.epoch, "step": at.step} for target, at in record.results.targets.items()}
    assert reached == results.get("targets", {})
    failure = record.results.failure
    assert (failure and {"step": failure.step, "traceback": failure.traceback}) == results.get("failure")
    costs = file["costs"]
    for name in type(record.costs).__dataclass_fields__:
        found = getattr(record.costs, name)
        assert (list(found) if isinstance(found, tuple) else found) == costs.pop(name, [] if "_at" in name else None)
    assert costs == {}


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_what_format_1_kept_elsewhere_is_found(path: Path) -> None:
    record, file = read(path), told(path)
    facts, environment = file["results"]["measure"], file["environment"]
    assert record.results.steps_per_epoch == facts.pop("steps_per_epoch")
    assert record.task.baseline.to_json() == facts.pop("baseline")
    assert {name: getattr(record.task, name) for name in facts} == facts
    assert set(facts) | {"baseline"} == set(type(record.task).__dataclass_fields__)
    assert record.made_by.benchsuite == environment.pop("benchsuite", "")
    assert (record.made_by.commit, record.made_by.plugins) == ("", {})
    assert record.environment.versions == {name: environment.pop(name) for name in PACKAGES if name in environment}
    assert {name: getattr(record.environment, name) for name in environment} == environment
    assert (record.environment.numerics, record.environment.processor_features) == ("", "")
    assert set(file["results"]) <= {"final", "best", "targets", "failure", "measure"}  # nothing is overlooked


@pytest.mark.parametrize("path", NEW, ids=lambda path: path.stem)
def test_what_format_2_says_is_found(path: Path) -> None:
    record, file = read(path), told(path)
    assert json.loads(json.dumps(record.to_json())) == file
    assert record_to_json(record) == path.read_bytes()
    assert record.task.baseline.to_json() == file["task"]["baseline"]
    assert record.made_by.benchsuite == file["made_by"]["benchsuite"] != ""
    assert record.made_by.commit == file["made_by"]["commit"] != ""
    assert record.environment.versions == file["environment"]["versions"]
    assert record.environment.numerics == file["environment"]["numerics"] != ""
    assert record.environment.processor_features == file["environment"]["processor_features"] != ""


@pytest.mark.parametrize("path", EVERY)
def test_a_record_written_anew_says_the_same(path: Path) -> None:
    record = read(path)
    assert record_from_json(record_to_json(record)) == record


@pytest.mark.parametrize("path", EVERY)
def test_reading_rewrites_nothing(path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    content = path.read_bytes()
    place = store.path(told(path)["id"])
    place.parent.mkdir()
    place.write_bytes(content)
    written = place.stat().st_mtime_ns
    assert store.read_all() == {record.id: record for record in store.records()} == {place.stem: read(path)}
    assert place.read_bytes() == content
    assert place.stat().st_mtime_ns == written
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == [place.name]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("results", "measure", "primary"), "results.measure.primary: Input should be a valid string"),
        (("results", "measure", "steps_per_epoch"), "results.measure.steps_per_epoch: Input should be a valid integer"),
        (("results", "measure"), "results.measure: Input should be a dictionary or an instance of TaskFacts"),
        (("environment", "keras"), "environment.keras: Input should be a valid string"),
        (("environment", "benchsuite"), "environment.benchsuite: Input should be a valid string"),
        (("environment", "worker"), "environment.worker: Input should be a valid integer"),
        (("environment",), "environment: Input should be a dictionary or an instance of Environment"),
        (("results",), "results: Input should be a dictionary or an instance of Results"),
        (("costs", "wall_seconds"), "costs.wall_seconds: Input should be a valid number"),
        (("curves", "epoch"), "curves: may hold numbers and null alone"),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_in_format_1_is_named_where_it_stands_there(change: tuple[str, ...], message: str) -> None:
    file = told(FOLDER / "format_1/completed.json")
    inner = file
    for key in change[:-1]:
        inner = inner[key]
    inner[change[-1]] = [[True]]
    with pytest.raises(NotARecord) as caught:
        record_from_json(json.dumps(file).encode())
    assert str(caught.value) == f"does not follow the format: {message}"


def test_what_is_set_aside_while_the_state_of_a_folder_is_read_stops_nobody(tmp_path: Path) -> None:
    """A shard at work moves stale records away between a look at the folder and one at the file."""
    path = tmp_path / "one.json"
    path.touch()
    with os.scandir(tmp_path) as found:
        (entry,) = found
    path.unlink()
    assert mark_of(entry) == "one.json gone"

"""``benchsuite export``: what was written, read back; an observer hears what a run would have told it."""

from __future__ import annotations

import csv
import importlib.util
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError
from benchsuite.export import replay
from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.registry import Registry
from benchsuite.searches import search_from_json
from benchsuite.store import Store
from benchsuite.study import Study
from tests.factories import make_record, remade
from tests.stored import bundle, searched

TASK = "noisy_quadratic"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, bundled: Registry) -> Path:
    """A results folder: one search, its records, and one that other code made."""
    folder = tmp_path_factory.mktemp("export") / "results"
    store = Store(folder)
    study = Study(task=(TASK,), components={"optimizer": ("sgd",)}, track="tuned", budget="3", seeds="2")
    searches, records = searched(study, lambda trial: 11.0 + trial.seed % 7, bundled)
    other = remade(make_record(), lambda data: data["spec"].__setitem__("engine", 3))
    for record in (*records, other):
        store.write(record)
    store.write_search(searches[0])
    return folder


@pytest.fixture(autouse=True)
def _plugins(monkeypatch: pytest.MonkeyPatch, bundled: Registry) -> None:
    monkeypatch.setattr("benchsuite.cli.export.registry", lambda *_: bundled)


def export(*arguments: object) -> str:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["export", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*arguments: object) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        CliRunner().invoke(app, ["export", *map(str, arguments)], catch_exceptions=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_tables_hold_what_a_notebook_has_of_an_archive(results: Path, tmp_path: Path) -> None:
    said = export("--to", "csv", "--results", results, "--output", tmp_path / "csv")
    assert "Exported 5 trials and 1 search as csv" in said
    assert "Left out: 1 record, stale or without data (--stale exports stale ones)" in said
    export("--to", "parquet", "--results", results, "--output", tmp_path / "parquet")
    archive = bs.read(results)
    for name, frame in (
        ("trials", archive.trials),
        ("curves", archive.curves),
        ("searches", archive.searches),
        ("tried", archive.tried),
    ):
        read = pd.read_parquet(tmp_path / "parquet" / f"{name}.parquet")
        assert read.astype(str).equals(frame.astype(str)), name
        with (tmp_path / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["task"] for row in rows] == list(frame["task"])
    with (tmp_path / "csv" / "curves.csv").open(encoding="utf-8", newline="") as file:
        values = [float(row["value"]) if row["value"] else math.nan for row in csv.DictReader(file)]
    assert values == pytest.approx(list(archive.curves["value"]), abs=0, nan_ok=True)  # every digit


def test_json_lines_are_records_and_searches(results: Path, tmp_path: Path) -> None:
    export("--to", "json", "--results", results, "--output", tmp_path / "a", "--stale")
    lines = (tmp_path / "a" / "records.jsonl").read_bytes().splitlines()
    assert [record_from_json(line) for line in lines] == list(Store(results, create=False).records())
    (line,) = (tmp_path / "a" / "searches.jsonl").read_bytes().splitlines()
    assert search_from_json(line) == next(Store(results, create=False).searches())
    export("--to", "json", "--results", results, "--output", tmp_path / "b", "--stale")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_bundle_is_exported_like_a_folder(results: Path, tmp_path: Path) -> None:
    held = Store(results, create=False)
    bundle(tmp_path / "theirs.zip", held.records(), held.searches())
    for name in (results, tmp_path / "theirs.zip"):
        export("--to", "json", "--results", name, "--output", tmp_path / name.stem, "--stale")
    for name in ("records.jsonl", "searches.jsonl"):
        assert (tmp_path / "results" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes()


def test_some_tasks_alone(results: Path, tmp_path: Path) -> None:
    export("--to", "json", "--results", results, "--output", tmp_path / "out", "--stale", "--task", "digits_*")
    (line,) = (tmp_path / "out" / "records.jsonl").read_text().splitlines()
    assert json.loads(line)["spec"]["task"]["name"] == "digits_mlp"
    assert not (tmp_path / "out" / "searches.jsonl").exists()
    text = refused("--to", "json", "--results", results, "--output", tmp_path / "no", "--task", "digit_mlp", "--stale")
    assert "unknown task among these records: 'digit_mlp'. Did you mean 'digits_mlp'?" in text
    assert not (tmp_path / "no").exists()


class Heard:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    @bs.hookimpl
    def trial_started(self, trial: Any) -> None:
        """Remember it."""
        self.told.append(("began", trial.id, trial.spec))

    @bs.hookimpl
    def epoch_finished(self, epoch: Any) -> None:
        """Remember it."""
        self.told.append((epoch.epoch, epoch.step, dict(epoch.values)))

    @bs.hookimpl
    def trial_finished(self, trial: Any) -> None:
        """Remember it."""
        self.told.append(("ended", trial.record))


def test_an_observer_hears_of_every_trial_what_a_run_would_have_told_it(tmp_path: Path) -> None:
    lost = remade(make_record(value=0.9), lambda data: data["curves"]["running_loss"].__setitem__(1, None))
    failed = make_record(outcome="crashed", seed=1)
    heard = Heard()
    replay([lost, failed], bs.Observer(name="heard", make=lambda folder: heard), tmp_path)
    curves = lost.curves
    epochs = [
        (int(curves["epoch"][place]), int(curves["step"][place]), _values(lost, place))
        for place in range(curves.epochs)
    ]
    began = [("began", record.id, record.trial.spec) for record in (lost, failed)]
    assert heard.told == [began[0], *epochs, ("ended", lost), began[1], ("ended", failed)]
    assert epochs[1][2]["running_loss"] is None


def _values(record: Record, place: int) -> dict[str, float | None]:
    rows = {name: float(row[place]) for name, row in record.curves.items() if name not in ("epoch", "step")}
    return {name: None if math.isnan(value) else value for name, value in rows.items()}


@pytest.mark.parametrize(
    ("name", "module"), [("tensorboard", "tensorboard"), ("mlflow", "mlflow"), ("wandb-offline", "wandb")]
)
def test_the_bundled_observers_export(results: Path, tmp_path: Path, name: str, module: str) -> None:
    """What they write is read back in tests/plugins/test_observers.py."""
    command = ("--to", name, "--results", results, "--output", tmp_path / "out", "--task", TASK)
    if importlib.util.find_spec(module) is None:
        assert f"pip install 'benchsuite[{module}]'" in refused(*command)
        assert not (tmp_path / "out").exists()
        return
    assert f"Exported 5 trials as {name}" in export(*command)
    assert any((tmp_path / "out" / module).iterdir())


def test_an_observer_that_raises_is_named(results: Path, tmp_path: Path) -> None:
    def make(folder: Path) -> Any:
        raise ValueError("no space")

    with pytest.raises(BenchsuiteError, match=r"observer 'mine' raised ValueError: no space"):
        replay([], bs.Observer(name="mine", make=make), tmp_path)
    with pytest.raises(BenchsuiteError, match=r"observer 'mine' sees nothing"):
        replay([], bs.Observer(name="mine", make=lambda folder: object()), tmp_path)


def test_what_cannot_be_exported_is_refused(results: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    output = ("--output", tmp_path / "out")
    named = refused("--to", "xml", *output).partition("Known: ")[2].rstrip(".").split(", ")
    assert {"csv", "parquet", "json", "wandb", "wandb-offline"} <= set(named)
    assert "unknown format 'tensorbord'. Did you mean 'tensorboard'?" in refused("--to", "tensorbord", *output)
    assert "--output must be a folder" in refused("--to", "csv", "--results", results, "--output", tmp_path / "file")
    assert f"there are no records in {tmp_path}" in refused("--to", "csv", "--results", tmp_path, *output)
    assert "cannot be read" in refused("--to", "csv", "--results", tmp_path / "gone.zip", *output)
    assert not (tmp_path / "out").exists()

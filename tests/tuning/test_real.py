"""Searches that train: what is in the test part chooses nothing, an edge is passed, and a run of the command line goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.engine.session import Session
from benchsuite.execution.run import task_facts
from benchsuite.record import MadeBy, Record
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.searches import Search
from benchsuite.store import Store
from benchsuite.study import Study
from tests.tuning.simulated import tracked

TASKS = """
import benchsuite as bs
import numpy as np


def data(poisoned):
    generator = np.random.default_rng(1)
    x = generator.normal(0, 0.35, (200, 8)).astype("float32")  # curvature 0.12: the best rate lies above 1
    y = (x @ generator.normal(0, 3, (8, 1)) + generator.normal(0, 0.1, (200, 1))).astype("float32")
    if poisoned:
        y[-40:] = generator.normal(0, 100, (40, 1))
    return bs.Arrays(x, y)


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name=name, data=lambda poisoned=poisoned: data(poisoned), split=bs.Published(validation=40, test=40),
            model=lambda blocks, inputs: blocks.output(1)(inputs), loss="mse", primary="loss", batch_size=20, epochs=3,
            xla=False, compares=["optimizer"],
        )
        for name, poisoned in (("clean", False), ("poisoned", True))
    ]
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    file = tmp_path_factory.mktemp("tasks") / "my_tasks.py"
    file.write_text(TASKS, encoding="utf-8")
    return load_registry(PluginSearch((str(file),)))


@pytest.fixture(scope="module")
def session(registry: Registry) -> Session:
    return Session(registry, registry.task)


def trained(study: Study, registry: Registry, session: Session) -> tuple[Search, list[Record]]:
    """Run the only search of a study, in this process."""
    (source,) = tracked(study, registry).sources()
    records: list[Record] = []
    waiting = list(source.propose())
    while waiting:
        trial = waiting.pop(0)
        facts = task_facts(registry.task(trial.task), registry)
        records.append(Record.of(trial, session.run(trial).ending, facts, MadeBy(benchsuite=""), {}))
        source.tell(records[-1])
        waiting += source.propose()
    assert source.search is not None
    return source.search, records


def test_a_poisoned_test_part_gives_the_same_selection(registry: Registry, session: Session) -> None:
    found = {}
    for task in ("clean", "poisoned"):
        chosen = {"optimizer": ("momentum",)}
        study = Study(task=(task,), components=chosen, track="tuned", tuner="tpe", tuning_folds=2, seeds="1")
        found[task] = trained(study, registry, session)
    (clean, of_clean), (poisoned, of_poisoned) = found.values()
    assert [(one.values, one.score) for one in clean.tried] == [(one.values, one.score) for one in poisoned.tried]
    assert clean.chosen
    assert clean.chosen == poisoned.chosen  # and not the default, which is 0
    assert (clean.edges, clean.widened) == (poisoned.edges, poisoned.widened)
    test = [record.curves["test_loss"][-1] for record in (of_clean[0], of_poisoned[0])]
    assert test[1] > 100 * test[0]
    # The refit trains on all that does not test: 160 examples, 8 steps an epoch; a fold on 80.
    assert [records[-1].results.steps_per_epoch for records in (of_clean, of_poisoned)] == [8, 8]
    assert of_clean[0].results.steps_per_epoch == 4


def test_an_optimum_beyond_the_range_is_found_by_training(registry: Registry, session: Session) -> None:
    rate = "optimizer.0.learning_rate"
    study = Study(task=("clean",), components={"optimizer": ("sgd",)}, track="tuned", budget="medium", seeds="1")
    search, _ = trained(study, registry, session)
    assert search.ranges[rate][1] == 0.316228
    assert search.setting[rate] > 0.4  # type: ignore[operator]
    assert search.widened[rate][1] > 3
    assert search.edges == {}


ARGUMENTS = "run --no-local --task noisy_quadratic --optimizer sgd,momentum --epochs 2 --seeds 1 --track tuned"


def command(folder: Path, *more: str) -> list[str]:
    return [*ARGUMENTS.split(), "--results", str(folder), *more]


def kept(folder: Path) -> dict[str, object]:
    """All searches as they are, and of records what must be the same."""
    store = Store(folder, create=False)
    searches = {path.name: path.read_bytes() for path in (folder / "searches").glob("*.json")}
    return {**searches, **{record.id: record.numbers() for record in store.records()}}


@pytest.mark.slow
def test_a_run_of_the_command_line_searches_and_says_so(tmp_path: Path) -> None:
    before = CliRunner().invoke(app, command(tmp_path, "--dry-run"))
    assert before.exit_code == 0, before.output
    said = " ".join(before.output.split())
    assert "tuned: 10 trainings by random for each row and task, then 1 evaluation seed" in said
    assert "2 searches: up to 22 trials" in said
    assert "0 of them have a record" in said
    assert not list(tmp_path.iterdir())
    done = CliRunner().invoke(app, command(tmp_path, "--workers", "1"))
    assert done.exit_code == 0, done.output
    assert "2 searches ended, with 20 tuning trials in all" in " ".join(done.output.split())
    searches = list(Store(tmp_path).searches())
    assert [search.spent for search in searches] == [10.0, 10.0]
    again = CliRunner().invoke(app, command(tmp_path))
    assert "nothing was computed again" in again.output
    after = CliRunner().invoke(app, command(tmp_path, "--dry-run"))
    assert "22 of them have a record" in " ".join(after.output.split())


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("BENCHSUITE_TUNING"), reason="a minute of processes; set BENCHSUITE_TUNING=1")
def test_one_two_and_four_workers_and_a_killed_run_give_the_same_records_and_searches(tmp_path: Path) -> None:
    def run(folder: str, *more: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "benchsuite", *command(tmp_path / folder, *more)]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)

    for workers in ("1", "2", "4"):
        done = run(workers, "--workers", workers)
        assert done.returncode == 0, done.stdout + done.stderr
    words = [sys.executable, "-m", "benchsuite", *command(tmp_path / "killed", "--workers", "2")]
    for records in (3, 14):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            if len(list((tmp_path / "killed" / "trials").glob("??/*.json"))) >= records:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(kept(tmp_path / "killed")) < 24
    assert run("killed", "--workers", "2").returncode == 0
    assert kept(tmp_path / "1") == kept(tmp_path / "2") == kept(tmp_path / "4") == kept(tmp_path / "killed")

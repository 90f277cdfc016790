"""``benchsuite certify --resolution``: real searches of a tiny task, resumable, kept in its certificate kind by kind."""

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from benchsuite.certificates import write
from benchsuite.cli import door
from benchsuite.cli.app import app
from benchsuite.conformance.certificate import describe_data
from benchsuite.registry import PluginSearch, load_registry

TINY = """
import benchsuite as bs


def data():
    import numpy as np

    x = np.random.default_rng(0).normal(size=(80, 4)).astype("float32")
    return bs.Arrays(x, (x[:, 0] * x[:, 1] > 0).astype("int32"))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="tiny_resolution", data=data, split=bs.HoldOut(0.5, 0.25, 0.25),
            model=lambda blocks, inputs: blocks.output(2)(blocks.dense(4)(inputs)), loss="cross_entropy",
            metrics=["accuracy"], primary="accuracy", targets=[0.5, 0.9], batch_size=10, epochs=2,
            baseline={"optimizer": "sgd[learning_rate=0.1]"}, compares=["schedule"],
        )
    ]
"""
NEEDED = {"network": {}, "loss": {}, "gradient": {}, "few": {}, "variants": {"1": {"checksum": "0"}}}
COMMAND = ["certify", "--resolution", "tiny_resolution", "--plugin", "tiny.py", "--no-local", "--workers", "1"]
"""Schedules share one program: one compilation is all that this costs."""


def called(*words):
    return CliRunner().invoke(app, [*COMMAND, *words])


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resolution")
    (folder / "tiny.py").write_text(TINY, encoding="utf-8")
    known = load_registry(PluginSearch(("tiny.py",), str(folder), local=False))
    task = known.task("tiny_resolution")
    write(task.name, known, {"version": 1, "data": describe_data(task), **NEEDED})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = called("--budget", "2", "--seeds", "5", "--write")
    return folder, done


@pytest.fixture
def folder(first, tmp_path, monkeypatch):
    """The folder as the first run left it, to be changed at will."""
    shutil.copytree(first[0], tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


def certificate(folder):
    return json.loads((folder / "certificates/tiny_resolution.json").read_text(encoding="utf-8"))


def test_the_searches_run_and_the_table_fits_the_terminal(first):
    _, done = first
    assert done.exit_code == 0, done.output
    assert "5 searches: up to 35 trials." in done.output
    lines = done.output.splitlines()
    start = lines.index("tiny_resolution: share of pairs told apart, by seeds")
    table = lines[start : next(place for place, line in enumerate(lines) if line.startswith("  written: "))]
    assert len(table) > 8
    assert all(len(line) <= 80 for line in table)
    assert lines[start + 1].split() == [
        "kind",
        "pairs",
        "3",
        "5",
        "variance",
        "floor",
        "once",
        "fail",
        "s",
        "/min",
    ]
    assert lines[start + 3].split()[:3] == ["schedule", "10", "0%"]
    assert [line.split() for line in table if "compare" in line] == [["same", "seeds,", "as", "compare", "0%", "0%"]]


def test_the_certificate_keeps_it_beside_the_other_blocks(first):
    kept = certificate(first[0])
    assert kept["variants"] == NEEDED["variants"]
    block = kept["resolution"]
    assert block["task_version"] == 1
    assert block["command"] == (
        "benchsuite certify --resolution --write tiny_resolution --kind schedule --budget 2 --seeds 5"
    )
    assert block["protocol"] == {
        "track": "tuned", "budget": 2, "tuner": "random", "tuning_seeds": 1, "seeds": 5, "confidence": 0.95,
    }  # fmt: skip
    assert list(block["kinds"]) == ["schedule"]
    held = block["kinds"]["schedule"]
    assert held["components"] == ["constant", "inverse_time", "step", "cosine", "one_cycle"]
    assert (held["pairs"], held["unsupported"], held["failed"]) == (10, [], 0.0)
    assert set(held["measures"]) == {"accuracy", "loss", "train_loss"}
    assert held["seconds"] > 0
    assert block["targets"]["measure"] == "accuracy"
    assert block["targets"]["kinds"] == ["schedule"]


def test_the_same_command_computes_nothing_again_and_writes_the_same_bytes(folder):
    path = folder / "certificates/tiny_resolution.json"
    before = path.read_bytes()
    done = called("--budget", "2", "--seeds", "5", "--write")
    assert done.exit_code == 0, done.output
    assert "nothing was computed again" in done.output
    assert path.read_bytes() == before


def test_without_write_the_certificate_stays_and_a_dry_run_says_what_there_is(folder):
    path = folder / "certificates/tiny_resolution.json"
    before = path.read_bytes()
    done = called("--budget", "2", "--seeds", "4", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "5 searches: up to 30 trials." in done.output
    assert "30 of them have a record already." in done.output
    assert called("--budget", "2", "--seeds", "4").exit_code == 0
    assert path.read_bytes() == before


def test_of_a_run_that_was_stopped_only_tasks_that_are_through_are_told(folder, monkeypatch):
    def stopped(source, *rest):
        raise typer.Exit(1)

    monkeypatch.setattr(door, "carried_out", stopped)
    done = called("--budget", "2", "--seeds", "5")
    assert done.exit_code == 1
    assert (
        "task 'tiny_resolution' was not measured: 5 of 5 searches did not end. The same command goes on." in done.output
    )

    def stopped_later(source, known, execution, options, store, console, display):
        for one in source.sources:  # all of it is there, so each goes on to its end
            while trials := one.propose():
                for trial in trials:
                    one.tell(store.read(trial.id))
        raise typer.Exit(1)

    monkeypatch.setattr(door, "carried_out", stopped_later)
    done = called("--budget", "2", "--seeds", "5")
    assert done.exit_code == 1
    assert "tiny_resolution: share of pairs told apart, by seeds" in done.output


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ["--seeds", "1"],
            "--seeds must be a number of seeds from 2 to 100, which are 0, 1, …. Received: 1. Write --seeds 10.",
        ),
        (
            ["--seeds", "0-9"],
            "--seeds must be a number of seeds from 2 to 100, which are 0, 1, …. Received: 0-9. Write --seeds 10.",
        ),
        (
            ["--kind", ","],
            "--kind must be kinds separated by commas, such as optimizer,initializer, or all. Received: ','. "
            "Leave it out for the kinds that each task compares.",
        ),
        (["--budget", "3", "--kind", "optimizer", "--write"], "within a certificate all kinds are measured alike."),
    ],
)
def test_what_cannot_be_measured_or_kept_is_refused_before_anything_runs(folder, words, text):
    before = sorted(path.name for path in folder.rglob("*"))
    done = called(*words)
    assert done.exit_code != 0
    assert text in f"{done.output} {done.exception}"
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_a_task_without_a_certificate_has_nowhere_to_keep_it(folder):
    (folder / "certificates/tiny_resolution.json").unlink()
    done = called("--write", "--budget", "2", "--seeds", "5")
    assert str(done.exception) == (
        "a certificate keeps the resolution of a task, and there is none of this version of tiny_resolution. Write it first: "
        "benchsuite certify --write tiny_resolution"
    )


@pytest.mark.parametrize(
    ("words", "flag"), [(["--budget", "5"], "--budget"), (["--seeds", "5"], "--seeds"), (["--dry-run"], "--dry-run")]
)
def test_options_of_a_resolution_mean_nothing_without_one(words, flag):
    done = CliRunner().invoke(app, ["certify", "digits_mlp", *words])
    assert str(done.exception) == (
        f"{flag} says how a resolution is measured. Received: {' '.join(words)} without --resolution. "
        "Add --resolution, or leave it out."
    )


def test_the_resolution_of_an_instance_is_that_of_its_task():
    done = CliRunner().invoke(app, ["certify", "--resolution", "noisy_quadratic~noise=0.2"])
    assert str(done.exception) == (
        "a task is certified with its variants, not one alone. Received: 'noisy_quadratic~noise=0.2'. "
        "Write benchsuite certify --resolution noisy_quadratic --write."
    )

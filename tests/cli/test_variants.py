"""Variants on the command line: certified, run, refused, found again; everything by the name of the instance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.conformance.certificate import describe_data
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import PluginSearch, load_registry

TASK = '''
"""Points on two sides of a plane."""

import numpy as np

import benchsuite as bs


def data():
    x = np.random.default_rng(0).normal(size=(300, 4)).astype("float32")
    return bs.Arrays(x, (x[:, 0] + x[:, 1] > 0).astype("int32"))


def model(blocks, inputs):
    return blocks.output(2)(blocks.dense(32)(inputs))


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name="sides", data=data, split=bs.HoldOut(0.6, 0.2, 0.2), model=model,
            loss="cross_entropy", metrics=["accuracy"], primary="accuracy", targets=[0.85], batch_size=10, epochs=25,
            baseline={"optimizer": "sgd[learning_rate=0.02]", "initializer": "he_normal"}, compares=["optimizer"], xla=False,
            variation=bs.Variation(inputs="rotate"), axes={"examples": bs.Axis([20, 180], default=180)},
            cost=bs.Cost(1.0, 0.01), summary="Two sides of a plane.",
        )
    ]
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a task."""
    path = tmp_path_factory.mktemp("variants")
    (path / "tasks").mkdir()
    (path / "tasks" / "sides.py").write_text(TASK)
    return path


@pytest.fixture(autouse=True)
def _there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def called(*arguments: str, code: int = 0) -> str:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def refused(*arguments: str) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def certificate(folder: Path) -> Path:
    return folder / "tasks" / "certificates" / "sides.json"


def test_variants_are_certified_once_the_task_is(folder: Path) -> None:
    assert refused("certify", "sides", "--variants", "2") == (
        "the variants of task 'sides' stand in its certificate, and there is none of version 1. "
        "Write it first: benchsuite certify --write sides"
    )
    task = load_registry(PluginSearch(folder=str(folder))).task("sides")
    measured = {"network": {}, "loss": {"start": 0.7}, "gradient": {}, "few": {}, "targets": {"epochs": [3]}}
    certificate(folder).parent.mkdir()
    certificate(folder).write_text(json.dumps({"version": 1, "data": describe_data(task), **measured}))
    before = json.loads(certificate(folder).read_text())
    said = called("certify", "sides", "--variants", "1", "--write")
    assert "✓ sides~1 is another instance" in said
    assert "✓ the loss at the start is like that of the published instance" in said
    assert "✓ the baseline learns as on the published instance" in said
    assert "hardest target" not in said
    assert "1 task with its variants certified." in said
    after = json.loads(certificate(folder).read_text())
    held = after.pop("variants")
    assert after == before
    assert list(held) == ["1"]
    assert held["1"]["parts"] == before["data"]["parts"] == [180, 60, 60]
    assert held["1"]["checksum"] != before["data"]["checksum"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("certify", "sides~1"),
            "a task is certified with its variants, not one alone. Received: 'sides~1'. "
            "Write benchsuite certify sides --variants 1 --write.",
        ),
        (("certify", "sides", "--variants", "0"), "--variants must be a whole number from 1 to 100. Received: 0."),
        (
            ("run", "--task", "sides", "--variant", "0"),
            "--variant must be variants from 1, at most 1,000 of them: numbers and ranges such as 3, 1-5 or 2,4. Received: '0'.",
        ),
        (("run", "--task", "sides~noise=1"), "unknown axis of task 'sides': 'noise'. Known: examples."),
        (("tune", "sides~1", "sgd", "--variant", "2"), "'sides~1' is a variant itself. Name it without --variant, or 'sides' with it."),
        (("info", "sides~01"), "an instance has one name. Received: 'sides~01'. Write sides~1."),
    ],
)  # fmt: skip
def test_what_is_no_instance_is_refused(arguments: tuple[str, ...], said: str) -> None:
    assert refused(*arguments) == said


def test_other_data_than_certified_are_refused_and_the_right_ones_run_and_are_found_again(folder: Path) -> None:
    if not certificate(folder).exists():  # another process may have had the test that writes it
        test_variants_are_certified_once_the_task_is(folder)
    text = certificate(folder).read_text()
    wrong = json.loads(text)
    right = wrong["variants"]["1"]["checksum"]
    wrong["variants"]["1"]["checksum"] = "0" * 16
    (folder / "study.toml").write_text('task = ["sides"]\nvariant = [1, 2]\nseeds = "1"\nepochs = 1\nworkers = 1\n')
    certificate(folder).write_text(json.dumps(wrong))
    said = called("run", "study.toml")
    assert (
        f"the data of task 'sides~1' are not those of its certificate: checksum {right}, certified 0000000000000000. If that is "
        "meant to be, raise its version, and benchsuite certify sides --variants 1 --write."
    ) in " ".join(said.split())
    certificate(folder).write_text(text)
    said = called("run", "study.toml", "--dry-run")
    assert "2 trials of 2 programs; 1 have a record already." in said
    named = [json.loads(path.read_text())["spec"]["task"] for path in folder.glob("results/trials/*/*.json")]
    assert sorted(one["name"] for one in named) == ["sides~1", "sides~2"]
    assert {one["version"] for one in named} == {1}
    pages = {path.name for path in (folder / "results/report/tasks").iterdir()}
    assert all("~" not in name for name in pages)
    assert "sides~1" in (folder / "results/report/index.html").read_text()


def test_info_says_which_instance_it_is() -> None:
    assert "of sides: variant 3, drawn from that number (another split, rotated inputs)" in " ".join(
        called("info", "sides~3").split()
    )
    assert "Two sides of a plane. (This is said of the published instance.)" in " ".join(
        called("info", "sides~3").split()
    )
    own = " ".join(called("info", "sides").split())
    assert "(This is said" not in own
    assert (
        "sides~1, sides~2, …: another split, rotated inputs. They are the same examples, parted or renamed anew: "
        in own
    )
    assert "The task itself draws them: new data" in " ".join(called("info", "teacher_mlp").split())
    assert "axes examples: 20, 180" in own
    assert "sides~" not in called("list", "task")


def test_a_task_whose_instance_raises_afterwards_takes_no_verb_down(folder: Path) -> None:
    if not (folder / "results").exists():  # likewise
        test_other_data_than_certified_are_refused_and_the_right_ones_run_and_are_found_again(folder)
    file = folder / "tasks" / "sides.py"
    broken = TASK.replace("variation=", "instance=lambda draw: 1 / 0, variation=")
    line = next(at for at, text in enumerate(broken.splitlines(), 1) if "1 / 0" in text)
    file.write_text(broken)
    try:
        assert "sides~2" in called("report", "--stale")
        assert "sides" in called("info", "sides")
        for words in (("info", "sides~1"), ("compare", "sgd", "adam", "--task", "sides~1")):
            said = refused(*words)
            assert f"raised ZeroDivisionError: division by zero, {file}:{line}. Mend it there" in said
    finally:
        file.write_text(TASK)

"""Tasks with every kind of broken data: one clear line for each, before training; and in a real run the good task goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchsuite.engine.session import Session
from benchsuite.outcomes import Outcome
from benchsuite.record import Ending
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial

# One file: the tasks of a file share a worker, and each other file would have one of its own. In the run there are few of
# them: after each trial that crashed, the next one has a worker of its own.
HEAD = '''
"""Tasks whose data are as their names say."""
import benchsuite as bs
import numpy as np

def model(blocks, x):
    if x.dtype == "int32":
        x = blocks.flatten()(blocks.embedding(8, 4)(x))
    return blocks.output(2)(blocks.dense(4)(x))

@bs.hookimpl
def register_tasks():
    return [make() for name, make in globals().items() if name.startswith("make_")]
'''
TASK = """
def make_{name}():
    def data():
        generator = np.random.default_rng(0)
        x = generator.normal(size=(100, 5)).astype("float32")
        y = (x[:, 0] > x[:, 1]).astype("int32")
        {change}
        return bs.Arrays(x, y)

    return bs.Task(name="{name}", data=data, split={split}, model=model, loss="cross_entropy", primary="loss",
                   targets=[0.6], batch_size=20, epochs=1, xla=False, tier="quick", compares=["optimizer"])
"""

SPLIT = "bs.HoldOut(60, 20, 20)"

# Name → what its data() does, its split, and what is said of it.
# ruff: noqa: E501
BROKEN = {
    "missing_file": ('np.load("nowhere.npz")', SPLIT, "FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.npz'"),
    "missing_package": ("import no_such_package", SPLIT, "ModuleNotFoundError: No module named 'no_such_package'"),
    "not_a_number": ("x[7, 2] = np.nan", SPLIT, "inputs of task 'not_a_number' hold NaN or infinity: 1 of 500 values, the first at [7, 2]. Clean them in data()."),
    "other_length": ("y = y[1:]", SPLIT, "data() of task 'other_length' must return as many inputs as targets. Received: 100 and 99."),
    "other_type": ('x = x.astype("float64")', SPLIT, "inputs of task 'other_type' must be float32 or int32 (or uint8, uint16 for int32). Received: float64."),
    "other_shape": ("y = y[:, None]", SPLIT, "targets of task 'other_shape' must be classes [batch], since the network gives [batch, 2]. Received: [batch, 1]."),
    "no_such_class": ("y[3] = 2", SPLIT, "targets of task 'no_such_class' are classes from 0 to 2, while the network has 2 outputs: classes must be from 0 to 1."),
    "one_class": ("y[:] = 1", SPLIT, "all targets of task 'one_class' are equal: there is nothing to learn."),
    "no_example": ("x, y = x[:0], y[:0]", SPLIT, "data() of task 'no_example' must return as many inputs as targets. Received: 0 and 0."),
    "empty_part": ("", "bs.InOrder(0.992, 0.004, 0.004)", "InOrder(train=0.992, validation=0.004, test=0.004) cannot split 100 examples: parts of (99, 1, 0)."),
    "too_few": ("", "bs.HoldOut(15, 20, 20)", "task 'too_few' has 15 training examples, fewer than its batch size 20."),
    "no_such_code": ("x = (np.arange(500) % 9).astype('int32').reshape(100, 5)", SPLIT, "inputs of task 'no_such_code' hold codes from 0 to 8, while the embedding has 8 symbols: codes must be from 0 to 7."),
    "values_for_classes": ("y = x[:, :2]", SPLIT, "task 'values_for_classes' has loss 'cross_entropy', which is for classes, and its targets are values (float32)."),
    "one_class_to_train": ("y = (np.arange(100) > 70).astype('int32')", "bs.InOrder(60, 20, 20)", "all training targets of task 'one_class_to_train' are equal: there is nothing to learn."),
    "changed": ("x[0, 0] += 1", SPLIT, "the data of task 'changed' are not those of its certificate: checksum "),
}  # fmt: skip


FOUND_LATER = ("other_shape", "no_such_class", "no_such_code", "values_for_classes")
"""What fails where data and network, or data and loss, meet: a result of the task as it is."""
OTHER = "0" * 64
"""The certificate of the task whose data were changed."""
IN_A_RUN = ("missing_file", "other_shape")
"""What fails while the data are made, and once they are there. A real run with other data than were certified: test_third_party_tasks.py."""
Ran = tuple[str, dict[str, list[dict[str, Any]]], Path]


def text_of(changes: dict[str, tuple[str, str, str]]) -> str:
    return HEAD + "".join(TASK.format(name=name, change=how, split=split) for name, (how, split, _) in changes.items())


def said(reason: str, name: str) -> None:
    assert reason.startswith(BROKEN[name][2])
    assert "\n" not in reason


# Each by itself, in this process


Run = Callable[[str, int], Ending]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    file = tmp_path_factory.mktemp("bad") / "broken.py"
    file.write_text(text_of(BROKEN), encoding="utf-8")
    registry = load_registry(PluginSearch(plugins=(str(file),), local=False))
    session = Session(registry, registry.task, certified=lambda task: OTHER if task.name == "changed" else None)

    def ended(name: str, seed: int) -> Ending:
        task = registry.task(name)
        return session.run(Trial(name, task.version, baseline(task, registry), seed, 1, task.batch_size)).ending

    return ended


@pytest.mark.parametrize("name", BROKEN)
def test_broken_data_are_told_in_one_clear_line_before_training(run: Run, name: str) -> None:
    for seed in (0, 1):
        ending = run(name, seed)
        assert ending.outcome is Outcome.CRASHED
        said(ending.reason, name)
        assert ending.curves.to_json() == {}
        assert ending.results.failure is not None
        assert ending.results.failure.step == 0
        # What cannot be split says nothing of a recipe, and is no failure of it in a comparison.
        assert ("data" not in ending.fingerprints) == (name not in FOUND_LATER)
        # Where it happened, for the second seed too, which no longer reads.
        if name in ("missing_file", "missing_package"):
            assert ", in data\n" in ending.results.failure.traceback


def test_what_was_certified_can_be_made_anew(run: Run) -> None:
    reason = run("changed", 0).reason
    assert f", certified {OTHER}. " in reason
    assert reason.endswith("raise its version, and benchsuite certify changed --write.")


# In a real run


def benchsuite(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchsuite", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, timeout=400, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "tasks").mkdir()
    some = {**{name: BROKEN[name] for name in IN_A_RUN}, "good": ("", SPLIT, "")}
    (folder / "tasks/broken.py").write_text(text_of(some), encoding="utf-8")
    done = benchsuite(folder, "run", "--task", ",".join(some), "--seeds", "2", "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    records: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((folder / "results/trials").glob("*/*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        records.setdefault(record["spec"]["task"]["name"], []).append(record)
    return done.stdout, records, folder


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_A_RUN)
def test_a_run_records_and_shows_them(ran: Ran, name: str) -> None:
    shown, records, _ = ran
    assert [record["outcome"] for record in records[name]] == ["crashed"] * 2
    for record in records[name]:
        said(record["reason"], name)
        assert record["curves"] == {}
        assert record["results"]["failure"]["step"] == 0
    # The first at once, the others together at the end.
    first, others = (line for line in shown.splitlines() if BROKEN[name][2][:60] in line)
    assert first.startswith(f"crashed {name} baseline seed=")
    assert others.startswith(f"crashed {name}, 1 more trial for the same reason: ")


@pytest.mark.slow
def test_other_tasks_go_on(ran: Ran) -> None:
    _, records, _ = ran
    assert [record["outcome"] for record in records["good"]] == ["completed"] * 2


@pytest.mark.slow
def test_a_trial_runs_again_once_its_data_are_there(ran: Ran) -> None:
    """And only then: what else failed is a result."""
    _, _, folder = ran
    chosen = ("run", "--task", "missing_file,other_shape,good", "--seeds", "2", "--workers", "1")
    np.savez(folder / "nowhere.npz", x=np.zeros(1))
    done = benchsuite(folder, *chosen)
    assert "2 trials to run; 4 have a record already." in done.stdout
    assert "2 completed" in done.stdout
    assert "nothing was computed again" in benchsuite(folder, *chosen).stdout

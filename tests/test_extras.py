"""What is kept of a trial beside its record: which trials run again for it, and that their numbers stay."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.cli.app import app
from benchsuite.execution import Options, worker
from benchsuite.execution.interface import Cell, Finished, Started
from benchsuite.extras import Extras
from benchsuite.files import extra_file
from benchsuite.store import Store, comparable

# Which epochs


@pytest.mark.parametrize(
    ("text", "last", "epochs"),
    [
        ("", 5, []),
        ("all", 3, [0, 1, 2, 3]),
        ("0", 3, [0]),
        ("last", 3, [3]),
        ("0,5,last", 7, [0, 5, 7]),
        ("0,5,last", 5, [0, 5]),
        (" 0 , last ", 2, [0, 2]),
        ("12,last", 3, [3]),
        ("1", 12, [1]),
        ("2,all", 2, [0, 1, 2]),
        ("05", 6, [5]),
    ],
)
def test_epochs_are_probed_as_they_are_named(text: str, last: int, epochs: list[int]) -> None:
    assert [epoch for epoch in range(last + 1) if Extras(probe=text).probes(epoch, ends=epoch == last)] == epochs


@pytest.mark.parametrize("text", ["first", "0,", ",", " ", "-1", "1.5", "0;5", "0 5", "last,x", "ALL", "1e3", "²"])
def test_what_are_no_epochs_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(bs.BenchsuiteError) as caught:
        Extras(probe=text)
    assert str(caught.value) == (
        f"--probe takes epochs: numbers from 0 and 'last', separated by commas, or 'all'. Received: {text!r}."
    )


def test_epochs_that_no_trial_comes_to_are_refused() -> None:
    for text in ("2", "7,1", "last", "all", ""):
        Extras(probe=text).check([1, 2])
    with pytest.raises(bs.BenchsuiteError) as caught:
        Extras(probe="3,9").check([1, 2])
    assert str(caught.value) == (
        "--probe 3,9 names no epoch of these trials: the longest has 2. Write numbers from 0 to 2, 'last' or 'all'."
    )


# Which trials run again


def record(outcome: str = "completed", done: Sequence[int] = (0, 1, 2), epochs: int = 2) -> dict[str, Any]:
    curves = {"epoch": list(done)} if done else {}
    return {"outcome": outcome, "curves": curves, "spec": {"epochs": epochs}}


@pytest.mark.parametrize(
    ("extras", "held", "weights", "probed", "missing"),
    [
        (Extras(), record(), False, None, False),
        # Weights: of every trial that completed, and of no other.
        (Extras(weights=True), record(), False, None, True),
        (Extras(weights=True), record(), True, None, False),
        (Extras(weights=True), record("diverged", (0,)), False, None, False),
        (Extras(weights=True), record("crashed", ()), False, None, False),
        (Extras(weights=True), record("unsupported", ()), False, None, False),
        # Probes: of every epoch that was named and that the trial came to.
        (Extras(probe="all"), record(), False, None, True),
        (Extras(probe="all"), record(), False, [0, 1], True),
        (Extras(probe="all"), record(), False, [0, 1, 2], False),
        (Extras(probe="0,last"), record(), False, [0], True),
        (Extras(probe="0,last"), record(), False, [0, 1, 2], False),
        (Extras(probe="7"), record(), False, None, False),
        (Extras(probe="last"), record(done=(0, 1), epochs=9), False, [0], True),  # stopped early
        (Extras(probe="last"), record(done=(0, 1), epochs=9), False, [1], False),
        (Extras(probe="0,last"), record("diverged", (0, 1)), False, None, True),
        (Extras(probe="0,last"), record("diverged", (0, 1)), False, [0], False),
        (Extras(probe="all"), record("diverged", ()), False, None, False),
        (Extras(probe="all"), record("crashed", ()), False, None, False),
        (Extras(probe="all"), record("timed_out", ()), False, None, False),
        (Extras(probe="all"), record("unsupported", ()), False, None, False),
        # Either is enough.
        (Extras(True, "0"), record(), True, None, True),
        (Extras(True, "0"), record(), False, [0], True),
        (Extras(True, "0"), record(), True, [0], False),
    ],
)
def test_a_trial_runs_again_if_what_is_asked_for_was_not_kept(
    extras: Extras, held: dict[str, Any], weights: bool, probed: list[int] | None, missing: bool
) -> None:
    found = None if probed is None else {"layers": [], "epochs": probed, "measures": {}}
    assert extras.missing(held, weights, found) is missing


def test_the_store_looks_for_weights_and_probes_where_they_are_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    held = {**record(), "id": "ab" * 16}
    both = Extras(True, "0,last")
    assert store.missing(held, both)
    assert not store.missing(held, Extras())
    store.write_probes(held["id"], {"spec": {}, "layers": ["a"], "epochs": [0, 2], "measures": {"m": [[None], [1.0]]}})
    assert store.missing(held, both)
    assert not store.missing(held, Extras(probe="0,last"))
    path = extra_file(store.weights, held["id"])
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    assert not store.missing(held, both)
    (probes,) = (tmp_path / "probes").glob("??/*.json")
    for broken in ('{"layers": ["a"', '{"layers": []}', "[]"):  # cut off, or another file: made again
        probes.write_text(broken, encoding="utf-8")
        assert store.probes(held["id"]) is None
        assert store.missing(held, both)


def test_epochs_that_were_probed_before_are_kept(tmp_path: Path) -> None:
    store, name = Store(tmp_path), "ab" * 16
    first = {"spec": {}, "layers": ["a", "b"], "epochs": [0, 2], "measures": {"m": [[0, 1], [20, 21]]}}
    store.write_probes(name, first)
    store.write_probes(name, {**first, "epochs": [1, 2], "measures": {"m": [[10, 11], [22, 23]]}})
    assert store.probes(name) == {**first, "epochs": [0, 1, 2], "measures": {"m": [[0, 1], [10, 11], [22, 23]]}}
    other = {"spec": {}, "layers": ["c"], "epochs": [3], "measures": {"m": [[1]]}}
    store.write_probes(name, other)  # of another network: nothing to merge
    assert store.probes(name) == other


# Through the command

TASK = '''
"""A task that trains in a moment."""
import benchsuite as bs

def data():
    import numpy as np
    x = np.random.default_rng(0).normal(size=(100, 5)).astype("float32")
    return bs.Arrays(x, (x[:, 0] > x[:, 1]).astype("int32"))

def model(blocks, x):
    return blocks.output(2)(blocks.dense(4)(x))

@bs.hookimpl
def register_tasks():
    return [bs.Task(name="tiny", data=data, split=bs.HoldOut(60, 20, 20), model=model, loss="cross_entropy",
                    primary="loss", targets=[0.6, 0.5, 0.4], batch_size=20, epochs=2, xla=False,
                    license="generated", citation="none", summary="Tiny.")]
'''


class Here:
    """Runs what a worker runs, in this process: it has TensorFlow already, which a worker takes seconds to load."""

    ran: list[int]

    def run(self, cells: Sequence[Cell], options: Options) -> Generator[Started | Finished, None, None]:
        worker._state.clear()
        worker.initialize(options, 0)
        for trial in (trial for cell in cells for trial in cell.trials):
            yield Started(trial, 0)
            Here.ran.append(trial.seed)
            answer = worker.execute(trial.spec)
            del answer["resident_bytes"]
            yield Finished(trial, 0, answer)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a task of its own; trials run in this process, which keeps its signals, output and limits."""
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/tiny.py").write_text(TASK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.execution.LocalExecutor", Here)
    monkeypatch.setattr(worker, "_state", {})
    monkeypatch.setattr(worker, "signal", SimpleNamespace(signal=lambda *to: None, SIGINT=None, SIG_IGN=None))
    for name in ("_die_with", "_print_to", "_limit_memory"):
        monkeypatch.setattr(worker, name, lambda *with_what: None)
    monkeypatch.setattr("benchsuite.engine.device.configure", lambda device: None)
    return tmp_path


def run(*arguments: str) -> tuple[str, list[int]]:
    """Return what the command said, and the seeds of the trials that ran."""
    Here.ran = []
    command = ["run", "--task", "tiny", "--workers", "1", *arguments]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, command)
    assert done.exit_code == 0, done.output
    return done.stdout, Here.ran


def files(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def kept(folder: Path) -> dict[str, int]:
    """Records, probes and weights, and when they were written; everything else is derived."""
    return {name: time for name, time in files(folder).items() if name.startswith(("trials/", "probes/", "weights/"))}


def test_trials_run_again_for_probes_and_weights_once_and_give_the_same_numbers(folder: Path) -> None:
    results = folder / "results"

    def numbers() -> dict[str, Any]:
        return {held["id"]: comparable(held) for held in Store(results, create=False).read_all().values()}

    _, ran = run("--seeds", "2")
    assert ran == [0, 1]
    first = numbers()
    assert len(kept(results)) == 2  # no weights and no probes unless they are asked for
    by_seed = {held["spec"]["seed"]: trial_id for trial_id, held in first.items()}

    before = files(folder)
    said, ran = run("--seeds", "3", "--probe", "0,last", "--dry-run")
    assert said.startswith("3 trials of 1 program; 0 have a record already. 2 would run again for the weights")
    assert (ran, files(folder)) == ([], before)

    # Exactly the trial that is asked for: the other's record is not touched.
    old = kept(results)
    _, ran = run("--seeds", "1", "--probe", "0,last")
    assert ran == [0]
    new = kept(results)
    assert {name for name in new if new[name] != old.get(name)} == {
        f"{what}/{by_seed[0][:2]}/{by_seed[0]}.json" for what in ("trials", "probes")
    }
    probes = json.loads((results / "probes" / by_seed[0][:2] / f"{by_seed[0]}.json").read_text(encoding="utf-8"))
    assert probes["spec"] == first[by_seed[0]]["spec"]
    assert (probes["layers"], probes["epochs"]) == (["dense_1", "output_1"], [0, 2])
    assert probes["measures"]["saturated"][0][1] is None
    _, ran = run("--seeds", "2", "--probe", "0,last")
    assert ran == [1]

    said, ran = run("--seeds", "2", "--probe", "0,last")
    assert "2 trials have records already; nothing was computed again." in said
    assert ran == []

    before = kept(results)
    both = ("--seeds", "2", "--probe", "0,last", "--store-weights")
    said, ran = run(*both, "--dry-run")
    assert " 2 would run again for the weights" in said
    _, ran = run(*both)
    assert ran == [0, 1]
    assert {name for name in kept(results) if name not in before} == {
        f"weights/{trial_id[:2]}/{trial_id}.npz" for trial_id in first
    }
    weights = dict(np.load(extra_file(results / "weights", by_seed[0])))
    assert weights.keys() == {f"{name}_1/{what}" for name in ("dense", "output") for what in ("kernel", "bias")}
    norm = np.linalg.norm(weights["dense_1/kernel"].astype("float64"))
    assert norm == pytest.approx(probes["measures"]["weight_norm"][1][0], rel=1e-5)  # after the last epoch
    said, ran = run(*both)
    assert (ran, "nothing was computed again" in said) == ([], True)
    said, _ = run(*both, "--dry-run")
    assert said.startswith("2 trials of 1 program; 2 have a record already.\n")
    # All that without another number.
    assert numbers() == first

"""What is kept of a trial beside its record: which trials run again for it, and that their numbers stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.cli.app import app
from benchsuite.curves import Curves
from benchsuite.execution import Options
from benchsuite.execution.interface import Cell, Finished, Started
from benchsuite.execution.worker import Worker
from benchsuite.extra_content import PREDICTIONS
from benchsuite.extra_files import ExtraFiles
from benchsuite.extras import Extras
from benchsuite.files import extra_file
from benchsuite.folder import Folder
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.store import Store
from tests.factories import make_record

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


def record(outcome: str = "completed", done: Sequence[int] = (0, 1, 2), epochs: int = 2) -> Record:
    made = make_record()
    curves = Curves({"epoch": done, "step": done}) if done else Curves()
    return replace(made, outcome=Outcome(outcome), curves=curves, trial=replace(made.trial, epochs=epochs))


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
        (Extras(weights=True), record("pruned", (0, 1)), False, None, False),
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
        (Extras(probe="0,last"), record("pruned", (0, 1)), False, None, True),
        (Extras(probe="0,last"), record("pruned", (0, 1)), False, [0], False),  # it never came to its last epoch
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
    extras: Extras, held: Record, weights: bool, probed: list[int] | None, missing: bool
) -> None:
    found = None if probed is None else {"layers": [], "epochs": probed, "measures": {}}
    assert extras.missing(held, weights, found) is missing


@pytest.mark.parametrize(
    ("outcome", "stored", "missing"),
    [("completed", False, True), ("completed", True, False), ("diverged", False, False), ("pruned", False, False)],
)
def test_predictions_are_of_every_trial_that_completed(outcome: str, stored: bool, missing: bool) -> None:
    assert Extras(predictions=True).missing(record(outcome), False, None, stored) is missing


def test_files_are_looked_for_where_they_are_written(tmp_path: Path) -> None:
    files, held = ExtraFiles(Folder(tmp_path)), record()
    both = Extras(True, "0,last")
    assert files.lacking(held, both)
    assert not files.lacking(held, Extras())
    files.write_probes(held.id, {"spec": {}, "layers": ["a"], "epochs": [0, 2], "measures": {"m": [[None], [1.0]]}})
    assert files.lacking(held, both)
    assert not files.lacking(held, Extras(probe="0,last"))
    for folder, wanted in ((files.weights, Extras(weights=True)), (files.predictions, Extras(predictions=True))):
        assert files.lacking(held, wanted)
        path = extra_file(folder, held.id)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        assert not files.lacking(held, wanted)
    assert not files.lacking(held, both)
    (probes,) = (tmp_path / "probes").glob("??/*.json")
    for broken in ('{"layers": ["a"', '{"layers": []}', "[]"):  # cut off, or another file: made again
        probes.write_text(broken, encoding="utf-8")
        assert files.probes(held.id) is None
        assert files.lacking(held, both)


def test_predictions_that_are_not_whole_count_as_none(tmp_path: Path) -> None:
    files = ExtraFiles(Folder(tmp_path))
    path = extra_file(files.predictions, "ab" * 16)
    assert files.predicted("ab" * 16) is None
    path.parent.mkdir(parents=True)
    values = np.arange(3, dtype="float32")
    np.savez(path, **dict.fromkeys(PREDICTIONS, values))
    found = files.predicted("ab" * 16)
    assert found is not None
    assert found["test_outputs"].tolist() == [0, 1, 2]
    whole = path.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"no archive"):
        path.write_bytes(broken)
        assert files.predicted("ab" * 16) is None


def test_epochs_that_were_probed_before_are_kept(tmp_path: Path) -> None:
    files, name = ExtraFiles(Folder(tmp_path)), "ab" * 16
    first = {"spec": {}, "layers": ["a", "b"], "epochs": [0, 2], "measures": {"m": [[0, 1], [20, 21]]}}
    files.write_probes(name, first)
    files.write_probes(name, {**first, "epochs": [1, 2], "measures": {"m": [[10, 11], [22, 23]]}})
    assert files.probes(name) == {**first, "epochs": [0, 1, 2], "measures": {"m": [[0, 1], [10, 11], [22, 23]]}}
    other = {"spec": {}, "layers": ["c"], "epochs": [3], "measures": {"m": [[1]]}}
    files.write_probes(name, other)  # of another network: nothing to merge
    assert files.probes(name) == other


def test_what_is_discarded_is_all_or_the_arrays_that_were_not_there_before(tmp_path: Path) -> None:
    files = ExtraFiles(Folder(tmp_path))

    def left(name: str) -> set[str]:
        found = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
        return {path.parts[0] for path in found if path.stem == name}

    names = ["ab" * 16, "cd" * 16, "12" * 16]
    for name in names:
        files.write_probes(name, {"spec": {}, "layers": [], "epochs": [], "measures": {}})
        for folder in (files.weights, files.predictions):
            extra_file(folder, name).parent.mkdir(parents=True, exist_ok=True)
            extra_file(folder, name).write_bytes(b"")
        assert files.arrays(name) == {files.weights, files.predictions}
    files.discard(names[0])
    files.discard("ef" * 16)  # nothing there: nothing to do
    files.discard_arrays(names[1], but={files.weights})
    assert [left(name) for name in names] == [set(), {"weights", "probes"}, {"weights", "predictions", "probes"}]
    assert files.arrays(names[1]) == {files.weights}


# Through the command

TASK = '''
"""A task that trains in a moment."""
import benchsuite as bs

def data():
    import numpy as np
    from pathlib import Path
    if Path("fail").exists():
        raise RuntimeError("not today")
    x = np.random.default_rng(int(Path("other_data").exists())).normal(size=(100, 5)).astype("float32")
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
    """Runs trials as a worker does, in this process: it has TensorFlow already, which a worker takes seconds to load."""

    ran: list[int]

    def __init__(self, options: Options) -> None:
        self._options = options
        self._cells: list[Cell] = []

    def submit(self, cell: Cell) -> None:
        self._cells.append(cell)

    def events(self) -> Iterator[Started | Finished]:
        worker = Worker(replace(self._options, lineage=self._cells[0].lineage), 0) if self._cells else None
        while self._cells:
            assert worker is not None
            for trial in self._cells.pop(0).trials:
                yield Started(trial, 0)
                Here.ran.append(trial.seed)
                (answer,) = worker.run([trial.spec])
                yield Finished(trial, 0, answer.ending, answer.probes)

    def close(self) -> None:
        self._cells.clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a task of its own; trials run in this process, which keeps its threads and limits."""
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/tiny.py").write_text(TASK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.execution.LocalExecutor", Here)
    monkeypatch.setattr("benchsuite.execution.worker.limit_memory", lambda size: None)
    monkeypatch.setattr("benchsuite.engine.device.configure", lambda *_: None)
    return tmp_path


def run(*arguments: str, code: int = 0) -> tuple[str, list[int]]:
    """Return what the command said, and the seeds of the trials that ran."""
    Here.ran = []
    command = ["run", "--task", "tiny", "--workers", "1", *arguments]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, command)
    assert done.exit_code == code, done.output
    return done.stdout, Here.ran


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def kept(folder: Path) -> dict[str, bytes]:
    """Records, probes and weights; everything else is derived."""
    return {
        name: held for name, held in contents(folder).items() if name.startswith(("trials/", "probes/", "weights/"))
    }


def stored(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every record file's bytes, and when it was written."""
    return {path.stem: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.glob("trials/??/*.json")}


def test_trials_run_again_for_probes_and_weights_once_and_no_record_changes(folder: Path) -> None:
    results = folder / "results"
    _, ran = run("--seeds", "2")
    assert ran == [0, 1]
    first = stored(results)
    assert len(kept(results)) == 2  # no weights and no probes unless they are asked for
    by_seed = {record.trial.seed: record.id for record in Store(results, create=False).records()}

    before = contents(folder)
    said, ran = run("--seeds", "3", "--probe", "0,last", "--dry-run")
    assert said.startswith("3 trials of 1 program; 0 have a record already. 2 would run again for the weights")
    assert (ran, contents(folder)) == ([], before)

    # Exactly the trial that is asked for.
    old = kept(results)
    said, ran = run("--seeds", "1", "--probe", "0,last")
    assert ran == [0]
    assert "repeat" not in said
    new = kept(results)
    assert {name for name in new if new[name] != old.get(name)} == {f"probes/{by_seed[0][:2]}/{by_seed[0]}.json"}
    probes = json.loads((results / "probes" / by_seed[0][:2] / f"{by_seed[0]}.json").read_text(encoding="utf-8"))
    assert probes["spec"] == json.loads(first[by_seed[0]][0])["spec"]
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
    # After all that, every record file is what it was, to the byte.
    assert stored(results) == first


def test_a_record_that_was_changed_by_hand_is_named_and_stays(folder: Path) -> None:
    results = folder / "results"
    run("--seeds", "2")
    (path,) = [path for path in results.glob("trials/??/*.json") if json.loads(path.read_bytes())["spec"]["seed"] == 0]
    changed = json.loads(path.read_bytes())
    right = changed["curves"]["test_loss"][1]
    text = repr(right)
    wrong = float(text[:-1] + ("2" if text[-1] == "1" else "1"))  # in its last digit
    changed["curves"]["test_loss"][1] = wrong
    path.write_text(json.dumps(changed), encoding="utf-8")
    before = stored(results)
    said, ran = run("--seeds", "2", "--store-weights", "--probe", "all", code=1)
    assert ran == [0, 1]
    assert (
        f"trial {path.stem} of tiny does not repeat its record: test_loss after epoch 1 was {wrong} and is {right} now. "
        "The record and what was kept beside it stay as they were; nothing was added."
    ) in " ".join(said.split())
    assert "1 trial did not repeat its record (named above)" in said
    assert stored(results) == before
    beside = [name for name in kept(results) if not name.startswith("trials/")]
    assert len(beside) == 2  # of the other
    assert not [name for name in beside if path.stem in name]
    _, ran = run("--seeds", "2", "--store-weights", "--probe", "all", code=1)
    assert ran == [0]  # it is still not there, and is still said
    path.unlink()  # the cure
    said, ran = run("--seeds", "2", "--store-weights", "--probe", "all")
    assert ran == [0]
    assert record_from_json(path.read_bytes()).curves["test_loss"][1] == right
    assert len([name for name in kept(results) if path.stem in name]) == 3


def test_a_trial_that_cannot_be_repeated_here_is_said_so_and_loses_nothing(folder: Path) -> None:
    """Whoever is to blame is named: the limit of time, the machine; never the record. Other data make it stale instead."""
    results = folder / "results"
    run("--seeds", "1", "--store-weights", "--probe", "0")
    before = {name: (results / name).read_bytes() for name in kept(results)}
    assert len(before) == 3

    def said_of(why: str, *arguments: str) -> None:
        said, ran = run("--seeds", "1", "--store-weights", "--store-predictions", "--probe", "1", *arguments, code=1)
        assert ran == [0]
        text = " ".join(said.split())
        assert (
            f" of tiny ran again, and nothing could be kept of it: {why}. The record and what was kept beside it stay"
            in text
        )
        assert "1 trial ran again and nothing could be kept (named above)." in text
        assert "changed by hand" not in text
        assert {name: (results / name).read_bytes() for name in kept(results)} == before
        assert not list(results.glob("predictions/??/*.npz"))

    # The trial cannot train this time. What the task says is the same: its code has not changed.
    (folder / "fail").write_text("", encoding="utf-8")
    said_of("crashed: RuntimeError: not today")
    (folder / "fail").unlink()
    (path,) = results.glob("trials/??/*.json")
    changed = json.loads(path.read_bytes())
    changed["environment"]["numerics"] = "f" * 16
    changed["curves"]["test_loss"][1] += 1e-9
    path.write_text(json.dumps(changed), encoding="utf-8")
    before[str(path.relative_to(results))] = path.read_bytes()
    said_of("its record was made where numbers are rounded differently")
    (folder / "other_data").write_text("", encoding="utf-8")
    said, ran = run("--seeds", "1", "--store-weights")
    assert ran == [0]
    assert "! the data of task 'tiny' are others now: its records are stale, and its trials run again" in said


def test_what_a_killed_run_left_is_of_no_record(folder: Path) -> None:
    results = folder / "results"
    run("--seeds", "1", "--store-weights")
    (path,) = results.glob("trials/??/*.json")
    weights = extra_file(results / "weights", path.stem)
    right = dict(np.load(weights))
    path.unlink()
    weights.write_bytes(b"half")
    run("--seeds", "1", "--store-weights")
    assert all(np.array_equal(value, right[name]) for name, value in np.load(weights).items())

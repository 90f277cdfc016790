"""``benchsuite doctor --results``: every file of a results folder that is not as it should be, in one line each."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchsuite.bundle.disputes import KeptChallenge, OtherRecord, challenge_to_json, dispute_to_json
from benchsuite.cli.app import app
from benchsuite.examination import examine
from benchsuite.extra_content import PREDICTIONS
from benchsuite.files import extra_file
from benchsuite.record import Record
from benchsuite.statements import DrawnSample, Statement, statement_to_json
from benchsuite.store import Store
from benchsuite.study_files import study_name, write_study
from tests.bundle import made
from tests.factories import make_json, make_record

PROBES = {"spec": {}, "layers": ["a"], "epochs": [0, 2], "measures": {"m": [[1.0], [None]]}}


def doctor(*arguments: object) -> tuple[int, list[str]]:
    done = CliRunner().invoke(app, ["doctor", *map(str, arguments)], catch_exceptions=False)
    return done.exit_code, done.output.splitlines()


def put_extras(store: Store, record: Record, where: Record | None = None) -> list[Path]:
    """Weights, predictions and probes of a trial, where those of another one lie."""
    where = where or record
    store.extras.write_probes(where.id, PROBES)
    outputs = np.ones((4, 3), "float32")
    arrays = {name: outputs if "outputs" in name else np.zeros(4, "int32") for name in PREDICTIONS}
    paths = [extra_file(store.extras.weights, where.id), extra_file(store.extras.predictions, where.id)]
    for path, held in zip(paths, ({"dense/kernel": outputs}, arrays), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **held)
    return [*paths, store.folder / "probes" / where.id[:2] / f"{where.id}.json"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "results")
    for seed in range(3):
        store.write(make_record(seed=seed))
    put_extras(store, make_record(seed=0))
    return store


def test_of_a_whole_folder_nothing_is_said(store: Store) -> None:
    (store.folder / "report").mkdir()
    (store.folder / "report" / "index.html").write_text("", encoding="utf-8")
    code, lines = doctor("--results", store.folder)
    assert (code, lines) == (0, ["✓ 3 records can be read, 3 files beside them.", "All is well."])


def test_everything_that_is_wrong_is_listed_and_can_be_set_aside(store: Store) -> None:
    first, second, third = (store.path(make_record(seed=seed).id) for seed in range(3))
    lost = make_record(seed=9)
    stray = put_extras(store, lost)
    weights, predictions, probes = put_extras(store, make_record(seed=1))
    weights.write_bytes(weights.read_bytes()[:-40])
    np.savez(predictions, test_outputs=np.arange(3))
    probes.write_text(json.dumps({**PROBES, "measures": {"m": [[1.0], ["x"]]}}), encoding="utf-8")
    piped = extra_file(store.extras.weights, make_record(seed=2).id)
    piped.parent.mkdir(exist_ok=True)
    os.mkfifo(piped)
    (store.extras.weights / "readme").write_text("", encoding="utf-8")
    third.write_bytes(b"{}")
    draft = second.parent / f".{second.name}.{'0' * 16}.part"
    draft.write_bytes(b"{")
    (store.folder / "stale").symlink_to(store.folder.parent)
    newer = store.path("f" * 32)
    newer.parent.mkdir(exist_ok=True)
    newer.write_text(json.dumps(make_json() | {"format": 3}), encoding="utf-8")

    def name(path: Path) -> str:
        return str(path.relative_to(store.folder))

    expected = {
        name(third): "does not follow the format: top level: must be an object whose format is 1 to 2",
        name(newer): "has format 3; this benchsuite reads up to 2.",
        **{name(path): "belongs to no record that can be read" for path in stray},
        name(weights): "is no archive of arrays (BadZipFile: ",
        name(predictions): "must hold validation_outputs, validation_targets, test_outputs, test_targets",
        name(probes): "does not hold probes as the record format says",
        name(piped): "is a pipe",
        "weights/readme": "is a file, and holds nothing of a trial",
        "stale": "is a link, and nothing is written through one",
        name(draft): "is a temporary file of a run that was killed",
    }
    code, lines = doctor("--results", store.folder)
    assert code == 1
    found = {line.split()[1]: line for line in lines[: len(expected)]}
    assert set(found) == set(expected)
    for path, reason in expected.items():
        assert found[path].startswith(f"✗ {path} {reason}")
    assert lines[len(expected) :] == [
        "✓ 2 records can be read, 3 files beside them.",
        f"12 problems. `benchsuite doctor --results {store.folder} --set-aside` moves what is named above to "
        f"{store.folder}/damaged.",
    ]
    content = third.read_bytes()
    code, lines = doctor("--results", store.folder, "--set-aside")
    # The draft went as it goes with every run; the newer record stays.
    assert (code, lines[-1]) == (1, f"11 problems. 10 files moved to {store.folder}/damaged. 1 stays where it is.")
    assert (store.folder / "damaged" / f"trials-{third.stem}-0.json").read_bytes() == content
    assert (store.folder / "damaged" / "stale-stale-0").is_symlink()
    assert newer.exists()
    assert len(list((store.folder / "damaged").iterdir())) == 10
    newer.unlink()
    assert doctor("--results", store.folder)[0] == 0
    assert first.exists()


def test_a_file_that_is_being_written_is_no_leftover(store: Store) -> None:
    draft = store.trials / f".{'a' * 32}.json.{'0' * 16}.part"
    with draft.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert examine(store.folder).damaged == []
    assert [one.path for one in examine(store.folder).damaged] == [str(draft.relative_to(store.folder))]


def test_a_newer_record_alone_is_nothing_to_move(store: Store) -> None:
    path = store.path(make_record(seed=0).id)
    path.write_text(json.dumps(make_json() | {"format": 3}), encoding="utf-8")
    for extra in ("weights", "predictions", "probes"):
        for file in (store.folder / extra).rglob("*.*"):
            file.unlink()
    code, lines = doctor("--results", store.folder)
    assert (code, lines[-1]) == (
        1,
        "1 problem. Nothing of that is damaged: upgrade benchsuite, or let yourself read it.",
    )


def test_what_is_no_results_folder_is_refused_and_so_is_moving_without_one(tmp_path: Path) -> None:
    for arguments, message in (
        (["--results", str(tmp_path)], "there are no records in "),
        (["--set-aside"], "--set-aside moves files of a results folder: name it with --results DIR."),
    ):
        done = CliRunner().invoke(app, ["doctor", *arguments])
        assert message in str(done.exception)


def test_a_run_that_goes_on_keeps_its_folder_to_itself(store: Store) -> None:
    with store.locked():
        assert doctor("--results", store.folder)[0] == 0
        done = CliRunner().invoke(app, ["doctor", "--results", str(store.folder), "--set-aside"])
        assert "is writing to" in str(done.exception)


def test_looking_loads_no_tensorflow(store: Store) -> None:
    script = (
        "import sys; from benchsuite.cli.app import app\n"
        f"try: app(['doctor', '--results', {str(store.folder)!r}])\n"
        "except SystemExit as end: print(end.code, 'tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 False False"


def test_what_lies_beside_records_is_looked_at_as_well(tmp_path: Path) -> None:
    held = made.records()
    folder = made.folder(tmp_path / "results", held)
    write_study(folder, made.study(held))
    other = OtherRecord("ab" * 32, "Eve", made.other_numbers(held[0]))
    claim = KeptChallenge("cd" * 32, "ef" * 32, "does not repeat", "Eve", made.MADE, (held[0].id,), 3)
    statement, sample = f"statements/{claim.hash}.json", DrawnSample(0, 1, 7)
    signed = Statement(claim.hash, "INCONCLUSIVE", ("nothing was trained again",), (), (), sample, verifier="Ada")
    for name, content in (
        (other.file, dispute_to_json(other)),
        (claim.file, challenge_to_json(claim)),
        (statement, statement_to_json(signed)),
    ):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(content)
    assert doctor("--results", folder) == (0, ["✓ 7 records can be read, 4 files beside them.", "All is well."])
    names = sorted([study_name(made.study(held).id), other.file, claim.file, statement])
    for name in names:
        (folder / name).write_bytes(b"{}")
    (folder / "studies" / "notes.txt").write_text("mine", encoding="utf-8")
    code, lines = doctor("--results", folder)
    assert code == 1
    assert "✓ 7 records can be read." in lines
    for name in (*names, "studies/notes.txt"):
        assert [line for line in lines if line.startswith(f"✗ {name} ")], (name, lines)
    code, lines = doctor("--results", folder, "--set-aside")
    assert "5 files moved to" in lines[-1]
    moved = [path.read_bytes() for path in (folder / "damaged").rglob("*") if path.is_file()]
    assert sorted(moved) == sorted([b"mine", *[b"{}"] * 4])
    assert doctor("--results", folder) == (0, ["✓ 7 records can be read.", "All is well."])

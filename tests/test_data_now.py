"""A task's data as they are now: found without reading them while nothing changed, and read again when something did."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite import data_now
from benchsuite.cli.app import app
from benchsuite.data import observed
from benchsuite.data.watching import watching
from benchsuite.data_now import DataNow, remember_data
from benchsuite.registry import PluginSearch, Registry, load_registry

TASK = """
from pathlib import Path
import benchsuite as bs

FOLDER = Path(__file__).parent / "mine"


def data():
    import numpy as np

    table = np.concatenate([np.loadtxt(path, delimiter=",", dtype="float32") for path in sorted(FOLDER.glob("*.csv"))])
    return bs.Arrays(table[:, :-1], table[:, -1].astype("int32"))


def drawn():
    import numpy as np

    print("drawing")
    return bs.Arrays(np.random.default_rng(0).random((100, 3), "float32"), np.arange(100, dtype="int32") % 2)


def model(blocks, inputs):
    return blocks.output(2)(inputs)


@bs.hookimpl
def register_tasks():
    return [
        bs.Task(
            name=name, data=made, split=bs.HoldOut(60, 20, 20), model=model, loss="cross_entropy", metrics=["accuracy"],
            primary="accuracy", batch_size=20, epochs=1, xla=False, compares=["optimizer"],
        )
        for name, made in (("mine", data), ("drawn", drawn))
    ]
"""


def rows(seed: int, count: int = 100) -> str:
    numbers = np.random.default_rng(seed).normal(size=(count, 3))
    return "".join(f"{a:.3f},{b:.3f},{c:.3f},{place % 2}\n" for place, (a, b, c) in enumerate(numbers))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tasks" / "mine").mkdir(parents=True)
    (tmp_path / "tasks" / "here.py").write_text(TASK, encoding="utf-8")
    (tmp_path / "tasks" / "mine" / "a.csv").write_text(rows(0), encoding="utf-8")
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    observed.clear()
    return tmp_path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks whose data were read, in order."""
    found: list[str] = []
    real = data_now.read

    def read(task: bs.Task) -> object:
        found.append(task.name)
        return real(task)

    monkeypatch.setattr("benchsuite.data_now.read", read)
    return found


def known(folder: Path) -> Registry:
    return load_registry(PluginSearch(folder=str(folder)))


def changes(folder: Path) -> dict[str, Callable[[], object]]:
    first = folder / "tasks" / "mine" / "a.csv"
    kept = first.read_text(encoding="utf-8")
    return {
        "edited": lambda: first.write_text(rows(1), encoding="utf-8"),
        "edited back": lambda: first.write_text(kept, encoding="utf-8"),
        "one more": lambda: first.with_name("b.csv").write_text(rows(2, 10), encoding="utf-8"),
        "one less": lambda: first.with_name("b.csv").unlink(),
    }


def test_what_is_unchanged_is_not_read_and_what_is_changed_is(folder: Path, reads: list[str]) -> None:
    registry = known(folder)
    first = DataNow(registry)("mine")
    assert reads == ["mine"]
    assert DataNow(registry)("mine") == first
    assert reads == ["mine"]  # remembered
    seen = [first]
    for number, (what, change) in enumerate(changes(folder).items(), start=2):
        change()
        found = DataNow(registry)
        seen.append(found("mine"))
        assert found("mine") == seen[-1]
        assert len(reads) == number, what
    assert seen[0] == seen[2] == seen[4]
    assert len(set(seen)) == 3


def test_a_file_that_only_was_touched_has_the_same_data(folder: Path, reads: list[str]) -> None:
    registry = known(folder)
    first = DataNow(registry)("mine")
    os.utime(folder / "tasks" / "mine" / "a.csv", (1, 1))
    assert DataNow(registry)("mine") == first
    assert reads == ["mine", "mine"]


def test_other_code_of_the_task_is_another_task(folder: Path, reads: list[str]) -> None:
    DataNow(known(folder))("mine")
    (folder / "tasks" / "here.py").write_text(TASK.replace("[:, :-1]", "[:, :-2]"), encoding="utf-8")
    other = known(folder)
    assert DataNow(other)("mine") is not None
    assert reads == ["mine", "mine"]


def test_data_of_no_file_are_made_each_time_in_silence(
    folder: Path, reads: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    registry = known(folder)
    assert DataNow(registry)("drawn") == DataNow(registry)("drawn")
    assert reads == ["drawn", "drawn"]
    assert capsys.readouterr().out == ""


def test_data_that_cannot_be_read_are_not_known_and_that_is_told(folder: Path) -> None:
    registry = known(folder)
    found = DataNow(registry)
    assert found("mine") is not None
    assert not found.unreadable
    (folder / "tasks" / "mine" / "a.csv").unlink()
    found = DataNow(registry)
    assert found("mine") is None
    assert found("of nobody") is None
    assert list(found.unreadable) == ["mine"]
    assert "need at least one array" in found.unreadable["mine"]


def test_a_certificate_says_it_without_reading(bundled: Registry, folder: Path, reads: list[str]) -> None:
    found = DataNow(bundled)
    certified = json.loads(
        (Path(str(bundled.entry("task", "digits_mlp").plugin.module.__file__)).parent / "certificates" / "digits_mlp.json")
        .read_text(encoding="utf-8")
    )  # fmt: skip
    assert found("digits_mlp") == certified["data"]["checksum"]
    assert reads == []


def test_whoever_trains_remembers_for_whoever_asks(folder: Path, reads: list[str]) -> None:
    from benchsuite.data import read

    registry = known(folder)
    raw = read(registry.task("mine"))  # as a worker does
    remember_data("mine", registry.fingerprint("task", "mine"))
    assert DataNow(registry)("mine") == raw.checksum
    assert reads == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"checksum": "x", "files": {}}', '{"checksum": 3, "files": {"/": [1, 2, 3, 4]}}']
)
def test_what_is_not_whole_is_not_believed(text: str, folder: Path, reads: list[str]) -> None:
    registry = known(folder)
    first = DataNow(registry)("mine")
    (kept,) = (folder / "cache" / "data_read").iterdir()
    kept.write_text(text, encoding="utf-8")
    assert DataNow(registry)("mine") == first
    assert reads == ["mine", "mine"]


# What is seen


def test_files_and_folders_that_are_read_are_seen(tmp_path: Path) -> None:
    text, array, base, made, inner = (tmp_path / name for name in ("a.txt", "b.npy", "c.db", "d.txt", "inner"))
    text.write_text("a", encoding="utf-8")
    np.save(array, np.zeros(3))
    sqlite3.connect(base).close()
    inner.mkdir()
    (tmp_path / "code.py").write_text("", encoding="utf-8")
    with watching() as watch:
        text.read_text(encoding="utf-8")
        np.load(array)
        np.load(array, mmap_mode="r")
        sqlite3.connect(base).close()
        list(inner.iterdir())
        made.write_text("x", encoding="utf-8")
        (tmp_path / "code.py").read_text(encoding="utf-8")
        os.close(os.open(text, os.O_RDONLY))
        open(os.dup(0), closefd=True).close()
        with pytest.raises(FileNotFoundError):
            (tmp_path / "missing").read_text(encoding="utf-8")
    text.write_text("longer", encoding="utf-8")
    seen = {Path(path).name: stamp for path, stamp in watch.files.items() if path.startswith(str(tmp_path))}
    assert set(seen) == {"a.txt", "b.npy", "c.db", "inner", "missing"}
    assert seen["missing"] is None
    assert seen["a.txt"] is not None
    assert seen["a.txt"][0] == 1  # as it was before it was read
    made.read_text(encoding="utf-8")  # nobody watches any more
    assert str(made) not in watch.files


# With the whole command line: a table is edited, and the same command runs again


def test_an_edited_table_makes_records_stale(folder: Path) -> None:
    said = CliRunner(env={"COLUMNS": "200"})
    command = [
        "run",
        "--task",
        "mine",
        "--optimizer",
        "sgd",
        "--with",
        "schedule=cosine",
        "--seeds",
        "3-3",
        "--workers",
        "1",
    ]

    def run(*more: str) -> str:
        done = said.invoke(app, [*command, *more], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    first = run()
    assert "1 trial in " in first
    assert "optimizer leaderboard, baseline with schedule=cosine" in first
    (record,) = (
        json.loads(path.read_text(encoding="utf-8")) for path in (folder / "results" / "trials").rglob("*.json")
    )
    assert record["spec"]["changes"] == {"schedule": "cosine"}
    assert record["spec"]["seed"] == 3
    assert "1 have a record already." in run("--dry-run")
    changes(folder)["edited"]()
    assert "0 have a record already. 1 have a stale record (of other code or data) and would run again." in run(
        "--dry-run"
    )
    again = run()
    assert "the data of task 'mine' are others now: its records are stale, and its trials run again" in again
    assert "1 of them again because" in again or "1 trial in " in again
    (other,) = (
        json.loads(path.read_text(encoding="utf-8")) for path in (folder / "results" / "trials").rglob("*.json")
    )
    assert other["id"] == record["id"]
    assert other["fingerprints"]["data"] != record["fingerprints"]["data"]
    assert "1 have a record already." in run("--dry-run")
    changes(folder)["edited"]()
    (folder / "tasks" / "mine" / "a.csv").unlink()  # nobody can say now: the record counts
    done = said.invoke(app, ["report"], catch_exceptions=False)
    assert "The data of task 'mine' cannot be read now (" in done.output
    assert "its records count as they are." in (folder / "results" / "report" / "index.html").read_text(
        encoding="utf-8"
    )

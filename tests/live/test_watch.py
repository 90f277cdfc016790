"""``benchsuite watch``, as a process of its own: a growing folder, a browser that follows it, and every way in which it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.scratch import PREFIX
from benchsuite.store import Store
from tests.factories import make_json, of_nobody

PATIENCE = 120.0


def fresh(seed: int) -> Record:
    return record_from_json(json.dumps(of_nobody(make_json(seed=seed))).encode())


class Watching:
    """A process that watches a folder."""

    def __init__(self, folder: Path, log: Path, *arguments: str) -> None:
        self.log = log
        command = [sys.executable, "-m", "benchsuite", "watch", "--no-local", "--results", str(folder), *arguments]
        self.place = log.parent / "tmp"
        self.place.mkdir()
        surroundings = {**os.environ, "TMPDIR": str(self.place)}
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command, stdout=file, stderr=subprocess.STDOUT, cwd=log.parent, env=surroundings
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, done: Callable[[str], object]) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if done(self.said):
                return self.said
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.said)

    @property
    def address(self) -> str:
        return re.search(r"http://127\.0\.0\.1:\d+/", self.until(lambda said: "http://" in said))[0]

    def get(self, path: str = "") -> str:
        with urllib.request.urlopen(self.address + path, timeout=20) as answer:
            return answer.read().decode()

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("watched") / "results")
    return store.folder


@pytest.fixture(scope="module")
def watching(results: Path) -> Iterator[Watching]:
    found = Watching(results, results.parent / "log")
    yield found
    if found.process.poll() is None:
        found.process.kill()
        found.process.wait()


def test_a_folder_is_followed_from_its_first_record_on_and_left_as_it_is(watching: Watching, results: Path) -> None:
    assert "No trial has a record yet." in watching.get() or "No report was written yet." in watching.get()
    store = Store(results)
    store.write(fresh(0))
    watching.until(lambda said: ": 1 record, written in" in said)
    page = watching.get()
    assert "my_digits_mlp" in page
    assert '/-/live.js" data-version="1"' in page
    assert watching.get("-/version") == "1"
    store.write(fresh(1))
    watching.until(lambda said: ": 2 records, written in" in said)
    assert watching.get("-/version") == "2"
    if Path("/proc/locks").is_file():  # else nobody can say whether a run holds the folder
        with store.locked():
            watching.until(lambda said: "A run is going on." in said)
        watching.until(lambda said: "The run has ended." in said)
    assert {path.name for path in results.iterdir()} == {"trials", ".lock"}


def test_it_lies_in_a_place_of_its_own_that_goes_with_it(watching: Watching, results: Path) -> None:
    (place,) = watching.place.glob(f"{PREFIX}*")
    assert (place / "report" / "index.html").is_file()
    assert watching.end() == 0
    assert not any(watching.place.iterdir())
    lines = watching.said.splitlines()
    assert lines[0] == f"Watching {results} at {watching.address} (Ctrl-C ends it)"
    assert lines[-1] == "Watching ended. The records are as they were; `benchsuite report` writes the report for good."
    assert "Traceback" not in watching.said
    assert all(len(line) < 300 for line in lines)


def test_a_folder_that_goes_ends_it_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    watching = Watching(tmp_path / "results", tmp_path / "log")
    watching.until(lambda said: "http://" in said)
    (tmp_path / "results").rename(tmp_path / "moved")
    assert watching.process.wait(PATIENCE) == 2
    assert watching.said.splitlines()[1:] == [
        f"benchsuite: {tmp_path / 'results'} was deleted, moved or replaced: there is nothing left to watch. Start `benchsuite watch` "
        "again on the folder that you mean."
    ]


def test_what_cannot_be_watched_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from benchsuite.cli.app import app
    from benchsuite.live.server import LiveServer

    taken = LiveServer(tmp_path)
    for arguments, told in (
        (["--results", str(tmp_path / "none")], "there is no folder"),
        (["--results", str(tmp_path), "--port", "70000"], "--port must be a number from 0 to 65535"),
        (["--results", str(tmp_path), "--port", str(taken.port)], "another program listens there"),
    ):
        done = CliRunner().invoke(app, ["watch", "--no-local", *arguments])
        assert told in str(done.exception), arguments
    taken.server_close()

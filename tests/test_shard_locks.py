"""Several shards on one results folder: together, each once, and never beside an ordinary run."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.folder import Folder
from benchsuite.live.changes import run_holds
from benchsuite.lock import locked
from benchsuite.shard_locks import TURN, at_work
from benchsuite.shards import Shard
from benchsuite.store import Store
from tests.bundle import made
from tests.shard_process import planned

ONE, TWO = Shard(1, 2), Shard(2, 2)
ROOT = Path(__file__).parents[1]
HOST = os.uname().nodename


def refused(folder: Path, shard: Shard | None = None) -> str:
    with pytest.raises(BenchsuiteError) as caught, locked(Folder(folder), shard=shard):
        pytest.fail("it was locked")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_shards_hold_a_folder_together_and_each_of_them_once(tmp_path: Path) -> None:
    with locked(Folder(tmp_path), shard=ONE), locked(Folder(tmp_path), shard=TWO):
        here = f"(process {os.getpid()} on {HOST})"
        assert [str(one) for one in at_work(Folder(tmp_path))] == [f"1/2 {here}", f"2/2 {here}"]
        assert refused(tmp_path, ONE) == (
            f"shard 1/2 {here} is at work on {tmp_path} already. Wait for it, stop it, or choose another folder with "
            "--results DIR."
        )
        assert refused(tmp_path, Shard(1, 3)) == (
            f"shards 1/2 {here}, 2/2 {here} are at work on {tmp_path}, and shard 1/3 is of another division: trials would "
            "run twice. Wait for it, or choose another folder with --results DIR."
        )
        assert run_holds(tmp_path) in (True, None)
    assert at_work(Folder(tmp_path)) == []
    assert names(tmp_path) == {".lock", TURN}


def test_an_ordinary_run_names_the_shards_that_are_at_work(tmp_path: Path) -> None:
    with locked(Folder(tmp_path), shard=TWO):
        assert refused(tmp_path) == (
            f"shard 2/2 (process {os.getpid()} on {HOST}) is at work on {tmp_path}. Wait for all of them, stop them, or "
            "choose another folder with --results DIR."
        )
    with locked(Folder(tmp_path)):
        pass


def test_no_shard_begins_beside_an_ordinary_run(tmp_path: Path) -> None:
    with locked(Folder(tmp_path)):
        assert refused(tmp_path, ONE) == (
            f"another run (process {os.getpid()}) is writing to {tmp_path}. Wait for it, stop it, or choose another folder "
            "with --results DIR."
        )
    assert names(tmp_path) == {".lock", TURN}


def test_only_one_that_is_alone_sweeps_and_nobody_begins_meanwhile(tmp_path: Path) -> None:
    swept: list[Any] = []

    def sweeping() -> None:
        with pytest.raises(BlockingIOError), open(tmp_path / TURN, "rb") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)  # so another shard waits
        refused(tmp_path)  # and so does an ordinary run
        swept.append(names(tmp_path))

    (tmp_path / ".lock-2-of-2").write_text("1 on somewhere", encoding="utf-8")  # of one that was killed
    with locked(Folder(tmp_path), shard=ONE, first=sweeping):
        assert swept == [{".lock", TURN, ".lock-1-of-2"}]
        with locked(Folder(tmp_path), shard=TWO, first=lambda: pytest.fail("another shard is at work")):
            pass
    with locked(Folder(tmp_path), first=lambda: swept.append(None)):
        assert len(swept) == 2


@pytest.mark.parametrize("shard", [None, ONE])
def test_a_draft_of_a_living_shard_is_never_swept(tmp_path: Path, shard: Shard | None) -> None:
    store = Store(tmp_path)
    left = tmp_path / "trials" / ".x.json.0123456789abcdef.part"
    with store.locked(ONE):
        left.write_bytes(b"half")  # as on a drive without locks, where nothing says that its writer lives
        with Store(tmp_path).locked(TWO):
            assert left.exists()
    with store.locked(shard):
        assert not left.exists()


def test_the_record_of_the_first_of_two_shards_stays_unless_its_numbers_are_others(tmp_path: Path) -> None:
    (record,) = made.records()[:1]
    later = made.changed(record, lambda data: data["costs"].update(wall_seconds=99.0))
    store = Store(tmp_path)
    with store.locked(ONE):
        store.write(record)
        assert store.write(later) == record
        assert store.write_all([later]) == [record]
        assert store.read(record.id) == record
    with store.locked():  # alone, a run that makes a record anew means it
        assert store.write(later) == later


def test_who_waits_for_another_shard_to_begin_gives_up_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchsuite.shard_locks.LONGEST_TURN", 0.1)
    with open(tmp_path / TURN, "wb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        assert refused(tmp_path, ONE).startswith(
            f"another shard has been beginning its work on {tmp_path} for 0.1 seconds"
        )
    with locked(Folder(tmp_path), shard=ONE):
        pass


def test_where_folders_have_no_locks_files_do_it_and_where_nothing_has_no_shard_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, kinds = fcntl.flock, ["folder"]

    def fake(descriptor: int, operation: int) -> None:
        if ("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file") in kinds:
            raise OSError(errno.ENOLCK, "No locks available")
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", fake)
    with locked(Folder(tmp_path), shard=ONE):
        assert refused(tmp_path).startswith("shard 1/2 ")
        assert refused(tmp_path, ONE).startswith("shard 1/2 ")
        with locked(Folder(tmp_path), shard=TWO):
            pass
    with locked(Folder(tmp_path)):
        assert refused(tmp_path, ONE).startswith("another run ")
    kinds.append("file")
    assert refused(tmp_path, ONE) == (
        f"cannot lock {tmp_path / TURN}: its file system has no locks, without which two runs could spoil each other's work. "
        "Choose a folder on another one with --results DIR."
    )


@pytest.mark.parametrize("plant", [os.mkfifo, os.mkdir, lambda path: os.symlink("elsewhere", path)])
def test_whatever_lies_where_a_shards_lock_should_be_is_told_in_one_line(
    tmp_path: Path, plant: Callable[[Path], None]
) -> None:
    plant(tmp_path / ".lock-1-of-2")
    assert at_work(Folder(tmp_path)) == []
    assert refused(tmp_path, ONE).startswith("cannot write ")
    plant_of_nobody = tmp_path / ".lock-9-of-2"
    plant_of_nobody.write_text("", encoding="utf-8")
    with locked(Folder(tmp_path), shard=TWO):
        assert plant_of_nobody.exists()  # no shard: not ours to delete


# Real processes


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    started = []

    def run(shard: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "tests.shard_process",
            str(tmp_path / "results"),
            shard,
            str(tmp_path / "gate"),
        ]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_two_processes_share_a_folder_one_is_killed_and_begins_again(tmp_path: Path, start: Any, bundled: Any) -> None:
    results, gate = tmp_path / "results", tmp_path / "gate"
    first, second = start("1/2"), start("2/2")
    assert [line(first), line(second)] == ["started", "started"]
    here = [f"1/2 (process {first.pid} on {HOST})", f"2/2 (process {second.pid} on {HOST})"]
    assert [str(one) for one in at_work(Folder(results))] == here
    with pytest.raises(BenchsuiteError, match=r"^shards 1/2 .*, 2/2 .* are at work on "), Store(results).locked():
        pytest.fail("shards are at work")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert [str(one) for one in at_work(Folder(results))] == here[1:]
    again = start("1/2")
    assert line(again) == "started"
    gate.touch()
    assert [again.wait(300), second.wait(300)] == [0, 0]
    assert Store(results, create=False).ids() == sorted({trial.id for trial in planned(bundled)})
    assert len(Store(results, create=False).read_all()) == len(planned(bundled))  # each of them whole
    assert not [path for path in results.rglob(".*") if path.name not in (".lock", TURN)]


def test_many_shards_that_begin_at_once_all_get_in(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from benchsuite.store import Store; from benchsuite.shards import Shard\n"
        "with Store(Path(sys.argv[1])).locked(Shard.read(sys.argv[2])): print('in', flush=True); sys.stdin.read()"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), f"{k}/4"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for k in range(1, 5)
    ]
    try:
        assert [line(process) for process in processes] == ["in"] * 4
        assert len(at_work(Folder(tmp_path))) == 4
        end = time.monotonic() + 120
        for process in processes:
            process.communicate("", timeout=max(1.0, end - time.monotonic()))
        assert at_work(Folder(tmp_path)) == []
    finally:
        for process in processes:
            process.kill()
            process.wait()

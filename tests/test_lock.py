"""The lock of a results folder: one run at a time, whatever lies where the lock should be, and nobody holds it by accident."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.folder import Folder
from benchsuite.lock import locked


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def refused(folder: Folder) -> str:
    with pytest.raises(BenchsuiteError) as caught, locked(folder):
        pytest.fail("it was locked")
    assert "\n" not in str(caught.value)
    return str(caught.value)


START = """
import ctypes, os, sys, time
from pathlib import Path
from benchsuite.folder import Folder
from benchsuite.lock import locked
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    """Start a Python process that does something with the folder and then says a line."""
    started = []

    def run(code: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-c", START + code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield run
    for process in started:
        process.kill()
        process.communicate()


HOLD = """
with locked(Folder(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def in_use(path: Path, holder: object) -> str:
    return (
        f"another run (process {holder}) is writing to {path}. Wait for it, stop it, or choose another folder with "
        "--results DIR."
    )


def test_a_lock_that_is_deleted_or_replaced_still_holds(folder: Folder, start: Any, tmp_path: Path) -> None:
    process, _ = start(HOLD)
    assert refused(folder) == in_use(tmp_path, process.pid)
    (tmp_path / ".lock").unlink()
    assert refused(folder) == in_use(tmp_path, "unknown")
    assert not (tmp_path / ".lock").exists()
    for content in ("not a number\x1b[31m", "\udcff"):
        (tmp_path / ".lock").write_bytes(content.encode(errors="surrogateescape"))
        assert refused(folder) == in_use(tmp_path, "unknown")
    (tmp_path / ".lock").unlink()
    os.mkfifo(tmp_path / ".lock")
    assert refused(folder) == in_use(tmp_path, "unknown")
    (tmp_path / ".lock").unlink()
    process.communicate("")
    with locked(folder):
        assert (tmp_path / ".lock").read_text(encoding="utf-8") == str(os.getpid())


def test_what_is_no_file_is_no_lock(folder: Folder, tmp_path: Path) -> None:
    path, ends = tmp_path / ".lock", "All records written so far are whole. Mend that and run the same command again."
    os.mkfifo(path)
    assert refused(folder) == f"cannot write {path}: {path} is not a regular file. {ends}"
    path.unlink()
    path.mkdir()
    assert refused(folder) == f"cannot write {path}: Is a directory. {ends}"
    path.rmdir()
    with locked(folder):
        pass


def test_a_link_is_no_lock_and_what_it_leads_to_is_not_touched(folder: Folder, tmp_path: Path) -> None:
    path, other = tmp_path / ".lock", tmp_path / "thesis.tex"
    other.write_text("all of it", encoding="utf-8")
    path.symlink_to(other)
    assert f"cannot write {path}: {path} is a symbolic link" in refused(folder)
    path.unlink()
    path.hardlink_to(other)
    with locked(folder):
        assert path.read_text(encoding="utf-8") == str(os.getpid())
        assert path.stat().st_nlink == 1
    assert other.read_text(encoding="utf-8") == "all of it"


def test_the_lock_follows_the_umask(folder: Folder, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with locked(folder):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / ".lock").stat().st_mode) == 0o600


# File systems that know fewer locks


@pytest.fixture
def flock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the file system refuse locks: of folders, as on NFS, or of all."""
    real = fcntl.flock

    def without(*kinds: str) -> None:
        def fake(descriptor: int, operation: int) -> None:
            kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
            if kind in kinds:
                raise OSError(errno.EBADF if kind == "folder" else errno.ENOLCK, "No locks available")
            real(descriptor, operation)

        monkeypatch.setattr(fcntl, "flock", fake)

    return without


def test_where_folders_have_no_locks_the_file_is_watched(
    folder: Folder, flock: Any, start: Any, tmp_path: Path
) -> None:
    flock("folder")
    with locked(folder):
        assert refused(Folder(tmp_path)) == in_use(tmp_path, os.getpid())
        folder.write("a", b"1")
        (tmp_path / ".lock").unlink()
        with locked(Folder(tmp_path)):  # the second run that nothing can stop, and that the first must see
            with pytest.raises(OSError, match=r"\.lock was deleted, moved or replaced meanwhile"):
                folder.write("b", b"1")
            with pytest.raises(OSError, match=r"\.lock was deleted, moved or replaced meanwhile"):
                folder.check()
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("kinds", [("file",), ("folder", "file")])
def test_where_files_have_no_locks_nothing_runs(
    kinds: tuple[str, ...], folder: Folder, flock: Any, tmp_path: Path
) -> None:
    """The lock of a folder is not enough: on NFS it holds on one machine alone."""
    flock(*kinds)
    assert refused(folder) == (
        f"cannot lock {tmp_path / '.lock'}: its file system has no locks, without which two runs could spoil each other's "
        "work. Choose a folder on another one with --results DIR."
    )


# Children

FORK = """
reading, writing = os.pipe()
with locked(Folder(Path(sys.argv[1]))):
    child = os.fork()
    if child == 0:
        os.close(1)
        os.write(writing, b".")
        time.sleep(60)
        os._exit(0)
    os.read(reading, 1)  # it runs
    print(child, flush=True)
    sys.stdin.read()
"""


def test_a_child_that_a_hook_forked_does_not_keep_the_lock(folder: Folder, start: Any, tmp_path: Path) -> None:
    process, child = start(FORK)
    try:
        assert refused(folder) == in_use(tmp_path, process.pid)
        process.kill()
        process.wait()
        os.kill(int(child), 0)  # it lives
        with locked(folder):
            pass
    finally:
        os.kill(int(child), signal.SIGKILL)


FORKED_IN_C = """
with locked(Folder(Path(sys.argv[1]))):
    child = ctypes.CDLL(None).fork()  # nothing tells Python
    if child == 0:
        os.close(1)
        time.sleep(60)
        os._exit(0)
print(child, flush=True)
sys.stdin.read()
"""


def test_a_run_that_ends_lets_go_whoever_has_a_copy(folder: Folder, start: Any) -> None:
    _, child = start(FORKED_IN_C)
    try:
        os.kill(int(child), 0)
        with locked(folder):
            pass
    finally:
        os.kill(int(child), signal.SIGKILL)


ENDS_IN_CHILD = """
folder = Folder(Path(sys.argv[1]))
with locked(folder):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("held", flush=True)
        sys.stdin.read()
    else:
        # Numbers of descriptors that were closed are used again, and must not be closed in their turn.
        files = [os.open("/dev/null", os.O_RDONLY) for _ in range(8)]
if not child:
    for file in files:
        os.fstat(file)
    os._exit(0)
"""


def test_a_child_that_leaves_the_lock_behind_does_not_open_it(folder: Folder, start: Any, tmp_path: Path) -> None:
    process, said = start(ENDS_IN_CHILD)
    assert said == "held"
    assert refused(folder) == in_use(tmp_path, process.pid)


def test_one_process_holds_a_folder_once(folder: Folder, tmp_path: Path) -> None:
    with locked(folder):
        assert refused(folder).startswith(f"cannot write {tmp_path}: this process holds it already.")
        folder.write("a", b"1")

"""The log of a worker: bounded, whatever is printed; never a reason for a worker to fail; its end known at once."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchsuite.execution import log as module
from benchsuite.execution.log import LETTERS, Log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "worker-3.log"


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    log = Log(path)
    yield log
    log.close()


def run(log: Log, code: str) -> subprocess.Popen[bytes]:
    """Start a bare Python, which is there in 20 ms, with the log as both of its streams."""
    with log.pipe() as pipe:
        return subprocess.Popen([sys.executable, "-ISc", code], stdout=pipe, stderr=pipe)


def test_what_is_printed_is_in_the_file_byte_for_byte(log: Log, path: Path) -> None:
    path.write_bytes(b"of an earlier run\n")
    text = "import os; os.write(1, b'a\\xff' * 300_000); os.write(2, b'end')"
    assert run(log, text).wait(10) == 0
    log.close()
    assert path.read_bytes() == b"of an earlier run\n" + b"a\xff" * 300_000 + b"end"
    assert log.printed == ("a\ufffd" * 300_000 + "end")[-LETTERS:]


def test_a_hundred_megabytes_leave_a_head_an_end_and_how_much_is_missing(log: Log, path: Path) -> None:
    process = run(log, "import os\nfor n in range(100): os.write(1, bytes([65 + n % 26]) * 2**20)\nos.write(2, b'end')")
    assert process.wait(30) == 0
    assert log.printed.endswith("Vend")
    log.close()
    content = path.read_bytes()
    left = 100 * 2**20 + 3 - module.HEAD - module.TAIL
    assert content[: module.HEAD] == b"".join(bytes([65 + n]) * 2**20 for n in range(4))
    assert content[module.HEAD :].decode() == (f"\n[… {left:,} bytes left out …]\n" + "V" * (module.TAIL - 3) + "end\n")


def test_each_trial_has_room_of_its_own_and_the_files_are_two(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEAD", 1000)
    monkeypatch.setattr(module, "LIMIT", 5000)
    with log.pipe() as pipe:
        for trial in range(20):
            log.begin()
            os.write(pipe, b"%d" % (trial % 10) * 990 + b"-")
            assert log.printed == str(trial % 10) * 990 + "-"
    log.close()
    assert sorted(path.parent.iterdir()) == [path, Path(f"{path}.1")]
    assert all(one.stat().st_size <= 5000 for one in path.parent.iterdir())
    assert path.read_bytes().endswith(b"8-" + b"9" * 990 + b"-")


def test_a_file_without_bounds_of_an_earlier_version_is_cut(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 1000)
    path.write_bytes(b"old" * 10_000)
    log = Log(path)
    with log.pipe() as pipe:
        os.write(pipe, b"new")
    log.close()
    assert path.read_bytes() == b"new"
    assert Path(f"{path}.1").read_bytes() == (b"old" * 334)[:1000]


def test_what_faulthandler_says_is_there_as_soon_as_the_worker_has_died(log: Log) -> None:
    process = run(log, "import faulthandler, ctypes; faulthandler.enable(); ctypes.string_at(0)")
    assert process.wait(10) == -signal.SIGSEGV
    assert log.printed.startswith("Fatal Python error: Segmentation fault")
    assert "Extension modules" not in log.printed


def test_a_child_that_keeps_the_pipe_open_and_prints_delays_nobody(log: Log) -> None:
    code = "import os\nif os.fork():\n os.write(1, b'last words\\n'); os.kill(os.getpid(), 11)\nwhile True: os.write(1, b'x')"
    process = run(log, code)
    assert process.wait(10) == -signal.SIGSEGV
    begun = time.monotonic()
    assert log.printed
    log.close()  # and the child ends of its next write
    assert time.monotonic() - begun < 5  # for ever, if it waited for the child
    assert not [one for one in threading.enumerate() if one.name == "log worker-3.log"]


@pytest.mark.parametrize("how", ["full", "folder"])
def test_a_file_that_cannot_be_written_costs_the_file_alone(
    how: str, log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "full":
        write = os.write

        def full(descriptor: int, content: bytes) -> int:
            if len(content) > 1:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(descriptor, content)

        monkeypatch.setattr(module.os, "write", full)
    else:  # where the full log is to go
        monkeypatch.setattr(module, "LIMIT", 1000)
        Path(f"{path}.1").mkdir()
    process = run(log, "import os\nfor _ in range(40): assert os.write(1, b'x' * 2**18) == 2**18\nos.write(1, b'end')")
    assert process.wait(10) == 0
    assert log.printed.endswith("xend")


@pytest.mark.parametrize("how", ["link", "fifo", "folder"])
def test_what_is_no_file_is_refused_at_once(how: str, path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    if how == "link":
        elsewhere.write_text("of somebody", encoding="utf-8")
        path.symlink_to(elsewhere)
    elif how == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(OSError, match=r"worker-3\.log"):
        Log(path)
    if how == "link":
        assert elsewhere.read_text(encoding="utf-8") == "of somebody"


def test_nothing_stays_open(path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    for _ in range(5):
        log = Log(path)
        assert run(log, "print(1)").wait(10) == 0
        assert log.printed == "1\n"
        log.close()
        log.close()
        assert log.printed == "1\n"
    assert len(os.listdir("/dev/fd")) == before

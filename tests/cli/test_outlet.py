"""What is printed and cannot be written ends a command with one line, or in silence where that cannot be written either."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from benchsuite.cli.outlet import CannotPrint, Outlet

FULL = Path("/dev/full")
SAID = "benchsuite: cannot print to standard output: No space left on device."


class Stream:
    """A stream that fails when it is flushed."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        self.texts: list[str] = []

    def write(self, text: str) -> int:
        self.texts.append(text)
        return len(text)

    def flush(self) -> None:
        raise self.error

    def fileno(self) -> int:
        raise OSError


def outlet(number: int) -> Outlet:
    return Outlet(Stream(OSError(number, os.strerror(number))), "standard output")  # type: ignore[arg-type]


def test_a_failure_is_told_once_and_stays_known():
    broken = outlet(errno.EIO)
    broken.write("a")
    assert broken.failed is None
    with pytest.raises(CannotPrint, match="standard output: Input/output error"):
        broken.flush()
    broken.write("b")  # what ends a command may go on printing
    assert isinstance(broken.failed, CannotPrint)


def test_what_fails_in_a_thread_reaches_the_main_thread():
    broken = outlet(errno.EIO)
    said: list[object] = []
    before, threading.excepthook = threading.excepthook, said.append
    try:
        thread = threading.Thread(target=broken.flush)
        thread.start()
        thread.join()
    finally:
        threading.excepthook = before
    assert said == []
    with pytest.raises(CannotPrint):
        broken.write("a")


def test_a_reader_that_has_had_enough_is_no_failure():
    broken = outlet(errno.EPIPE)
    with pytest.raises(BrokenPipeError):
        broken.flush()
    assert broken.failed is None


def ended(out: int, err: int = subprocess.PIPE, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "benchsuite", *arguments], stdout=out, stderr=err, text=True, check=False
    )
    return done.returncode, done.stderr or ""


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_a_full_disk_behind_the_output_is_said_in_one_line(argument: str):
    with FULL.open("w") as full:
        code, said = ended(full.fileno(), subprocess.PIPE, argument)
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith(SAID)


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_where_nothing_can_be_printed_the_exit_code_tells():
    with FULL.open("w") as full:
        assert ended(full.fileno(), full.fileno(), "--version") == (2, "")


def test_a_pipe_that_nobody_reads_ends_it_in_silence():
    reads, writes = os.pipe()
    os.close(reads)
    assert ended(writes, subprocess.PIPE, "--version") == (1, "")
    os.close(writes)

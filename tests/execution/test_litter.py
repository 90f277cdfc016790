"""What trials may leave behind in a process before it must go."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from benchsuite.execution import litter
from benchsuite.execution.litter import MOST_CHILDREN, MOST_FILES, MOST_TEMPORARY, MOST_THREADS, Litter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Litter:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first = Litter()
    assert first.too_much() == ()
    return first


def test_open_files_are_too_many_above_the_bound_and_none_when_they_are_closed(here: Litter) -> None:
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(MOST_FILES)]
    assert here.too_much() == ()
    opened.append(os.open(os.devnull, os.O_RDONLY))
    assert here.too_much() == ("open files",)
    for one in opened:
        os.close(one)
    assert here.too_much() == ()


def test_of_few_files_that_the_system_allows_half_are_too_many(here: Litter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (100, 100))
    few = Litter()
    few.too_much()
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(51)]
    assert (few.too_much(), here.too_much()) == (("open files",), ())
    for one in opened:
        os.close(one)


def test_threads(here: Litter) -> None:
    end = threading.Event()
    threads = [
        threading.Thread(target=end.wait, daemon=True) for _ in range(MOST_THREADS + 1 + 4 * (os.cpu_count() or 1))
    ]
    for one in threads[:-1]:
        one.start()
    assert here.too_much() == ()
    threads[-1].start()
    assert here.too_much() == ("threads",)
    end.set()
    for one in threads:
        one.join()


def test_children_that_run_and_those_that_nobody_waited_for(here: Litter, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc/self/task", str(threading.get_native_id()), "children").exists():
        pytest.skip("this kernel does not list children")
    monkeypatch.setattr(litter, "MOST_CHILDREN", before := litter._children())
    assert before <= MOST_CHILDREN
    child = subprocess.Popen(["true"])
    assert here.too_much() == ("child processes",)
    child.wait()
    assert here.too_much() == ()


def test_temporary_files_by_number_and_by_size(here: Litter, tmp_path: Path) -> None:
    for number in range(MOST_TEMPORARY):
        (tmp_path / str(number)).touch()
    assert here.too_much() == ()
    (tmp_path / "more").touch()
    assert here.too_much() == ("temporary files",)
    for path in tmp_path.iterdir():
        path.unlink()
    with (tmp_path / "large").open("wb") as file:
        file.truncate(litter.MOST_BYTES + 1)
    assert here.too_much() == ("temporary files",)


def test_what_is_there_after_the_first_trial_is_none(here: Litter) -> None:
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(MOST_FILES + 1)]
    assert Litter().too_much() == ()
    for one in opened:
        os.close(one)

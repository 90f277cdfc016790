"""Hostile imports, each in a real process that tries plugins; and beside them good ones, which must not suffer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchsuite.discovery import PluginSearch, find
from benchsuite.files import cache_folder
from benchsuite.registry import Registry, load_registry
from benchsuite.trying import process
from benchsuite.trying.process import Attempt, attempt

PLUGIN = """
import atexit, builtins, ctypes, os, signal, sys, threading, time
import benchsuite as bs

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="NAME", make=lambda: None)]
"""
# The first letter is the order: who ends the process comes first, since then each is the first of its process.
ENDING = {
    "a_exit": ("os._exit(3)", "importing it ended the process with exit code 3"),
    "a_exit_0": ("os._exit(0)", "importing it ended the process with exit code 0"),
    "a_abort": ("os.abort()", "importing it killed the process: SIGABRT"),
    "a_closes": ("os.closerange(0, 1024)", "importing it closed file descriptors that are not its own"),
    "a_words": (
        "class E(Exception):\n    def __str__(self):\n        os._exit(9)\nraise E",
        "importing it ended the process with exit code 9",
    ),
    "b_forks": ("os.fork()", "importing it makes a copy of the process (fork), which goes on as if it were it"),
    "b_interrupts": ("os.kill(os.getpid(), signal.SIGINT)", "importing it interrupts the process (SIGINT)"),
    "b_memory": ("x = bytearray(10**14)", "MemoryError"),
    "b_leaves": (
        "atexit.register(os._exit, 5)",
        "it ended the process with exit code 5 when that should have ended",
    ),
}
RAISING = {
    "c_interruption": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "c_recursion": ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded"),
    "c_exits": ("sys.exit(4)", "SystemExit: 4"),
    "c_replaces": (
        "import rich.table\ndef evil(*_): 1 / 0\nrich.table.Table.add_row = evil\nraise ValueError",
        "ValueError",
    ),
}
CHANGING = {
    "d_folder": "os.chdir('/')",
    "d_streams": "os.close(1); os.close(2); sys.stdout = sys.stderr = None",
    "d_timer": "signal.setitimer(signal.ITIMER_REAL, 0.01)",
    "d_rich": "import rich.console\ndef evil(*_, **__): 1 / 0\nrich.console.Console.print = evil\nbuiltins.print = None",
    "d_numpy": "import numpy.random\ndef evil(*_): return None\nnumpy.random.default_rng = evil",
    "d_nothing_there": "import numpy.linalg; numpy.linalg.norm = None",
    "d_environment": "os.environ['XLA_FLAGS'] = '--nonsense'",
}


def write(folder: Path, name: str, code: str) -> None:
    (folder / "plugins").mkdir(exist_ok=True)
    (folder / "plugins" / f"{name}.py").write_text(f"{PLUGIN.replace('NAME', name)}\n{code}\n", encoding="utf-8")


def is_gone(process: int) -> bool:
    """Whether a process has ended within some seconds."""
    for _ in range(100):
        if not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def tried(folder: Path, seconds: float = 60) -> Attempt:
    search = PluginSearch(folder=str(folder))
    return attempt(search, [one.key for one in find(search)[0] if not one.bundled], seconds)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (code, _) in {**ENDING, **RAISING}.items():
        write(folder, name, code)
    for name, code in {**CHANGING, "z_good": ""}.items():
        write(folder, name, code)
    return folder


@pytest.fixture(scope="module")
def found(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHSUITE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield load_registry(PluginSearch(folder=str(folder)), trying=True)


@pytest.mark.parametrize("name", [*ENDING, *RAISING])
def test_each_is_broken_with_its_reason(name: str, found: Registry) -> None:
    reasons = {plugin.name: plugin.reason for plugin in found.broken}
    assert reasons[name] == {**ENDING, **RAISING}[name][1]


@pytest.mark.parametrize("name", [*CHANGING, "z_good", "adam"])
def test_everything_else_works(name: str, found: Registry) -> None:
    assert found.entry("optimizer", name).plugin.reason == ""


def test_nothing_else_is_broken_and_this_process_is_as_it_was(found: Registry) -> None:
    import builtins

    import numpy as np
    import rich.console
    import rich.table

    assert len(found.broken) == len(ENDING) + len(RAISING)
    assert (builtins.print, rich.console.Console.print.__module__) == (print, "rich.console")
    assert rich.table.Table.add_row.__module__ == "rich.table"
    assert np.random.default_rng(0).integers(10) == 8
    assert np.linalg.norm([3.0, 4.0]) == 5
    assert os.environ.get("XLA_FLAGS") != "--nonsense"


@pytest.mark.usefixtures("found")
def test_memory_is_asked_for_in_that_process_alone() -> None:
    files = (cache_folder() / "tried").glob("*.json")
    assert "MemoryError" in [json.loads(file.read_text())["reason"] for file in files]


def test_what_a_dying_import_printed_is_its_traceback(found: Registry) -> None:
    (plugin,) = [plugin for plugin in found.broken if plugin.name == "a_abort"]
    assert "Fatal Python error: Aborted" in plugin.traceback
    assert "a_abort.py" in plugin.traceback


def test_the_second_time_no_process_is_needed(
    folder: Path, found: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugins").mkdir()
    write(tmp_path, "good", "")
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path / "cache"))
    search = PluginSearch(folder=str(tmp_path))
    assert load_registry(search, trying=True).broken == []
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert load_registry(search, trying=True).broken == []
    monkeypatch.setattr("benchsuite.trying.trying.attempt", lambda *_: pytest.fail("tried again"))
    assert "good" in load_registry(search, trying=True).tables["optimizer"]
    write(tmp_path, "good", "EDITED = True")
    with pytest.raises(pytest.fail.Exception, match="tried again"):
        load_registry(search, trying=True)


def test_an_import_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a_good", "")
    monkeypatch.setattr(process, "PATIENT_SECONDS", 0.3)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    write(
        tmp_path,
        "hangs",
        f"if os.fork() == 0: open({str(tmp_path / 'child')!r}, 'w').write(str(os.getpid()))\ntime.sleep(1000)",
    )
    one = tried(tmp_path, seconds=1)
    assert one.at is not None
    assert one.at.startswith("./plugins/hangs.py")
    assert one.reason == "importing it did not finish within 1 seconds"
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "Importing ./plugins/hangs.py takes long; at most 1 seconds."
    assert [key.split("\n")[0] for key in one.done] == ["./plugins/a_good.py"]
    assert is_gone(int((tmp_path / "child").read_text()))


def test_it_goes_with_the_process_that_waits_for_it(tmp_path: Path) -> None:
    write(tmp_path, "hangs", f"open({str(tmp_path / 'child')!r}, 'w').write(str(os.getpid()))\ntime.sleep(1000)")
    script = "from benchsuite.registry import PluginSearch, load_registry\nload_registry(PluginSearch(), trying=True)"
    environment = {**os.environ, "BENCHSUITE_CACHE": str(tmp_path / "cache")}
    waiting = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, env=environment)
    for _ in range(1200):
        if (tmp_path / "child").exists() and (tmp_path / "child").read_text():
            break
        time.sleep(0.05)
    waiting.kill()
    waiting.wait()
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_thread_that_never_ends_keeps_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "END_SECONDS", 2.0)
    write(tmp_path, "threads", "threading.Thread(target=time.sleep, args=(1000,)).start()")
    one = tried(tmp_path)
    assert one.reason == "the process that imported it does not end: a thread or an atexit function of its keeps it"
    assert one.leaving == list(one.done)


def test_an_end_that_computes_may_take_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "END_SECONDS", 1.5)
    work = "while time.process_time() < begun + 3:\n        pass"
    write(tmp_path, "works", f"begun = time.process_time()\ndef work():\n    {work}\natexit.register(work)")
    one = tried(tmp_path)
    assert one.reason == ""
    assert list(one.done)


def test_where_no_process_can_start_plugins_are_imported_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "good", "")
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert load_registry(PluginSearch(folder=str(tmp_path)), trying=True).broken == []


def test_list_goes_on(tmp_path: Path) -> None:
    for name in ("a_exit", "b_interrupts"):
        write(tmp_path, name, ENDING[name][0])
    for name in ("d_rich", "d_streams", "d_folder"):
        write(tmp_path, name, CHANGING[name])
    write(tmp_path, "z_good", "")
    done = subprocess.run(
        [sys.executable, "-m", "benchsuite", "list", "optimizer"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, "COLUMNS": "200", "BENCHSUITE_CACHE": str(tmp_path / "cache")},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nz_good\t" in done.stdout
    assert "broken a_exit (./plugins/a_exit.py): importing it ended the process with exit code 3\n" in done.stdout
    assert done.stdout.count("broken ") == 2

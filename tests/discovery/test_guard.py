"""What an import may change of the process is put back; each case leaves its mark without the guard."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchsuite.discovery.guard import guarded, search_path

CHANGES: dict[str, tuple[str, Callable[[], Any]]] = {
    "folder": ("os.chdir('/')", os.getcwd),
    "a new variable": ("os.environ['XLA_FLAGS_OF_MINE'] = '1'", lambda: dict(os.environ)),
    "a variable that goes": ("del os.environ['PATH']", lambda: dict(os.environ)),
    "sys.stdout": ("sys.stdout = None", lambda: sys.stdout),
    "sys.stderr": ("sys.stderr = None", lambda: sys.stderr),
    "sys.excepthook": ("sys.excepthook = None", lambda: sys.excepthook),
    "sys.exit": ("sys.exit = print", lambda: sys.exit),
    "print": ("import builtins; builtins.print = None", lambda: print),
    "the front of sys.path": ("sys.path.insert(0, '/evil')", lambda: sys.path[:3]),
    "sys.path": ("sys.path.clear()", lambda: [place for place in sys.path if place != "/evil"]),
    "a module": ("sys.modules['json'] = None", lambda: sys.modules["json"]),
    "a module that nobody imported": (
        "import types; sys.modules['tabnanny'] = types.ModuleType('tabnanny')",
        lambda: __import__("tabnanny").__spec__ is not None and sys.modules.pop("tabnanny") is not None,
    ),
    "a module that goes": ("del sys.modules['json']", lambda: sys.modules["json"]),
    "Ctrl-C": ("signal.signal(signal.SIGINT, signal.SIG_IGN)", lambda: signal.getsignal(signal.SIGINT)),
    "another signal": ("signal.signal(signal.SIGTERM, signal.SIG_IGN)", lambda: signal.getsignal(signal.SIGTERM)),
    "blocked signals": (
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])",
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, []),
    ),
    "a timer": ("signal.setitimer(signal.ITIMER_REAL, 1000)", lambda: signal.getitimer(signal.ITIMER_REAL)),
    "a timer that runs out": (
        "import time; signal.setitimer(signal.ITIMER_REAL, 0.001); time.sleep(0.02)",
        lambda: signal.getsignal(signal.SIGALRM),
    ),
    "the depth of recursion": ("sys.setrecursionlimit(5000)", sys.getrecursionlimit),
    "garbage": ("import gc; gc.disable()", gc.isenabled),
    "warnings": ("import warnings; warnings.simplefilter('error')", lambda: list(warnings.filters)),
    "the mask of files": ("os.umask(0o777)", lambda: [os.umask(0o022), os.umask(0o022)]),
    "logging": ("import logging; logging.getLogger().setLevel(1)", lambda: logging.getLogger().level),
    "logging, off": ("import logging; logging.disable()", lambda: logging.getLogger().manager.disable),
    "tracing": ("sys.setprofile(lambda *_: None)", sys.getprofile),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_put_back(what: str) -> None:
    code, state = CHANGES[what]
    mask = os.umask(0o022)
    before = state()
    with guarded():
        exec(code, {"os": os, "sys": sys, "signal": signal})
    assert state() == before
    os.umask(mask)


def test_what_was_added_to_the_search_path_stays_behind_everything_else() -> None:
    before = sys.path[:]
    with guarded():
        sys.path.insert(0, "/mine")
    assert sys.path == [*before, "/mine"]
    assert "/mine" not in search_path()  # and reaches no other process
    sys.path[:] = before


@pytest.mark.parametrize(
    "code",
    [
        "os.close(0); os.close(1); os.close(2)",
        "os.closerange(0, 50)",
        "sys.stdout.close()",
        "sys.stdout.detach()",
        "os.dup2(os.open(os.devnull, os.O_RDWR), 1)",
        "sys.stdout = sys.__stdout__ = open(os.devnull, 'w')",
    ],
)
def test_what_is_printed_afterwards_arrives(code: str) -> None:
    script = (
        "import os, sys\nfrom benchsuite.discovery.guard import guarded\n"
        f"with guarded():\n    {code}\nprint('still here ∇', file=sys.stdout)\nprint('and here', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "still here ∇\n", "and here\n")


def test_what_is_done_at_the_end_may_raise_and_can_be_taken_back() -> None:
    script = (
        "import atexit\nfrom benchsuite.discovery.guard import guarded\n"
        "def never(): print('never')\n"
        "with guarded():\n    atexit.register(lambda: 1 / 0)\n    atexit.register(print, 'last')\n"
        "    atexit.register(never)\natexit.unregister(never)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "last\n", "")


def test_a_copy_of_the_process_ends_where_it_comes_out(tmp_path: Path) -> None:
    script = (
        "import os\nfrom benchsuite.discovery.guard import guarded\n"
        "with guarded():\n    child = os.fork()\nos.waitpid(child, 0)\nprint('once')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "once\n")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
def test_copies_that_stay_inside_end_with_the_process() -> None:
    code = (
        "import os, sys, time\nfrom benchsuite.discovery.guard import guarded\n"
        "with guarded():\n"
        "    if not os.fork():\n"
        "        os.setsid()\n"
        "        os.fork()\n"
        "        time.sleep(1000)\n"
        "    time.sleep(0.3)\n"
    )
    # Both copies hold its output open: it would not end before them.
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=20, check=False).returncode == 0


def test_what_cannot_be_put_back_does_not_keep_the_rest_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    before = dict(os.environ)
    with guarded():
        os.environ["MORE"] = "1"
        gone.rmdir()
        os.chdir("/")
    assert dict(os.environ) == before
    json.dumps(os.getcwd())

"""A whole run with a trial that starts daemons and is stuck in C code: after its end nothing is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from benchsuite.store import Store
from tests.execution.test_containment import is_there, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="daemons are found on Linux"),
]

# Its trial may come before that of sgd or after it.
PLUGIN = """
import benchsuite as bs

def make(learning_rate):
    import multiprocessing, os, re, subprocess, tempfile, time
    global semaphore
    semaphore = multiprocessing.get_context("spawn").Semaphore()
    tempfile.mkdtemp()
    subprocess.Popen(["/bin/sh", "-c", "echo $$ >> pids; exec sleep 300"], start_new_session=True, env={})
    if not os.fork():
        with open("pids", "a") as file:
            print(os.getpid(), file=file)
        time.sleep(300)
    with open("semaphore", "w") as file:
        print("sem." + semaphore._semlock.name[1:], file=file)
    re.match("(a+)+$", "a" * 60 + "b")

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="stuck", make=make, space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
                         summary="It starts daemons, and gets stuck.", reference="none")]
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_after_a_run_nothing_is_left_of_it(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "stuck.py").write_text(PLUGIN, encoding="utf-8")
    temporary, results, pids = tmp_path / "temporary", tmp_path / "results", tmp_path / "pids"
    temporary.mkdir()
    command = [sys.executable, "-m", "benchsuite", "run", "--no-local", "--plugin", "stuck.py", "--workers", "1"]
    study = [
        "--task",
        "digits_mlp",
        "--optimizer",
        "sgd,stuck",
        "--epochs",
        "1",
        "--seeds",
        "1",
        "--results",
        str(results),
    ]
    run = subprocess.Popen(
        [*command, *study],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    semaphore = tmp_path / "semaphore"
    assert until(lambda: semaphore.exists() and semaphore.read_text(encoding="utf-8").endswith("\n"), 90.0)
    assert until(lambda: pids.read_text(encoding="utf-8").count("\n") == 2)
    left = Path("/dev/shm", semaphore.read_text(encoding="utf-8").strip())
    everybody = [one.pid for one in psutil.Process(run.pid).children(recursive=True)]
    everybody += [int(line) for line in pids.read_text(encoding="utf-8").split()]
    assert len(set(everybody)) >= 4
    assert left.exists()
    assert list(temporary.iterdir())
    time.sleep(0.2)  # it is well stuck
    stored = len(Store(results, create=False).ids())
    run.send_signal(number)
    out, err = run.communicate(timeout=30)
    assert until(lambda: not any(map(is_there, everybody)))
    assert not left.exists()
    assert list(temporary.iterdir()) == []
    assert len(Store(results, create=False).read_all()) == stored
    assert err == ""
    if number == signal.SIGTERM:
        assert run.returncode == 1
        assert f"Stopped. {stored} of 2 trials have records; the same command goes on from here." in " ".join(
            out.split()
        )

"""What a run is told by signals: end with all that was finished, or stop and go on together with its workers."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.execution import stub_worker
from tests.execution.test_containment import is_there, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="states of processes as Linux names them")

RUN = """
import sys
from contextlib import closing
from pathlib import Path
from benchsuite.execution import Finished, process
from benchsuite.execution.signals import heard
from tests.execution import stub_worker
from tests.execution.test_local import cell, new_executor, trial

process.BOOT = stub_worker.BOOT
executor = new_executor(Path(sys.argv[1]), 2)
try:
    with heard(), closing(executor):
        for seed in range(int(sys.argv[3])):
            executor.submit(cell(trial(seed), timeout=float(sys.argv[2])))
        for event in executor.events():
            if isinstance(event, Finished):
                print(event.trial.seed, event.ending.outcome.value, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


class Run:
    """A run of some trials on two stub workers."""

    def __init__(self, folder: Path, limit: float, trials: int, *prefix: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.folder = folder
        environment = os.environ | {"PYTHONPATH": os.getcwd(), "TMPDIR": str(self.temporary)}
        command = [*prefix, sys.executable, "-c", RUN, str(folder), str(limit), str(trials)]
        # A group of its own in this session, as a shell makes one: only such a one can be stopped from a terminal.
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, process_group=0)

    def workers(self) -> list[psutil.Process]:
        """Return both workers once they train."""
        assert until(lambda: len(list(self.folder.glob("trial-*"))) == 2)
        guards = psutil.Process(self.process.pid).children()
        return [worker for guard in guards for worker in guard.children()]

    def said(self) -> list[str]:
        """Wait for the end and return what it printed."""
        out, _ = self.process.communicate(timeout=30)
        return sorted(out.splitlines())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Start a run whose trials take some seconds each."""
    started: list[Run] = []

    def one(*prefix: str, seconds: float = 0.5, limit: float = 60.0, trials: int = 2) -> Run:
        stub_worker.write_plan(tmp_path, seconds=seconds)
        started.append(Run(tmp_path, limit, trials, *prefix))
        return started[-1]

    yield one
    for run in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGKILL)
        run.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_cleanly(number: signal.Signals, start: Callable[..., Run]) -> None:
    run = start(seconds=60.0)
    workers = run.workers()
    everybody = [*workers, *(worker.parent() for worker in workers)]
    assert len(list(run.temporary.iterdir())) == 2
    run.process.send_signal(number)
    assert run.said() == ["interrupted"]
    assert run.process.returncode == 0
    assert not any(is_there(one.pid) for one in everybody)
    assert list(run.temporary.iterdir()) == []


def test_what_its_parent_has_it_ignore_it_ignores(start: Callable[..., Run]) -> None:
    """As nohup does."""
    run = start("/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh")
    run.workers()
    run.process.send_signal(signal.SIGHUP)
    assert run.said() == ["0 completed", "1 completed"]


def state(process: psutil.Process) -> str:
    return str(process.status())


def test_whoever_is_stopped_for_longer_than_a_trial_may_take_no_trial_fails(start: Callable[..., Run]) -> None:
    """From the terminal, with its workers; or the run, its workers or their guards alone, by force; or all of them."""
    run = start(seconds=0.3, limit=2.0, trials=100)
    workers = run.workers()
    main, guards = psutil.Process(run.process.pid), [worker.parent() for worker in workers]
    for seconds in (2.3, 0.1):  # twice, as people do
        os.killpg(main.pid, signal.SIGTSTP)
        assert until(lambda: {state(one) for one in (main, *workers)} == {psutil.STATUS_STOPPED}, 3.0)
        time.sleep(seconds)
        os.killpg(main.pid, signal.SIGCONT)
        assert until(lambda: psutil.STATUS_STOPPED not in {state(one) for one in (main, *workers)}, 3.0)
    everybody = [main, *workers, *guards]
    # A run that sees a worker stopped wakes it after its limit; guards have no part in time.
    for stopped, seconds in (([main], 2.3), (workers, 1.5), (guards, 0.3), (everybody, 2.3)):
        for one in stopped:
            one.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        for one in reversed(stopped):
            one.send_signal(signal.SIGCONT)
        time.sleep(0.2)
    main.terminate()
    *ended, last = run.said()
    assert last == "interrupted"
    assert len(ended) >= 4
    assert {line.split()[1] for line in ended} == {"completed"}
    assert all(stub_worker.times(run.folder, f"trial-{line.split()[0]}") == 1 for line in ended)


FORKS = """
import os, signal, subprocess, sys, time
from benchsuite.execution.signals import heard
from benchsuite.execution.guard import LINUX

def fork():
    if pid := os.fork(): return pid
    time.sleep(300)

before = fork()
with heard():
    within = fork()
    inner, said = os.pipe()
    if not (middle := os.fork()):  # a fork of a fork
        os.write(said, b"%d" % fork())
        time.sleep(300)
    program = subprocess.Popen(["sleep", "300"]).pid
    print(before, within, middle, int(os.read(inner, 20)), program, flush=True)
    time.sleep(300)
"""


def test_a_fork_that_a_hook_makes_dies_with_the_run_and_a_program_that_it_starts_does_not() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", FORKS],
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert run.stdout is not None
        assert run.stderr is not None
        before, within, middle, inner, program = map(int, run.stdout.readline().split())
        os.kill(inner, signal.SIGTERM)  # it ends as any process, without a traceback
        assert until(lambda: not is_there(inner))
        run.kill()
        run.wait()
        assert until(lambda: not is_there(within) and not is_there(middle), 5.0)
        assert is_there(before)
        assert is_there(program)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.stdout.close()
        assert run.stderr.read() == b""
        run.stderr.close()

"""A worker that has gone is seen at once, whatever it left behind, and what it does to its connection is its own failure."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchsuite.execution import containment, process
from benchsuite.execution.death import Death
from benchsuite.execution.interface import Options
from benchsuite.execution.process import Died, Stopped, TookTooLong, WorkerProcess
from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.record import Ending
from benchsuite.registry import PluginSearch
from tests.execution.test_containment import needs_limits
from tests.execution.test_local import trial

LIMIT = 60.0
IMPORTS = """
import os, signal, struct, subprocess, sys, threading, time
sys.path[:] = sys.argv[2].splitlines()
"""
BEGINS = """
from multiprocessing.connection import Connection
from benchsuite.execution.messages import Answer, Begun, Ready
from benchsuite.record import Ending
channel = Connection(int(sys.argv[1]))
channel.recv()
channel.send(Ready())
channel.recv()
channel.send(Begun())
"""

Start = Callable[..., WorkerProcess]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a worker that does something once it has begun a trial."""
    where = str(tmp_path)
    options = Options(PluginSearch(), "cpu", 1, 0, str(tmp_path / "logs"), where, where, Extras())
    started: list[WorkerProcess] = []

    def one(does: str, memory: int = 0, before: str = "") -> WorkerProcess:
        """``before`` is what it does while it starts."""
        monkeypatch.setattr(process, "BOOT", IMPORTS + before + BEGINS + does)
        started.append(WorkerProcess(replace(options, memory_bytes=memory), 0, lambda: False))
        started[-1].ready(30.0)
        return started[-1]

    yield one
    for worker in started:
        worker.end()


def death_of(worker: WorkerProcess) -> tuple[Death, float]:
    """Return how it died, and how many seconds after it had begun the trial that was seen."""
    with pytest.raises(Died) as caught:
        worker.run([trial(0)], LIMIT)
    return caught.value.death, worker.seconds


def test_the_kernel_is_believed_of_a_worker_that_it_killed_in_its_own_group_and_not_of_others(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shared memory is no data of the process, which its own limit would know."""
    kills = count()
    monkeypatch.setattr(process, "kills_for_memory", lambda: next(kills))  # others are killed all the time
    hungry = "import mmap\nshared = mmap.mmap(-1, 2**29)\nshared[:] = bytes(2**26) * 8\ntime.sleep(60)\n"
    needs_limits()
    more = "import mmap\nshared = mmap.mmap(-1, 2**29)\nshared[:] = bytes(2**26) * 8\nshared.close()\n"
    death, _ = death_of(
        start(hungry, 2**28, before=more)
    )  # while it starts, its limit is that of its data, which it sets itself
    assert (death.code, death.starved) == (-signal.SIGKILL, True)
    death, _ = death_of(start("os.kill(os.getpid(), signal.SIGKILL)\n", 2**28))
    assert (death.code, death.starved, death.full) == (-signal.SIGKILL, False, False)
    death, _ = death_of(start("os.kill(os.getpid(), signal.SIGKILL)\n"))
    assert (death.starved, death.full) == (True, False)


@pytest.mark.parametrize("neighbour", [0, 1], ids=["its own limit", "a neighbour"])
def test_what_reached_its_own_limit_is_told_from_what_a_neighbour_used_up(
    neighbour: int, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_limits()
    short = count(step=neighbour)
    monkeypatch.setattr(containment, "shortages_elsewhere", lambda groups: next(short))
    death, _ = death_of(start("held = b'x' * 2**28\ntime.sleep(60)\n", 2**27))
    assert (death.code, death.starved, death.full) == (-signal.SIGKILL, True, not neighbour)


def test_trials_side_by_side_have_the_time_of_all_of_them_and_no_more(start: Start) -> None:
    one = ANSWERS.removesuffix("; time.sleep(600)\n")
    worker = start(f"time.sleep(0.7)\n{one}\ntime.sleep(0.7)\n{ANSWERS}")
    with pytest.raises(TookTooLong):
        worker.run([trial(0), trial(1)], 0.5)


HOLDS = "os.fork() == 0 and time.sleep(300)\n"


@pytest.mark.parametrize(
    ("code", "before"),
    [
        (3, ""),
        (0, HOLDS),  # a fork has all descriptors: the connection does not end, nor does what it prints
        (0, "subprocess.Popen(['sleep', '300'], start_new_session=True)\n"),
        (0, "subprocess.Popen(['sleep', '300'], pass_fds=[int(sys.argv[1])])\n"),
        (0, "threading.Thread(target=time.sleep, args=(300,)).start()\n"),
    ],
    ids=["alone", "a fork", "a program that holds its output", "one that holds the connection", "a thread"],
)
def test_a_worker_that_has_gone_is_seen_within_a_second(code: int, before: str, start: Start) -> None:
    worker = start(f"{before}print('last words', flush=True)\nos._exit({code})\n")
    death, seconds = death_of(worker)
    assert seconds < 1.0
    assert death == Death(code, begun=True, printed="last words\n")
    reason = f"the worker process ended by itself with exit code {code}"
    assert death.verdict(1) == (Outcome.CRASHED, reason)


@pytest.mark.parametrize(
    "does",
    [
        "channel.close()\ntime.sleep(300)",
        "os.closerange(3, 256)\ntime.sleep(300)",
        "os.write(channel.fileno(), b'\\xff\\xff\\xff\\xff' * 3)\ntime.sleep(300)",
        "channel.send_bytes(b'no message')\ntime.sleep(300)",
        "channel.send('something else')\ntime.sleep(300)",
    ],
    ids=["closes it", "closes all", "writes to it", "sends bytes", "sends a text"],
)
def test_a_worker_without_a_connection_is_ended_and_its_trial_believed_at_once(does: str, start: Start) -> None:
    death, seconds = death_of(start(does))
    assert seconds < 2.0
    assert death.cut
    assert not death.from_outside
    assert death.verdict(1) == (
        Outcome.CRASHED,
        "the worker process was ended: its connection to the run was closed or garbled",
    )


def test_a_worker_that_closes_its_connection_and_goes_has_gone(start: Start) -> None:
    death, _ = death_of(start("channel.close()\ntime.sleep(0.3)\nos._exit(5)"))
    assert (death.code, death.cut) == (5, False)


def test_a_worker_that_dies_while_its_guard_is_stopped_has_died_of_what_it_died(start: Start) -> None:
    worker = start("os.kill(os.getppid(), signal.SIGSTOP)\nos.kill(os.getpid(), signal.SIGSEGV)")
    death, seconds = death_of(worker)
    assert seconds < 2.0
    assert (death.code, death.cut) == (-signal.SIGSEGV, False)


def test_half_a_message_keeps_nobody_waiting(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = start("os.write(channel.fileno(), struct.pack('!i', 1000) + b'half')\ntime.sleep(300)")
    with pytest.raises(TookTooLong):
        worker.run([trial(0)], 0.5)
    worker = start(
        "os.write(channel.fileno(), struct.pack('!i', 1000) + b'half')\nos.kill(os.getpid(), signal.SIGSTOP)"
    )
    begun = time.monotonic()
    monkeypatch.setattr(worker, "_stopping", lambda: time.monotonic() > begun + 0.5)
    with pytest.raises(Stopped):
        worker.run([trial(0)], LIMIT)


def test_a_large_answer_comes_whole(start: Start) -> None:
    worker = start(
        "from benchsuite.record import Costs, Environment\nfrom benchsuite.outcomes import Outcome\n"
        "ending = Ending(outcome=Outcome.COMPLETED, costs=Costs(wall_seconds=0.0), environment=Environment(device='cpu'))\n"
        "channel.send(Answer(ending, 7, {'much': 'x' * 30_000_000}))\nos._exit(0)\n"
    )
    (answer,) = worker.run([trial(0)], LIMIT)
    assert isinstance(answer.ending, Ending)
    assert len(answer.probes["much"]) == 30_000_000
    assert worker.resident_bytes == 7


def test_ending_a_worker_leaves_no_process(start: Start) -> None:
    before = set(psutil.Process().children(recursive=True))
    worker = start("time.sleep(300)")
    mine = set(psutil.Process().children(recursive=True)) - before
    assert len(mine) == 2  # the worker and its guard
    worker.end()
    worker.end()
    assert not any(one.is_running() for one in mine)


def test_a_worker_is_started_while_nobody_forks(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    contained = process.Contained
    monkeypatch.setattr(
        process,
        "Contained",
        lambda *given, **named: held.append(containment._starting.locked()) or contained(*given, **named),
    )
    start("time.sleep(600)\n")
    assert held == [True]


def test_epochs_are_told_as_they_come_and_no_flood_of_them_stops_the_clock(start: Start) -> None:
    told: list[Any] = []
    worker = start(
        "from benchsuite.execution.messages import EpochMeasured\n"
        "for epoch in range(3): channel.send(EpochMeasured('id', {'epoch': epoch, 'step': 10 * epoch}))\n"
        "os._exit(3)\n"
    )
    worker.told = told.append
    death, _ = death_of(worker)
    assert death.code == 3
    assert [message.values for message in told] == [{"epoch": epoch, "step": 10 * epoch} for epoch in range(3)]

    endless = start(
        "from benchsuite.execution.messages import EpochMeasured\n"
        "while True: channel.send(EpochMeasured('id', {'epoch': 0, 'step': 0})); time.sleep(0.01)\n"
    )
    with pytest.raises(TookTooLong):
        endless.run([trial(0)], 0.5)


WRITES = "from benchsuite.execution.messages import Writing\n"
ANSWERS = (
    "from benchsuite.record import Costs, Environment\nfrom benchsuite.outcomes import Outcome\n"
    "ending = Ending(outcome=Outcome.COMPLETED, costs=Costs(wall_seconds=0.0), environment=Environment(device='cpu'))\n"
    "channel.send(Answer(ending, 0)); time.sleep(600)\n"
)


def test_what_a_drive_takes_to_keep_something_is_no_time_of_the_trial(start: Start) -> None:
    worker = start(f"{WRITES}channel.send(Writing(True)); time.sleep(4); channel.send(Writing(False))\n{ANSWERS}")
    (answer,) = worker.run([trial(0)], 2.0)
    assert answer.ending.outcome is Outcome.COMPLETED
    assert worker.seconds < 2.0


def test_once_it_is_kept_the_limit_counts_again(start: Start) -> None:
    worker = start(f"{WRITES}channel.send(Writing(True)); channel.send(Writing(False)); time.sleep(600)\n")
    with pytest.raises(TookTooLong):
        worker.run([trial(0)], 0.5)

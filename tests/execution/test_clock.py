"""Time is the time in which a worker ran: sleep, a stop and a clock that jumps are no failure of a trial."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchsuite.execution.clock import MOST, ActiveClock
from benchsuite.execution.interface import Options
from benchsuite.execution.process import TookTooLong, WorkerProcess
from benchsuite.extras import Extras
from benchsuite.registry import PluginSearch
from tests.execution import stub_worker
from tests.execution.test_local import trial


class Time:
    """A monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.stopped = False

    def clock(self) -> ActiveClock:
        return ActiveClock(lambda: self.stopped, lambda: self.now)


def test_it_adds_the_time_between_two_looks() -> None:
    given = Time()
    clock = given.clock()
    for _ in range(30):
        given.now += 0.1
        clock.tick()
    assert clock.seconds == pytest.approx(3.0)
    assert clock.stopped_seconds == 0.0


def test_an_hour_of_sleep_is_half_a_second() -> None:
    """The machine slept, or the run was stopped: nobody looked."""
    given = Time()
    clock = given.clock()
    given.now += 3600.0
    clock.tick()
    assert clock.seconds == MOST == 0.5


def test_a_clock_that_goes_back_adds_nothing_and_stops_nothing() -> None:
    given = Time()
    clock = given.clock()
    given.now -= 500.0
    clock.tick()
    assert clock.seconds == 0.0
    given.now += 0.5
    clock.tick()
    assert clock.seconds == 0.5


def test_a_stopped_worker_has_no_time() -> None:
    given = Time()
    clock = given.clock()
    given.stopped = True
    for _ in range(100):
        given.now += 0.25
        clock.tick()
    assert (clock.seconds, clock.stopped_seconds) == (0.0, 25.0)
    given.stopped = False
    given.now += 0.5
    clock.tick()
    assert (clock.seconds, clock.stopped_seconds) == (0.5, 25.0)


Start = Callable[..., WorkerProcess]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a stub worker that does what ``plan`` says."""
    monkeypatch.setattr("benchsuite.execution.process.BOOT", stub_worker.BOOT)
    where = str(tmp_path)
    options = Options(PluginSearch(), "cpu", 1, 0, str(tmp_path / "logs"), where, where, Extras())
    started: list[WorkerProcess] = []

    def one(**plan: object) -> WorkerProcess:
        (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        started.append(WorkerProcess(options, 0, lambda: False))
        started[-1].ready(30.0)
        return started[-1]

    yield one
    for process in started:
        process.end()


def pid_of(worker: WorkerProcess) -> int:
    pid = worker._process.pid
    assert pid is not None
    return pid


def stop_for(seconds: float, worker: WorkerProcess, after: float = 0.3) -> threading.Thread:
    """Stop a worker a moment from now, and continue it later."""

    def stop() -> None:
        time.sleep(after)
        os.kill(pid_of(worker), signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid_of(worker), signal.SIGCONT)

    thread = threading.Thread(target=stop)
    thread.start()
    return thread


def test_a_worker_that_was_stopped_for_longer_than_its_limit_ends_as_if_nothing_had_been(start: Start) -> None:
    worker = start(seconds=0.8)
    thread = stop_for(2.5, worker)
    (answer,) = worker.run([trial(0)], 2.0)
    thread.join()
    assert answer.ending.outcome.name == "COMPLETED"
    assert worker.seconds < 2.0


def test_a_limit_still_ends_what_runs(start: Start) -> None:
    worker = start(trials={"0": ["hang"]})
    thread = stop_for(1.0, worker)
    begun = time.monotonic()
    with pytest.raises(TookTooLong):
        worker.run([trial(0)], 1.2)
    took = time.monotonic() - begun
    thread.join()
    assert 2.0 <= took < 8.0
    assert 1.2 < worker.seconds < 2.2


def test_a_trial_that_stops_its_own_worker_does_not_stop_the_study(start: Start) -> None:
    """It is woken after as long as it may take, and has the rest of its time then."""
    worker = start(trials={"0": ["SIGSTOP"], "1": ["SIGSTOP"]})
    with pytest.raises(TookTooLong):  # the stub sleeps when it is woken
        worker.run([trial(0)], 0.5)
    assert worker.seconds > 0.5

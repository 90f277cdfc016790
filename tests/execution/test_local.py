"""Worker processes that die while they start, wait or train: only what a trial did itself is that trial's outcome."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution import (
    Cell,
    Finished,
    LocalExecutor,
    Noticed,
    Options,
    Started,
    containment,
    starting,
    worker_thread,
)
from benchsuite.execution.interface import KeepsRest
from benchsuite.execution.lineage import IMPORTS_BELIEVED
from benchsuite.execution.seclusion import Seclusion
from benchsuite.execution.starting import DEATHS_AT_START, SOON_BELIEVED
from benchsuite.execution.worker_thread import LEAK_BYTES, RECYCLE_BYTES
from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe, Setting
from benchsuite.registry import PluginSearch
from benchsuite.trial import Trial
from tests.execution import stub_worker

LIMIT = 30.0
# Fewer than in earnest: each start takes half a second.
KILLS_AT_START = 6
KILLS_BELIEVED = 3
IN_EARNEST = (starting.KILLS_AT_START, starting.KILLS_BELIEVED)


def trial(seed: int, momentum: float = 0.9) -> Trial:
    optimizer = Setting("optimizer", "sgd", 1, (("learning_rate", 0.1), ("method", f"of its own {momentum}")))
    return Trial("toy", 1, Recipe((("optimizer", (optimizer,)),)), seed, 1, 8)


def cell(*trials: Trial, timeout: float = LIMIT, seconds: float = 1.0, lineage: tuple[str, ...] = ()) -> Cell:
    return Cell(trials, seconds, timeout, lineage)


def believe(monkeypatch: pytest.MonkeyPatch, at_start: int, of_trial: int) -> None:
    """Set how many kills in a row are forgiven."""
    for module in (starting, worker_thread):
        monkeypatch.setattr(module, "KILLS_AT_START", at_start)
        monkeypatch.setattr(module, "KILLS_BELIEVED", of_trial)


@pytest.fixture
def execute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., dict[int, Finished]]]:
    """Run cells on workers that do what ``plan`` says; return seed → end, each trial once."""
    monkeypatch.setattr("benchsuite.execution.process.BOOT", stub_worker.BOOT)
    believe(monkeypatch, KILLS_AT_START, KILLS_BELIEVED)
    opened: list[LocalExecutor] = []

    def run(*cells: Cell, workers: int = 1, **plan: Any) -> dict[int, Finished]:
        stub_worker.write_plan(tmp_path, **plan)
        executor = new_executor(tmp_path, workers)
        opened.append(executor)
        for one in cells:
            executor.submit(one)
        found: dict[int, Finished] = {}
        for event in executor.events():
            if isinstance(event, Finished):
                assert event.trial.seed not in found
                found[event.trial.seed] = event
            elif isinstance(event, Noticed):
                run.noticed.append(event.text)  # type: ignore[attr-defined]
        return found

    run.noticed = []  # type: ignore[attr-defined]

    yield run
    for executor in opened:
        executor.close()


def new_executor(folder: Path, workers: int) -> LocalExecutor:
    return LocalExecutor(
        Options(PluginSearch(), "cpu", workers, 0, str(folder / "logs"), str(folder), str(folder), Extras())
    )


def said(finished: Finished) -> tuple[Outcome, str]:
    return finished.ending.outcome, finished.ending.reason


# While nothing runs: nobody's failure


@pytest.mark.parametrize("action", ["exit 3", "SIGSEGV", "SIGKILL", "SIGTERM", "close"])
def test_a_worker_that_dies_while_it_starts_is_made_anew(action: str, execute: Any, tmp_path: Path) -> None:
    found = execute(cell(trial(0), trial(1)), start=[action] * (DEATHS_AT_START - 1))
    assert [said(found[seed]) for seed in (0, 1)] == [(Outcome.COMPLETED, "")] * 2
    assert stub_worker.times(tmp_path, "start") == DEATHS_AT_START
    assert stub_worker.times(tmp_path, "trial-0") == 1


@pytest.mark.parametrize(
    ("action", "times", "how"),
    [
        ("exit 3", DEATHS_AT_START, "ended with exit code 3"),
        ("SIGABRT", DEATHS_AT_START, "was killed by SIGABRT"),
        ("SIGKILL", KILLS_AT_START, "was killed by SIGKILL"),
    ],
)
def test_where_none_can_start_the_study_ends_and_no_trial_is_blamed(
    action: str, times: int, how: str, execute: Any, tmp_path: Path
) -> None:
    with pytest.raises(BenchsuiteError) as caught:
        execute(cell(trial(0)), start=[action] * 100)
    assert str(caught.value) == (
        f"workers cannot start: {times} in a row ended while they did, the last one {how}. No trial was blamed for it. "
        f"Look at worker-0.log in {tmp_path / 'logs'}, mend that, and run the same command again."
    )
    assert stub_worker.times(tmp_path, "start") == times


def test_a_worker_that_hangs_while_it_starts_falls_under_a_limit(execute: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "START_SECONDS", 1.0)
    with pytest.raises(BenchsuiteError, match=r"^a worker did not start within 1 seconds\. Look at worker-0\.log"):
        execute(cell(trial(0), timeout=0.5), start=["hang"])


def test_a_worker_that_says_why_it_cannot_work_ends_the_study(execute: Any) -> None:
    with pytest.raises(BenchsuiteError, match=r"^no GPU\.$"):
        execute(cell(trial(0)), problem="no GPU.")


def test_a_worker_whose_log_cannot_be_written_ends_the_study_in_one_line(execute: Any, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("no folder", encoding="utf-8")
    with pytest.raises(
        BenchsuiteError, match=r"^a worker cannot start: logs: Not a directory\. Every record is whole\. Mend that"
    ):
        execute(cell(trial(0)))


def test_logs_that_are_links_are_not_written_through(execute: Any, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "logs").symlink_to(elsewhere)
    with pytest.raises(BenchsuiteError, match=r"^a worker cannot start: .*/logs is a symbolic link, and nothing in a"):
        execute(cell(trial(0)))
    (tmp_path / "logs").unlink()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "worker-0.log").symlink_to(elsewhere / "new")
    with pytest.raises(BenchsuiteError, match=r"^a worker cannot start: .*/worker-0\.log is a symbolic link"):
        execute(cell(trial(0)))
    assert list(elsewhere.iterdir()) == []


def test_a_disk_that_is_full_ends_the_study_and_not_the_trial(execute: Any) -> None:
    with pytest.raises(BenchsuiteError, match=r"^cannot write weights: No space left on device\.$"):
        execute(cell(trial(0), trial(1)), trials={"1": ["full"]})


def test_what_others_finished_before_the_study_ended_still_counts(tmp_path: Path) -> None:
    executor = new_executor(tmp_path, 2)
    executor._open = 3
    done = [Finished(trial(seed), seed, stub_worker.ending(seed)) for seed in range(2)]
    for event in (done[0], BenchsuiteError("the disk is full"), Started(trial(2), 1), done[1]):
        executor._events.put(event)
    events = executor.events()
    assert [next(events), next(events)] == done
    with pytest.raises(BenchsuiteError, match="the disk is full"):
        next(events)


def test_what_had_ended_when_the_run_was_stopped_is_there_to_be_stored(tmp_path: Path) -> None:
    executor = new_executor(tmp_path, 2)
    done = [Finished(trial(seed), seed, stub_worker.ending(seed)) for seed in range(2)]
    for event in (done[0], Started(trial(2), 1), done[1]):
        executor._events.put(event)
    assert isinstance(executor, KeepsRest)
    assert list(executor.rest()) == done


def test_workers_wait_for_a_driver_that_is_far_behind(
    execute: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each trial is two events; the first two are no more than may wait, and then the worker begins no other one."""
    monkeypatch.setattr(worker_thread, "MOST_BEHIND", 3)
    stub_worker.write_plan(tmp_path)
    executor = new_executor(tmp_path, 1)
    executor.submit(cell(*map(trial, range(8))))
    events = executor.events()
    next(events)
    until = time.monotonic() + LIMIT
    while executor._events.qsize() <= 3 and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)  # time enough for all eight
    assert 4 <= executor._events.qsize() <= 5
    assert sum(isinstance(event, Finished) for event in events) == 8
    executor.close()
    stub_worker.write_plan(tmp_path)
    with contextlib.closing(new_executor(tmp_path, 1)) as stopped:  # and one that waits lets itself be stopped
        stopped.submit(cell(*map(trial, range(8, 16))))
        next(stopped.events())
        while stopped._events.qsize() <= 3 and time.monotonic() < until:
            time.sleep(0.02)
        begun = time.monotonic()
    assert time.monotonic() - begun < LIMIT / 3


def test_a_limit_of_the_shell_ends_the_study_and_not_the_trial(execute: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "benchsuite.execution.worker_thread.inherited_limit", lambda death, bundled: "6 seconds (ulimit -t)"
    )
    with pytest.raises(
        BenchsuiteError,
        match=r"^a worker that ran a trial was killed by SIGXCPU, and there is a limit of 6 seconds \(ulimit -t\)\. Nobody",
    ):
        execute(cell(trial(0)), trials={"0": ["SIGXCPU", "SIGXCPU"]})


def test_a_fresh_worker_has_all_that_a_limit_of_the_shell_allows(execute: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.execution.worker_thread.inherited_limit", lambda death, bundled: "6 seconds")
    ended = execute(cell(trial(0)), trials={"0": ["SIGXCPU"]})
    assert ended[0].ending.outcome is Outcome.COMPLETED


@pytest.mark.parametrize("action", ["afterwards", "before"])
def test_a_worker_that_dies_between_two_trials_costs_none(action: str, execute: Any, tmp_path: Path) -> None:
    """Even of SIGSEGV, which is believed at once while a trial runs."""
    found = execute(cell(*map(trial, range(4))), trials={"1": [action]})
    assert {outcome for outcome, _ in map(said, found.values())} == {Outcome.COMPLETED}
    assert stub_worker.times(tmp_path, "start") == 2


# While a trial runs


@pytest.mark.parametrize(
    ("action", "outcome", "reason"),
    [
        ("SIGSEGV", Outcome.CRASHED, "the worker process was killed by SIGSEGV"),
        ("exit 3", Outcome.CRASHED, "the worker process ended by itself with exit code 3"),
        ("exit 0", Outcome.CRASHED, "the worker process ended by itself with exit code 0"),
        ("print ordinary", Outcome.CRASHED, "the worker process was killed by SIGABRT"),
        (
            "print terminate called after throwing std::bad_alloc",
            Outcome.OUT_OF_MEMORY,
            "the worker process gave up for want of memory (SIGABRT; --memory sets the limit)",
        ),
    ],
)
def test_what_a_trial_does_to_its_worker_is_believed_at_once(
    action: str, outcome: Outcome, reason: str, execute: Any, tmp_path: Path
) -> None:
    begun = time.monotonic()
    found = execute(cell(*map(trial, range(3))), trials={"1": [action]})
    assert time.monotonic() - begun < 10  # and nobody waits for the limit
    assert said(found[1]) == (outcome, reason)
    assert said(found[0]) == said(found[2]) == (Outcome.COMPLETED, "")
    assert stub_worker.times(tmp_path, "trial-1") == 1
    failure = found[1].ending.results.failure
    assert failure is not None
    assert failure.step is None
    assert action.removeprefix("print ") in failure.traceback or not action.startswith("print")


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGTERM", "SIGHUP"])
def test_a_trial_whose_worker_was_killed_runs_again(signal: str, execute: Any, tmp_path: Path) -> None:
    found = execute(cell(*map(trial, range(3))), trials={"1": [signal] * (KILLS_BELIEVED - 1)})
    assert {said(one) for one in found.values()} == {(Outcome.COMPLETED, "")}
    assert stub_worker.times(tmp_path, "trial-1") == KILLS_BELIEVED


def test_a_trial_that_kills_its_workers_is_believed_in_the_end(execute: Any, tmp_path: Path) -> None:
    """And the other trials of its program sooner."""
    other = trial(3, momentum=0.5)
    plan = {str(seed): ["SIGKILL"] * 100 for seed in (1, 2)}
    found = execute(cell(*map(trial, range(3))), cell(other, seconds=0.5), trials=plan | {"3": ["SIGKILL"] * 2})
    assert said(found[1]) == (
        Outcome.CRASHED,
        f"the worker process was killed by SIGKILL, {KILLS_BELIEVED} times in a row; the operating system does so when "
        "memory runs out",
    )
    assert said(found[2])[0] is Outcome.CRASHED
    assert said(found[3]) == (Outcome.COMPLETED, "")  # of another program
    assert stub_worker.times(tmp_path, "trial-1") == KILLS_BELIEVED
    assert stub_worker.times(tmp_path, "trial-2") == SOON_BELIEVED


def test_the_kernel_is_believed_sooner(execute: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = iter(range(1000))
    monkeypatch.setattr("benchsuite.execution.process.kills_for_memory", lambda: next(count))
    found = execute(cell(trial(0)), trials={"0": ["SIGKILL"] * 100})
    assert said(found[0]) == (
        Outcome.OUT_OF_MEMORY,
        f"the operating system killed the worker process for want of memory (SIGKILL, {SOON_BELIEVED} times in a row, "
        "in the end with no other worker beside it)",
    )
    assert stub_worker.times(tmp_path, "trial-0") == SOON_BELIEVED


@pytest.mark.parametrize("how", ["eat", "hold"])
def test_who_is_killed_for_want_of_memory_is_to_blame_only_where_nobody_else_has_any(
    how: str, execute: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plugin uses up the memory of all, while its trial runs or in a process that waits: the kernel kills others for it."""
    count = iter(range(1000))
    monkeypatch.setattr("benchsuite.execution.process.kills_for_memory", lambda: next(count))
    cells = cell(trial(0), lineage=("crowd",)), cell(*map(trial, range(1, 4)))
    found = execute(*cells, workers=2, trials={"0": [how] * 100, "1": ["need"] * 100})
    assert {said(found[seed]) for seed in (1, 2, 3)} == {(Outcome.COMPLETED, "")}
    assert stub_worker.times(tmp_path, "trial-1") > 1
    assert said(found[0])[0] is (Outcome.OUT_OF_MEMORY if how == "eat" else Outcome.COMPLETED)
    assert stub_worker.times(tmp_path, "trial-0") <= SOON_BELIEVED + 1


def test_what_the_kernel_says_late_is_believed_only_after_one_more_attempt(
    execute: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt of which it says so was beside others, since nothing had been said before."""
    said_so = iter([0] * 3 + list(range(1000)))  # it is asked three times for each attempt
    monkeypatch.setattr("benchsuite.execution.process.kills_for_memory", lambda: next(said_so))
    monkeypatch.setattr(worker_thread, "KILLS_BELIEVED", 10)
    found = execute(cell(trial(0)), trials={"0": ["SIGKILL"] * 100})
    assert said(found[0])[0] is Outcome.OUT_OF_MEMORY
    assert stub_worker.times(tmp_path, "trial-0") == 3


@pytest.fixture
def for_others(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let each worker that is killed have reached its own limit, as the kernel tells it; return the workers that were ended for another."""
    count = iter(range(100_000))
    monkeypatch.setattr("benchsuite.execution.process.kills_for_memory", lambda: next(count))
    monkeypatch.setattr(containment.Contained, "full", property(lambda _: next(count)))
    monkeypatch.setattr(containment.Contained, "shortages_elsewhere", 0)
    ended: list[int] = []
    plain = Seclusion._end
    monkeypatch.setattr(Seclusion, "_end", lambda self, others, stop: [ended.extend(others), plain(self, others, stop)])
    return ended


OWN = (
    "the operating system killed the worker process since it needed more than it may have "
    f"(SIGKILL, {SOON_BELIEVED} times in a row; --memory sets the limit)"
)


def test_who_reached_its_own_limit_is_believed_beside_others(
    execute: Any, tmp_path: Path, for_others: list[int]
) -> None:
    """And the next trial of its program as well: nobody has to end for that."""
    cells = cell(trial(0), trial(1), lineage=("p",)), cell(trial(2))
    found = execute(*cells, workers=2, trials={str(seed): ["SIGKILL"] * 100 for seed in (0, 1)})
    assert [said(found[seed]) for seed in range(3)] == [(Outcome.OUT_OF_MEMORY, OWN)] * 2 + [(Outcome.COMPLETED, "")]
    assert [stub_worker.times(tmp_path, f"trial-{seed}") for seed in (0, 1)] == [SOON_BELIEVED] * 2
    assert not for_others


def test_an_import_that_reaches_its_own_limit_is_believed_beside_others(execute: Any, for_others: list[int]) -> None:
    cells = cell(trial(0), lineage=("p",)), cell(trial(1))
    found = execute(*cells, workers=2, imports={"p": ["SIGKILL"] * 100})
    assert said(found[0]) == (Outcome.OUT_OF_MEMORY, f"the plugin p cannot be imported in a worker: {OWN}")
    assert not for_others


@pytest.mark.usefixtures("for_others")
@pytest.mark.parametrize("when", ["start", "idle"])
def test_a_limit_that_leaves_no_room_to_start_is_named(when: str, execute: Any, tmp_path: Path) -> None:
    plan: Any = {"start": ["SIGKILL"] * 100} if when == "start" else {"trials": {"0": ["starved"] * 100}}
    with pytest.raises(BenchsuiteError, match=r"GiB \(--memory\) are too little for TensorFlow\. Give it 4 or more\.$"):
        execute(cell(trial(0)), **plan)
    assert stub_worker.times(tmp_path, "start") == DEATHS_AT_START


def test_an_import_that_is_killed_for_want_of_memory_is_tried_alone(execute: Any, monkeypatch: Any) -> None:
    count = iter(range(1000))
    monkeypatch.setattr("benchsuite.execution.process.kills_for_memory", lambda: next(count))
    found = execute(cell(trial(0), lineage=("p",)), imports={"p": ["SIGKILL"] * 100})
    assert said(found[0]) == (
        Outcome.OUT_OF_MEMORY,
        "the plugin p cannot be imported in a worker: the operating system killed the worker process for want of memory "
        f"(SIGKILL, {SOON_BELIEVED} times in a row, in the end with no other worker beside it)",
    )


@pytest.mark.parametrize("action", ["SIGSEGV", "SIGKILL", "hang"])
def test_what_happens_to_trials_side_by_side_is_believed_only_of_each_by_itself(
    action: str, execute: Any, tmp_path: Path
) -> None:
    together = [replace(trial(seed), lanes=2) for seed in range(3)]
    found = execute(cell(*together, timeout=2.0), trials={"0+1": [action] * 100, "1": ["SIGSEGV"] * 100})
    assert [said(found[seed])[0] for seed in range(3)] == [Outcome.COMPLETED, Outcome.CRASHED, Outcome.COMPLETED]
    assert stub_worker.times(tmp_path, "trial-0+1") == 1
    assert stub_worker.times(tmp_path, "trial-0") == stub_worker.times(tmp_path, "trial-2") == 1


def test_a_hanging_trial_is_timed_out_and_the_next_one_runs(execute: Any) -> None:
    found = execute(cell(trial(0), trial(1), timeout=2.0), trials={"0": ["hang"]})
    assert said(found[0]) == (
        Outcome.TIMED_OUT,
        "it took longer than 2 seconds (--timeout), compilation included",
    )
    assert found[0].ending.costs.wall_seconds >= 2.0
    assert said(found[1]) == (Outcome.COMPLETED, "")


def test_killed_at_forty_random_moments_no_trial_fails(execute: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting, idle and running workers and their guards alike; each trial ends once, and as if nothing had been."""
    believe(monkeypatch, *IN_EARNEST)
    chance = random.Random(11)
    killed = []
    over = threading.Event()

    def kill() -> None:
        while len(killed) < 40 and not over.is_set():
            time.sleep(chance.uniform(0, 0.3))
            workers = [
                one
                for one in psutil.Process().children(recursive=True)
                if any("stub_worker" in word or word.endswith("guard.py") for word in _command(one))
            ]
            if workers:
                victim = chance.choice(workers)
                victim.kill()
                killed.append(victim.pid)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        found = execute(*(cell(trial(2 * n), trial(2 * n + 1)) for n in range(60)), workers=2, seconds=0.1)
    finally:
        over.set()
        killer.join()
    assert len(killed) == 40
    assert len(found) == 120
    assert {said(one) for one in found.values()} == {(Outcome.COMPLETED, "")}


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


# Plugins that are not bundled


@pytest.mark.parametrize(
    ("action", "outcome", "how"),
    [
        ("exit 3", Outcome.CRASHED, "the worker process ended by itself with exit code 3"),
        ("raise RuntimeError: not here", Outcome.CRASHED, "RuntimeError: not here"),
    ],
)
def test_what_an_import_does_to_a_worker_costs_the_trials_of_that_plugin_alone(
    action: str, outcome: Outcome, how: str, execute: Any, tmp_path: Path
) -> None:
    """Whether two workers meet it or one, it is tried again and then believed for all of its trials."""
    mine = [cell(trial(10), trial(11), lineage=("p",)), cell(trial(12, momentum=0.5), lineage=("p",))]
    found = execute(cell(trial(0), trial(1)), *mine, imports={"p": [action] * 100})
    assert {said(found[seed]) for seed in (0, 1)} == {(Outcome.COMPLETED, "")}
    reason = f"the plugin p cannot be imported in a worker: {how}"
    assert {said(found[seed]) for seed in (10, 11, 12)} == {(outcome, reason)}
    assert stub_worker.times(tmp_path, "import-p") == IMPORTS_BELIEVED
    assert stub_worker.times(tmp_path, "start") == IMPORTS_BELIEVED + 1


def test_an_import_that_hangs_falls_under_the_limit_of_a_trial_once(execute: Any, tmp_path: Path) -> None:
    mine = cell(trial(10), trial(11), timeout=1.0, lineage=("p",))
    found = execute(cell(trial(0)), mine, imports={"p": ["hang"]})
    assert said(found[0]) == (Outcome.COMPLETED, "")
    reason = "the plugin p cannot be imported in a worker: it took longer than 1 seconds (--timeout)"
    assert {said(found[seed]) for seed in (10, 11)} == {(Outcome.TIMED_OUT, reason)}
    assert stub_worker.times(tmp_path, "import-p") == 1


def test_an_import_that_failed_once_or_was_killed_is_forgiven(execute: Any, tmp_path: Path) -> None:
    found = execute(cell(trial(0), lineage=("p",)), imports={"p": ["SIGKILL", "exit 3", "SIGTERM"]})
    assert said(found[0]) == (Outcome.COMPLETED, "")
    assert stub_worker.times(tmp_path, "import-p") == 4


def test_the_plugin_that_failed_is_named_among_several(execute: Any) -> None:
    """And whatever keeps a worker from starting after that import is its doing, too: the study goes on."""
    plan = {"q": ["problem a worker cannot start: OSError", "raise ValueError"]}
    found = execute(cell(trial(0), lineage=("p", "q")), imports=plan)
    assert said(found[0]) == (Outcome.CRASHED, "the plugin q cannot be imported in a worker: ValueError")
    failure = found[0].ending.results.failure
    assert failure is not None
    assert failure.traceback.startswith("Traceback")


def test_no_trial_runs_where_another_plugin_was_imported(execute: Any, tmp_path: Path) -> None:
    cells = [
        cell(trial(seed, momentum=seed / 10), lineage=lineage)
        for seed, lineage in enumerate([(), ("p",), ("q",), ("p", "q"), (), ("p",)])
    ]
    found = execute(*cells)
    processes: dict[int, set[tuple[str, ...]]] = {}
    for one in cells:
        probes = found[one.trials[0].seed].probes
        assert probes["lineage"] == one.lineage
        processes.setdefault(probes["pid"], set()).add(one.lineage)
    assert all(len(lineages) == 1 for lineages in processes.values())
    assert stub_worker.times(tmp_path, "start") == 4  # and none is started twice


def test_a_worker_is_renewed_after_a_crash_or_a_change(execute: Any, tmp_path: Path) -> None:
    """But not after a trial that diverged, which happens to good methods, and does nothing to a process."""
    ends = ["diverged", "crashed", "", "out_of_memory", "change the umask was changed", ""]
    found = execute(cell(*map(trial, range(6))), trials={str(seed): [end] for seed, end in enumerate(ends)})
    pids = [found[seed].probes["pid"] for seed in range(6)]
    assert [one == other for one, other in pairwise(pids)] == [True, False, True, False, False]
    assert stub_worker.times(tmp_path, "start") == 4


def test_a_worker_is_renewed_where_trials_leave_ever_more_behind(execute: Any, tmp_path: Path) -> None:
    litter = {str(seed): ["litter open files"] for seed in (0, 1, 3)}
    found = execute(cell(*map(trial, range(5)), lineage=("leaks",)), trials=litter)
    assert all(said(one) == (Outcome.COMPLETED, "") for one in found.values())
    pids = [found[seed].probes["pid"] for seed in range(5)]
    assert (len(set(pids)), pids[2]) == (4, pids[3])
    (line,) = execute.noticed
    assert line == (
        "leaks: trials leave more and more behind in their process: open files. Now and then their process is replaced by a "
        "fresh one, which takes some seconds."
    )


def test_what_a_plugins_trials_started_ends_with_their_cell(execute: Any, tmp_path: Path) -> None:
    """And not with the study: the worker takes the next cell of the plugin in a process that has nothing beside it."""
    cells = [cell(trial(0), trial(1), lineage=("p",)), cell(trial(2, 0.5), lineage=("p",), seconds=0.5)]
    found = execute(*cells, trials={"0": ["child"]})
    pids = [found[seed].probes["pid"] for seed in range(3)]
    assert pids[0] == pids[1] != pids[2]
    assert not psutil.pid_exists(int((tmp_path / "child").read_text(encoding="ascii")))
    assert stub_worker.times(tmp_path, "start") == 2


def test_a_worker_is_renewed_where_it_grows_within_a_cell_and_not_where_its_program_is_large(execute: Any) -> None:
    """In bytes: above the bound, what counts is the growth since the first trial of the cell in the same process."""
    first = 2 * RECYCLE_BYTES
    sizes = [first, first + LEAK_BYTES, first + LEAK_BYTES + 1, first, first]
    plan = {str(seed): [f"size {size}"] for seed, size in enumerate(sizes)}
    found = execute(cell(*map(trial, range(5))), trials=plan)
    pids = [found[seed].probes["pid"] for seed in range(5)]
    assert pids[0] == pids[1] == pids[2] != pids[3] == pids[4]
    small = [0, RECYCLE_BYTES, RECYCLE_BYTES + 1, 0]
    found = execute(
        cell(*map(trial, range(10, 14))), trials={str(10 + seed): [f"size {size}"] for seed, size in enumerate(small)}
    )
    pids = [found[seed].probes["pid"] for seed in range(10, 14)]
    assert pids[0] == pids[1] == pids[2] != pids[3]
    assert not execute.noticed


def test_a_change_is_told_once_and_names_the_plugin(execute: Any) -> None:
    plan = {str(seed): ["change sys.path was changed"] for seed in range(3)} | {"2": ["change the umask was changed"]}
    execute(cell(*map(trial, range(3)), lineage=("p",)), trials=plan, changed_by_import=list("abcde"))
    assert execute.noticed == [
        "p: its import changed the process: a; b; c and 2 more. Its own trials run so; all others have processes of their own.",
        "p: a trial left its process changed: sys.path was changed. The next one gets a fresh process.",
        "p: a trial left its process changed: the umask was changed. The next one gets a fresh process.",
    ]


def test_a_plugin_that_ends_its_workers_before_any_trial_begins_is_believed_in_the_end(
    execute: Any, tmp_path: Path
) -> None:
    found = execute(cell(trial(0), lineage=("p",)), cell(trial(1)), trials={"0": ["before"] * 100})
    assert said(found[0]) == (Outcome.CRASHED, "before the trial began, the worker process was killed by SIGSEGV")
    assert said(found[1]) == (Outcome.COMPLETED, "")
    assert stub_worker.times(tmp_path, "start") == DEATHS_AT_START + 1


def test_bundled_workers_that_end_before_any_trial_begins_end_the_study(execute: Any) -> None:
    with pytest.raises(BenchsuiteError, match=r"^workers cannot start: 3 in a row ended while they did, the last one"):
        execute(cell(trial(0)), trials={"0": ["before"] * 100})


# Stopping, and who gets what


def test_closing_ends_workers_whatever_they_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.execution.process.BOOT", stub_worker.BOOT)
    stub_worker.write_plan(tmp_path, trials={"0": ["hang"], "1": ["hang"]})
    executor = new_executor(tmp_path, 2)
    executor.submit(cell(trial(0)))
    executor.submit(cell(trial(1)))
    events = executor.events()
    assert all(isinstance(next(events), Started) for _ in range(2))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not all((tmp_path / f"trial-{n}").exists() for n in range(2)):
        time.sleep(0.05)
    workers = psutil.Process().children()
    assert len(workers) == 2
    begun = time.monotonic()
    executor.close()
    assert time.monotonic() - begun < 15  # their trials take longer
    assert not any(worker.is_running() for worker in workers)


def test_cells_may_be_submitted_while_events_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a tuner does: the next trial depends on the last. More cells than there were workers so far start more workers."""
    monkeypatch.setattr("benchsuite.execution.process.BOOT", stub_worker.BOOT)
    stub_worker.write_plan(tmp_path, seconds=0.2)
    executor = new_executor(tmp_path, 2)
    executor.submit(cell(trial(0)))
    ended, workers = [], set()
    for event in executor.events():
        if isinstance(event, Finished):
            ended.append(event.trial.seed)
            workers.add(event.worker)
            if event.trial.seed == 0:
                for seed in (1, 2, 3, 4):
                    executor.submit(cell(trial(seed)))
    executor.close()
    assert sorted(ended) == [0, 1, 2, 3, 4]
    assert workers == {0, 1}


def test_a_file_of_the_working_folder_cannot_pass_for_the_standard_library(
    execute: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project may well have a json.py or random.py; a worker must not run it."""
    for name in ("json", "random", "types"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stranger')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert said(execute(cell(trial(0)))[0]) == (Outcome.COMPLETED, "")


def test_the_guide_says_how_often_a_kill_is_forgiven() -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/resume-and-failures.md").read_text(encoding="utf-8")
    numbers = {2: "twice", 10: "ten"}
    text = " ".join(guide.split())
    assert f"{numbers[IN_EARNEST[1]]} times in all, is it that trial's failure; {numbers[SOON_BELIEVED]} where" in text


def test_changes_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin may change another thing in every trial: what is remembered of it does not grow for ever."""
    monkeypatch.setattr(worker_thread, "MOST_NOTICED", 3)
    learned = worker_thread.Learned()
    assert learned.new(("a",), ("one", "two")) == ["one", "two"]
    assert learned.new(("a",), ("two", "three")) == ["three"]
    assert learned.new(("b",), ("four",)) == []

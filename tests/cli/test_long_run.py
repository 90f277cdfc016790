"""What a run says of very many trials: a person can still read it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.console import Console

from benchsuite.cli.progress import MOST_FAILURES, MOST_PROBLEMS, Progress
from benchsuite.registry import Registry
from tests.factories import make_record

DAY = 86_400.0
TRIALS = 8_000


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def lines(console: Console) -> list[str]:
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_a_day_of_trials_that_fail_for_ever_other_reasons_is_a_few_hundred_lines(
    bundled: Registry, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("benchsuite.cli.progress.time", clock)
    good, bad = make_record(value=0.9), make_record(outcome="diverged", reason="not finite")
    with Progress(console, bundled, 2) as progress:
        progress.planned(0, TRIALS, 0, DAY)
        for number in range(TRIALS):
            clock.now += DAY / TRIALS
            record = replace(bad, reason=f"not finite at step {number % 2_000}") if number % 2 else good
            progress.finished(record.trial, number % 2, record, DAY - clock.now)
            progress.problem("trial_finished of logger raised ValueError")
            progress.problem(f"{number} is odd")
    said = lines(console)
    plain = [line for line in said if " of 8000 trials, " in line]
    assert 300 < len(plain) < 700
    assert plain[-1].startswith(("79", "80"))  # at the end, too, somebody hears of it every quarter of an hour
    assert len(said) < len(plain) + 2 * MOST_FAILURES + MOST_PROBLEMS + 10
    assert sum("not finite at step" in line for line in said) == 2 * MOST_FAILURES
    told = 4 * MOST_FAILURES  # each of these reasons came four times in one half of the trials
    assert f"diverged {bad.trial.task}, 3 more trials for the same reason: not finite at step 1" in said
    assert f"{TRIALS // 2 - told:,} more trials failed for other reasons: the report lists all failures." in said
    assert said.count("! trial_finished of logger raised ValueError") == 1
    assert f"! {TRIALS - 1:,} times more: trial_finished of logger raised ValueError" in said
    assert said[-1] == f"! {TRIALS - MOST_PROBLEMS + 1:,} more lines like these are left out."


def test_of_few_failures_and_problems_nothing_is_left_out(bundled: Registry, console: Console) -> None:
    bad = make_record(outcome="crashed", reason="no")
    with Progress(console, bundled, 1) as progress:
        progress.planned(0, 3, 0, 3.0)
        for number in range(MOST_PROBLEMS):
            progress.problem(f"problem {number}")
        for number in range(MOST_FAILURES):
            progress.finished(bad.trial, 0, replace(bad, reason=f"reason {number}"), 0.0)
    said = lines(console)
    assert sum("problem" in line for line in said) == MOST_PROBLEMS
    assert sum("reason" in line for line in said) == MOST_FAILURES
    assert len(said) == 1 + MOST_PROBLEMS + MOST_FAILURES


def test_a_plain_line_says_nothing_of_zero_seconds_while_trials_run(
    bundled: Registry, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("benchsuite.cli.progress.time", clock)
    record = make_record(value=0.9)
    with Progress(console, bundled, 3) as progress:
        progress.planned(0, 3, 0, 1.0)
        progress._pace._now = clock.monotonic
        for worker in range(3):
            progress.started(record.trial, worker)
        for worker in range(3):
            clock.now += 40
            progress.finished(record.trial, worker, record, 0.0)
    told = [line.rpartition(", ")[2] for line in lines(console)[1:]]
    assert told[-1] == "0 s left"
    assert len(told) == 3
    assert all(re.fullmatch("[1-9].* s left", one) for one in told[:-1]), told


def test_as_long_as_records_are_read_nothing_is_said_to_be_done(bundled: Registry, console: Console) -> None:
    progress = Progress(console, bundled, 1)
    console.print(progress)
    assert lines(console) == ["Reading the records that are there …"]
    progress.planned(0, 3, 0, 3.0)
    console.print(progress)
    assert any("0 / 3 trials" in line for line in lines(console))

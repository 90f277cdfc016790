"""The time that is left: told before anything ran, counting down, and following what has run."""

import pytest

from benchsuite.cli.pace import WORKERS_START_SECONDS, Pace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_before_anything_ran_it_is_the_start_and_the_work_of_each_worker(clock):
    pace = Pace(2, clock)
    assert pace.remaining() == 0
    clock.now += 50  # of planning
    pace.planned(60.0, 10)
    assert pace.remaining() == WORKERS_START_SECONDS + 30
    one = Pace(2, clock)
    one.planned(60.0, 1)
    assert one.remaining() == WORKERS_START_SECONDS + 60  # the second worker has nothing to do


def test_it_counts_down_while_workers_start_and_never_to_nothing(clock):
    pace = Pace(2, clock)
    pace.planned(60.0, 10)
    told = []
    for _ in range(50):
        told.append(pace.remaining())
        clock.now += 1
    assert told == pytest.approx([max(38.0 - second, 0.05 * second) for second in range(50)])


def test_what_starting_took_is_no_work(clock):
    """The first trial ends after 25 seconds and took 5: the start took 20, and the rest is at the predicted pace."""
    pace = Pace(1, clock)
    pace.planned(50.0, 10)
    pace.started(0)
    clock.now += 25
    pace.finished(0, 5.0, 45.0)
    assert pace.remaining() == pytest.approx(45.0)
    clock.now += 3
    assert pace.remaining() == pytest.approx(42.0)


def test_a_worker_that_waits_for_others_is_slower(clock):
    pace = Pace(1, clock)
    pace.planned(2000.0, 200)
    left = 2000.0
    for _ in range(100):  # each trial takes ten seconds, and ten pass beside it
        pace.started(0)
        clock.now += 20
        left -= 10
        pace.finished(0, 10.0, left)
    assert pace.remaining() == pytest.approx(2000.0, rel=0.02)


def test_a_trial_that_is_under_way_is_as_far_as_its_time_says(clock):
    pace = Pace(2, clock)
    pace.planned(200.0, 2)
    pace.started(0)
    pace.started(1)
    clock.now += 50
    pace.finished(0, 50.0, 100.0)
    assert pace.remaining() == pytest.approx(50.0)


def test_when_nothing_is_left_nothing_is_left(clock):
    pace = Pace(2, clock)
    pace.planned(10.0, 1)
    pace.started(0)
    clock.now += 10
    pace.finished(0, 10.0, 0.0)
    assert pace.remaining() == 0


def test_what_a_source_adds_later_counts(clock):
    pace = Pace(1, clock)
    pace.planned(10.0, 1)
    pace.started(0)
    clock.now += 10
    pace.finished(0, 10.0, 0.0)
    pace.planned(30.0, 3)
    assert pace.remaining() == pytest.approx(30.0)


def test_as_long_as_something_runs_something_is_left(clock):
    """Two trials that were believed to be done long ago: a twentieth of what they have taken, and never 0 seconds."""
    pace = Pace(2, clock)
    pace.planned(30.0, 3)
    for worker in (0, 1):
        pace.started(worker)
    clock.now += 10
    pace.finished(0, 10.0, 20.0)
    pace.started(0)
    told = []
    for _ in range(300):
        clock.now += 1
        told.append(pace.remaining())
    assert min(told) == 1
    assert told[-1] == pytest.approx(0.05 * 310)  # of the one that has run for longest
    assert told[-2] < told[-1]
    pace.finished(0, 300.0, 10.0)
    assert pace.remaining() >= 1
    pace.finished(1, 310.0, 0.0)
    assert pace.remaining() == 0

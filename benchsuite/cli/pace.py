"""How long a run will still take: the work that is predicted, at the pace at which it has gone."""

from __future__ import annotations

import time
from collections.abc import Callable

WORKERS_START_SECONDS = 8.0
"""What starting the workers takes: importing TensorFlow."""
BELIEVED = 10.0
"""Seconds of work that every worker is believed to do as predicted, before its pace counts."""
LEAST = 1.0
"""Seconds that are left as long as anything is."""
BEYOND = 0.05
"""What takes longer than was predicted ends in this share of the time that it has taken, at the soonest."""


class Pace:
    """Predicts the time that is left, and counts down between two trials.

    Starting the workers is no work: until the first trial ends, it is believed to take what it usually takes, and then what
    passed before that trial can have begun. Trials beside the one that ends are taken to be as far as their time says.

    Args:
        workers: Number of workers.
        now: A monotonic clock.
    """

    def __init__(self, workers: int, now: Callable[[], float] = time.monotonic) -> None:
        self._workers = workers
        self._now = now
        self._begun = self._at = now()
        self._start = WORKERS_START_SECONDS
        self._first = True
        self._left, self._trials = 0.0, 0
        self._done = 0.0
        self._running: dict[int, float] = {}

    def planned(self, seconds: float, trials: int) -> None:
        """Take what is left: predicted seconds of work, and the number of trials."""
        if not self._trials and self._first:
            self._begun = self._now()
        self._left, self._trials, self._at = seconds, trials, self._now()

    def started(self, worker: int) -> None:
        """See a worker begin a trial."""
        self._running[worker] = self._now()

    def finished(self, worker: int, seconds: float, left: float) -> None:
        """See a trial end.

        Args:
            worker: Whose.
            seconds: What it took.
            left: Predicted seconds of work that remain.
        """
        now = self._now()
        if self._first:
            self._start = max(now - self._begun - seconds, 0.0)
            self._first = False
            self._running = {other: max(since, self._begun + self._start) for other, since in self._running.items()}
        self._running.pop(worker, None)
        self._done += seconds
        self._left, self._trials, self._at = left, self._trials - 1, now

    def lost(self, worker: int) -> None:
        """See a worker go, with what it had done of a trial."""
        self._running.pop(worker, None)

    def shared_by(self, workers: int) -> None:
        """See that there are now so many workers."""
        self._workers = workers

    def remaining(self) -> float:
        """Return the seconds that are left: 0 when nothing is, and never before."""
        now, running = self._now(), list(self._running.values())
        trials = max(self._trials, len(running))
        if not trials:
            return 0.0
        least = max(LEAST, BEYOND * (now - min(running, default=self._at)))
        passed = now - self._at
        if self._first:
            return max(self._start + self._left / min(self._workers, trials) - passed, least)
        under_way = sum(max(self._at - since, 0.0) for since in running)
        left = max(self._left - under_way, 0.0) / min(self._workers, trials)
        return max(left / self._speed(under_way) - passed, least)

    def _speed(self, under_way: float) -> float:
        """Return the seconds of work that a worker does in a second: below 1 where something else takes its time."""
        passed = self._workers * max(self._at - self._begun - self._start, 0.0)
        return (self._done + under_way + BELIEVED * self._workers) / (passed + BELIEVED * self._workers)

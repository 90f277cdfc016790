"""The time in which a worker ran: what its limits are measured with."""

from __future__ import annotations

import time
from collections.abc import Callable

MOST = 0.5
"""Seconds that one tick adds at most: of a laptop's sleep, or of a run that was stopped, so much counts and no more."""


class ActiveClock:
    """Counts the seconds in which a process ran, as seen by somebody who looks at it again and again.

    The wall clock is nowhere in it: that may be set. A monotonic one is not enough either, since it goes on while a
    process is stopped, and in some virtual machines while the machine is. So each look adds the time since the last one,
    but never much, and nothing if the process is found stopped.

    Args:
        stopped: Says whether the process is stopped now.
        now: A monotonic clock.
    """

    def __init__(self, stopped: Callable[[], bool], now: Callable[[], float] = time.monotonic) -> None:
        self._stopped = stopped
        self._now = now
        self._last = now()
        self.seconds = 0.0
        """It ran for so long."""
        self.stopped_seconds = 0.0
        """It was found stopped for so long, while the run itself was not."""

    def tick(self) -> None:
        """Look: to be called several times a second."""
        now = self._now()
        passed = min(max(now - self._last, 0.0), MOST)
        self._last = now
        if self._stopped():
            self.stopped_seconds += passed
        else:
            self.seconds += passed

"""How often a report is written anew while trials train: at most a tenth of the time goes into it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SHARE = 0.1
"""Of the time that writing may take."""
LEAST_PAUSE = 2.0
"""Seconds between two reports, however quickly they are written."""


class ReportPace:
    """Says when the next report may be written.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ended: float | None = None
        self.cost = 0.0
        """Seconds that the last report took."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Measure what writing a report takes."""
        began = self._clock()
        try:
            yield
        finally:
            self._ended = self._clock()
            self.cost = self._ended - began

    def pause(self, *, alone: bool = False) -> float:
        """Return for how many seconds no report may be written; 0 where one may be now.

        Args:
            alone: Whether no run is there whose time it would take.
        """
        if self._ended is None:
            return 0.0
        least = LEAST_PAUSE if alone else max(LEAST_PAUSE, self.cost * (1 - SHARE) / SHARE)
        return max(0.0, self._ended + least - self._clock())

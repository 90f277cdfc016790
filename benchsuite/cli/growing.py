"""A growing report is written in a process of its own: what that takes goes back to the system, and the server stays small."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from benchsuite.execution.channel import Closed, Garbled
from benchsuite.execution.child import GRACE_SECONDS, Child
from benchsuite.processes import signal_name
from benchsuite.registry import PluginSearch
from benchsuite.text import as_reason

LARGEST = 512 * 2**20
"""A process that is larger after a report is ended, and the next report gets a fresh one, which reads all records again."""
LOOK = 0.5
"""Seconds between two looks whether it is still there."""


@dataclass(frozen=True)
class ReportOrder:
    """What the process is told first.

    Args:
        results: The results folder.
        folder: Where the report goes.
        search: Where plugins are looked for.
        stale: Whether stale records are shown.
    """

    results: Path
    folder: Path
    search: PluginSearch
    stale: bool


@dataclass(frozen=True)
class ReportTold:
    """What came of one report.

    Args:
        records: How many are in it.
        problem: Why it could not be written, in one line; empty if it was.
        resident_bytes: The size of the process now.
    """

    records: int
    problem: str = ""
    resident_bytes: int = 0


class ReportProcess:
    """Writes a report as often as it is asked to.

    Args:
        order: Which.
    """

    def __init__(self, order: ReportOrder) -> None:
        self._order = order
        self._child: Child | None = None

    def write(self) -> ReportTold:
        """Write the report anew, and return what came of it.

        Raises:
            BenchsuiteError: If no process can be started.
        """
        if self._child is None:
            self._child = Child("benchsuite.cli.growing_child", self._order, "to write reports in")
        self._child.send("write")
        told = self._told(self._child)
        if told.resident_bytes > LARGEST:
            self.close()
        return told

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _told(self, child: Child) -> ReportTold:
        while True:
            code = child.poll()
            try:
                said = child.receive(0 if code is not None else LOOK)
            except (Closed, Garbled):
                code, said = _end_of(child), None
            if isinstance(said, ReportTold):
                return said
            if code is not None:
                how = f"was killed: {signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
                lines = child.printed(0).strip().splitlines()
                self.close()
                last = f" It printed last: {as_reason(lines[-1])}" if lines else ""
                return ReportTold(0, f"the process that writes the report {how}.{last}")


def _end_of(child: Child) -> int:
    """Return how a process ended that says nothing more; one that stays all the same is ended."""
    end = time.monotonic() + GRACE_SECONDS
    while (code := child.poll()) is None and time.monotonic() < end:
        time.sleep(0.02)
    return child.end() if code is None else code


def resident_bytes() -> int:
    """Return the size of this process."""
    import psutil

    return int(psutil.Process(os.getpid()).memory_info().rss)

"""A process that computes, seen from the run: started, told what to do, listened to, ended with all that it left behind."""

from __future__ import annotations

import re
import sysconfig
import time
from pathlib import Path

from benchsuite.computing.jobs import Computation, ComputeBegun, ComputeOrder, ComputeReady, Job
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.channel import Closed, Garbled
from benchsuite.execution.child import GRACE_SECONDS, START_SECONDS, Child
from benchsuite.processes import signal_name
from benchsuite.text import as_reason

FRAME = re.compile(r'^  File "([^"]+)", line (\d+) in (.+)$', re.MULTILINE)
"""Of a dump by ``faulthandler``, the innermost first."""
LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
HARNESS = str(Path(__file__).parents[1])


class Computing:
    """One process.

    Args:
        order: What it is told first.

    Raises:
        BenchsuiteError: If it cannot be started.
    """

    def __init__(self, order: ComputeOrder) -> None:
        self._seconds = order.seconds
        self._from = 0
        self._process = Child("benchsuite.computing.child", order, "to compute in")
        self._since = time.monotonic()
        self._ready = False
        self.job: Job | None = None
        """What it works on, without the seeds that are done."""

    def give(self, job: Job) -> None:
        """Let it compute the numbers of a part."""
        self.job, self._since = job, time.monotonic()
        self._process.send(job)

    def told(self, seconds: float) -> list[Computation]:
        """Return what has come within some seconds; of a process that has gone, why its number is none.

        Raises:
            BenchsuiteError: If it ended before it was ready.
        """
        found: list[Computation] = []
        while True:
            code = self._process.poll()
            try:
                said = self._process.receive(0 if code is not None or found else seconds)
            except (Closed, Garbled):
                return [*found, self._lost(self._process.end())]
            if isinstance(said, ComputeReady):
                self._ready, self._since = True, time.monotonic()
            elif isinstance(said, ComputeBegun):
                self._since, self._from = time.monotonic(), said.printed
            elif isinstance(said, Computation):
                found.append(said)
                self._done()
            elif code is not None:
                return [*found, self._lost(code)]
            elif self._hangs():
                return [*found, self._lost(self._process.end())]
            else:
                return found

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it with all that it has started, and forget what it printed."""
        self._process.close()

    def _done(self) -> None:
        assert self.job is not None
        left = self.job.seeds[1:]
        self.job = Job(self.job.claim, self.job.part, left) if left else None

    def _hangs(self) -> bool:
        taken = time.monotonic() - self._since
        if not self._ready:
            return taken > START_SECONDS
        return self.job is not None and self._seconds > 0 and taken > self._seconds + GRACE_SECONDS

    def _lost(self, code: int) -> Computation:
        """Return that the number in progress is lost with the process."""
        taken = time.monotonic() - self._since
        how = f"was killed: {signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        printed = self._process.printed(self._from).strip()
        if not self._ready or self.job is None:
            last = f" It printed last: {printed.splitlines()[-1]}" if printed else ""
            raise BenchsuiteError(f"a process that computes {how} while it started.{last}")
        late = 0 < self._seconds <= taken
        reason = f"it did not finish within {self._seconds:g} seconds" if late else f"its process {how}"
        reason += _place(printed)
        lost = Computation(self.job.claim, self.job.part, self.job.seeds[0], None, as_reason(reason), taken)
        self._done()
        return lost


def _place(printed: str) -> str:
    """Return where the process was, by the dump that it printed: the innermost line that an author wrote; empty if there is none."""
    for file, line, function in FRAME.findall(printed):
        if not file.startswith((*LIBRARIES, HARNESS, "<")):
            return f" ({Path(file).name}:{line}, in {function})"
    return ""

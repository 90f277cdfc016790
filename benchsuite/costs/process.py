"""The measuring process, seen from the verb: started, listened to, ended with all that it left behind."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import IO

from benchsuite.costs.request import Order
from benchsuite.costs.said import AllTimed, ContestTimed, Preparing, Refused
from benchsuite.discovery.guard import search_path
from benchsuite.engine.surroundings import worker_environment
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.channel import Channel, Closed, Garbled
from benchsuite.execution.containment import Contained
from benchsuite.processes import signal_name

LOOK_EVERY = 0.2
LONGEST_PRINTED = 4_000

# As for a worker: the search path is this process's own, and set before anything is imported.
BOOT = "import sys; sys.path[:] = sys.argv[2].splitlines(); from benchsuite.costs.child import serve; serve(int(sys.argv[1]))"


def measure(order: Order, preparing: Callable[[Preparing], None]) -> Iterator[ContestTimed]:
    """Measure contests in a process of their own, which has a worker's surroundings and one thread.

    Args:
        order: What to measure.
        preparing: Is told which program is being made.

    Raises:
        BenchsuiteError: If that process cannot measure, or dies.
    """
    with tempfile.TemporaryFile() as printed:
        channel = Channel()
        with channel.theirs as theirs:
            command = [sys.executable, "-c", BOOT, str(theirs.fileno()), "\n".join(search_path())]
            process = Contained(
                command, worker_environment(os.environ), output=printed.fileno(), channel=theirs.fileno()
            )
        try:
            channel.send(order)
            at: Preparing | None = None
            while True:
                code = process.poll()
                try:
                    said = channel.receive(0 if code is not None else LOOK_EVERY)
                except (Closed, Garbled):
                    raise _died(process.end(), at, printed) from None
                if isinstance(said, Preparing):
                    at = said
                    preparing(said)
                elif isinstance(said, ContestTimed):
                    yield said
                elif isinstance(said, Refused):
                    raise BenchsuiteError(said.reason)
                elif isinstance(said, AllTimed):
                    return
                elif code is not None:
                    raise _died(code, at, printed)
        finally:
            process.end()
            channel.close()


def _died(code: int, at: Preparing | None, printed: IO[bytes]) -> BenchsuiteError:
    how = f"was killed: {signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
    when = f" at {at.label or 'the rounds'} ({at.contest})" if at else " while it started"
    printed.seek(0)
    lines = printed.read().decode(errors="replace")[-LONGEST_PRINTED:].strip().splitlines()
    last = f" It printed last: {lines[-1]}" if lines else ""
    return BenchsuiteError(f"the process that measures {how}{when}.{last}")

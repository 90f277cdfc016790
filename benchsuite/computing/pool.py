"""Several processes compute side by side; one that crashes or hangs costs only the number in progress."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from benchsuite.computing.jobs import Computation, ComputeOrder, Job
from benchsuite.computing.process import Computing
from benchsuite.control_groups import usable_memory
from benchsuite.registry import PluginSearch

LOOK_EVERY = 0.05
SHARES = 2
"""A process gets so small a share of what is left that each comes back so often, at most all seeds of one part."""


def compute_parts(
    jobs: Sequence[Job], search: PluginSearch, workers: int, timeout: float, tell: Callable[[Computation], None]
) -> None:
    """Compute the numbers of parts, each seed for itself; the numbers do not depend on how many workers there are.

    Args:
        jobs: Parts and their seeds.
        search: Where plugins are looked for.
        workers: Processes side by side, of one thread each.
        timeout: Seconds that a number may take; 0 for any time.
        tell: Is told of each number as it comes, in any order.

    Raises:
        BenchsuiteError: If no process can be started.
    """
    waiting = [job for job in jobs if job.seeds]
    order = ComputeOrder(search, max(timeout, 0.0), usable_memory() // max(workers, 1))
    processes: list[Computing] = []
    try:
        while waiting or processes:
            busy = [process.job for process in processes if process.job is not None]
            if waiting and len(processes) < max(workers, 1):
                processes.append(Computing(order))
                _give(processes[-1], waiting, processes, workers)
            for process in list(processes):
                for computation in process.told(LOOK_EVERY / max(len(busy), 1)):
                    tell(computation)
                if process.gone:
                    waiting += [process.job] if process.job is not None else []
                elif process.job is None and waiting:
                    _give(process, waiting, processes, workers)
                if process.gone or process.job is None:
                    process.close()
                    processes.remove(process)
    finally:
        for process in processes:
            process.close()


def _give(process: Computing, waiting: list[Job], processes: Sequence[Computing], workers: int) -> None:
    """Give a process the next seeds of a part that nobody else works on, if there is one: it makes its programs once."""
    elsewhere = {(other.job.claim, other.job.part) for other in processes if other.job is not None}
    number = next((n for n, job in enumerate(waiting) if (job.claim, job.part) not in elsewhere), 0)
    job = waiting.pop(number)
    left = len(job.seeds) + sum(len(other.seeds) for other in waiting)
    share = max(1, math.ceil(left / (SHARES * max(workers, 1))))
    process.give(Job(job.claim, job.part, job.seeds[:share]))
    if job.seeds[share:]:
        waiting.insert(number, Job(job.claim, job.part, job.seeds[share:]))

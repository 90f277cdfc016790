"""What a run and its page hold at one moment, read from outside: memory, descriptors, processes, files."""

from __future__ import annotations

import contextlib
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchsuite.scratch import PREFIX
from tests.attack.study import Study

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MB = 1e6
WRITER = "growing_child"
"""Stands in the command of the process that writes the growing report."""


@dataclass(frozen=True)
class Sample:
    """One moment. Memory is what is resident, in MB (10⁶ bytes).

    Args:
        seconds: Since the run began.
        records: How many there are.
        main: Memory of the main process.
        main_descriptors: That it has open.
        main_threads: That it has.
        page: Memory of the page server.
        page_descriptors: That it has open.
        writer: Memory of the process that writes its reports; 0 where there is none now.
        workers: How many worker processes there are, starting ones included.
        workers_memory: Of all of them together.
        largest_worker: Memory of the largest.
        worker_descriptors: Of the one that has most.
        processes: All that belong to run and page.
        temporary_files: Below the folder for temporary files, the page's own left out.
        temporary: Their size in MB.
        logs: Size in MB of what workers printed.
        strays: Files in the results folder that are no record, log, study or report.
    """

    seconds: float
    records: int
    main: float
    main_descriptors: int
    main_threads: int
    page: float
    page_descriptors: int
    writer: float
    workers: int
    workers_memory: float
    largest_worker: float
    worker_descriptors: int
    processes: int
    temporary_files: int
    temporary: float
    logs: float
    strays: int

    def row(self) -> str:
        """Return it as a line of CSV."""
        return ",".join(f"{value:.2f}" if isinstance(value, float) else str(value) for value in asdict(self).values())

    @staticmethod
    def head() -> str:
        """Return the names of the columns, as a line of CSV."""
        return ",".join(one.name for one in fields(Sample))


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB; 0 if it is not there."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / MB
    return 0.0


def descriptors(pid: int) -> int:
    """Return how many descriptors a process has open; 0 if it is not there."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0


def threads(pid: int) -> int:
    """Return how many threads a process has; 0 if it is not there."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/task"))
    return 0


def sample(study: Study, main: int, page: int, seconds: float) -> Sample:
    """Look at everything once.

    Args:
        study: The run, and its page beside it: processes with its mark, its folder for temporary files, its results.
        main: Process number of the run.
        page: Of the page server.
        seconds: Since the run began.
    """
    processes = study.processes()
    workers = [one.pid for one in processes if one.is_worker and WRITER not in one.command]
    writers = [one.pid for one in processes if WRITER in one.command]
    memory = [resident(pid) for pid in workers]
    temporary = [size for path, size in _files(study.temporary) if PREFIX not in path]
    found = list(_files(study.results))
    inside = [(Path(path).relative_to(study.results).parts[0], path, size) for path, size in found]
    known = ("trials", "logs", "studies", "commands", "report", "trials.parquet", ".lock")
    return Sample(
        seconds=seconds,
        records=sum(first == "trials" and path.endswith(".json") for first, path, _ in inside),
        main=resident(main),
        main_descriptors=descriptors(main),
        main_threads=threads(main),
        page=resident(page),
        page_descriptors=descriptors(page),
        writer=sum(map(resident, writers)),
        workers=len(workers),
        workers_memory=sum(memory),
        largest_worker=max(memory, default=0.0),
        worker_descriptors=max(map(descriptors, workers), default=0),
        processes=len(processes),
        temporary_files=len(temporary),
        temporary=sum(temporary) / MB,
        logs=sum(size for first, _, size in inside if first == "logs") / MB,
        strays=sum(first not in known or (first == "trials" and not path.endswith(".json")) for first, path, _ in inside),
    )  # fmt: skip


def _files(folder: Path) -> list[tuple[str, int]]:
    """Return path and size of every file below a folder; some may go meanwhile."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found.append((f"{place}/{name}", os.lstat(f"{place}/{name}").st_size))
    return found

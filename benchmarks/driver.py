"""How many records a second the driver takes: the real run, store and files, with workers that only pretend to train.

    python benchmarks/driver.py FOLDER                       # 64 workers in this process: the driver alone
    python benchmarks/driver.py FOLDER --processes           # 64 worker processes behind the real executor, without TensorFlow
    python benchmarks/driver.py FOLDER --processes --seconds 10 --trials 640    # what it costs to watch workers that train

Shown are records a second from the first record to the last, and milliseconds of a record on the clock and of the processor in
the driver's process; beside these what it costs to write and fsync a file there, for the disk sets a limit of its own.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchsuite.execution import Cell, Finished, LocalExecutor, Options, Started, process, run_source
from benchsuite.execution.messages import Answer, Begun, Ready
from benchsuite.extras import NOTHING
from benchsuite.record import Ending, Record
from benchsuite.registry import PluginSearch
from benchsuite.sources import Planned
from benchsuite.store import Store
from benchsuite.trial import Trial

FIRST = 100
"""Records before the clock starts: what is done once has been done."""
BOOT = (
    "import sys; sys.path[:] = sys.argv[2].splitlines(); from benchmarks.driver import serve; serve(int(sys.argv[1]))"
)


def serve(descriptor: int) -> None:
    """Be a worker that answers each trial with the prepared ending of its task, after so many seconds."""
    connection = Connection(descriptor)
    options, number = connection.recv()
    seconds, endings = pickle.loads(Path(options.weights, "endings").read_bytes())
    connection.send(Ready())
    while True:
        try:
            specs = connection.recv()
        except EOFError:
            return
        connection.send(Begun())
        time.sleep(seconds)
        for spec in specs:
            connection.send(Answer(_by(endings[spec["task"]["name"]], number), 500_000_000))


def _by(ending: Ending, worker: int) -> Ending:
    return replace(ending, environment=replace(ending.environment, worker=worker))


class Instant:
    """An executor whose workers, in this process, take no time.

    Args:
        workers: How many.
        endings: Task → how its trials end.
    """

    def __init__(self, workers: int, endings: dict[str, Ending]) -> None:
        self._workers, self._endings = workers, endings
        self._waiting: deque[Trial] = deque()
        self._running: deque[tuple[Trial, int]] = deque()

    def submit(self, cell: Cell) -> None:
        """Take a cell."""
        self._waiting.extend(cell.trials)

    def events(self) -> Iterator[Started | Finished]:
        """Yield the beginning of a trial on each worker, and their ends one after another, as others begin."""
        running, free = self._running, deque(range(self._workers))
        while self._waiting or running:
            while self._waiting and free:
                running.append((self._waiting.popleft(), free.popleft()))
                yield Started(*running[-1])
            trial, worker = running.popleft()
            free.append(worker)
            yield Finished(trial, worker, _by(self._endings[trial.task], worker))

    def more(self) -> bool:
        """Say whether anything is left: nothing of it takes time."""
        return bool(self._waiting or self._running)

    def close(self) -> None:
        """Nothing is left to close."""


@dataclass
class Times:
    """A watcher that keeps the time of each record, and of the processor in this process."""

    def __post_init__(self) -> None:
        self.finishes: list[tuple[float, float]] = []

    def planned(self, done: int, waiting: int, stale: int, seconds: float) -> None:
        """See nothing."""

    def started(self, trial: Trial, worker: int) -> None:
        """See nothing."""

    def finished(self, trial: Trial, worker: int, record: Record, left: float) -> None:
        """Note the time."""
        self.finishes.append((time.perf_counter(), time.process_time()))

    def problem(self, text: str) -> None:
        """Say it."""
        sys.stderr.write(f"{text}\n")


def measured(
    folder: Path, trials: list[Trial], workers: int, endings: dict[str, Ending], processes: bool, seconds: float
) -> list[tuple[float, float]]:
    """Run trials, and return of each record when it was stored: on the clock, and by the time of the processor so far.

    Args:
        folder: The results folder.
        trials: They.
        workers: How many workers.
        endings: Task → how its trials end.
        processes: Whether workers are processes.
        seconds: Which a trial takes there.
    """
    from tests.bundled import REGISTRY

    held = str(folder.resolve())
    options = Options(PluginSearch(local=False), "cpu", workers, 0, f"{held}/logs", held, held, NOTHING)
    store, times = Store(folder), Times()
    if processes:
        options = replace(options, results=store.identity)
        (folder / "endings").write_bytes(pickle.dumps((seconds, endings)))
        process.BOOT = BOOT
    executor = LocalExecutor(options) if processes else Instant(workers, endings)
    run_source(Planned(trials), REGISTRY, store, executor, options, times)
    return times.finishes


def of_the_disk(folder: Path, count: int = 50) -> float:
    """Return the milliseconds in which a file of a record's size is written and on the disk."""
    begun = time.perf_counter()
    for number in range(count):
        descriptor = os.open(folder / f"tried-{number}", os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, b"0" * 8000)
        os.fsync(descriptor)
        os.close(descriptor)
    passed = time.perf_counter() - begun
    for number in range(count):
        (folder / f"tried-{number}").unlink()
    return 1000 * passed / count


def main() -> None:
    """Measure, and say what was found."""
    from benchmarks.pretended import Pretended, grid
    from benchsuite.studies.plan import plan
    from tests.bundled import REGISTRY

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--workers", type=int, default=64)
    asked.add_argument("--trials", type=int, default=3000)
    asked.add_argument("--processes", action="store_true")
    asked.add_argument("--seconds", type=float, default=0.0)
    given = asked.parse_args()
    pretended = Pretended(REGISTRY)
    trials = list(plan(grid(given.trials), REGISTRY).trials.values())[: given.trials]
    endings = {trial.task: pretended(trial) for trial in trials}
    Store(given.folder)
    before = of_the_disk(given.folder)
    found = measured(given.folder, trials, given.workers, endings, given.processes, given.seconds)
    (first, first_cpu), (last, last_cpu), count = found[FIRST], found[-1], len(found) - 1 - FIRST
    sys.stdout.write(
        f"{given.workers} workers, {count} records: {count / (last - first):.0f} a second; a record takes "
        f"{1000 * (last - first) / count:.2f} ms on the clock, {1000 * (last_cpu - first_cpu) / count:.2f} ms of the processor; "
        f"fsync of a file: {before:.2f} ms before, {of_the_disk(given.folder):.2f} ms after\n"
    )


if __name__ == "__main__":
    main()

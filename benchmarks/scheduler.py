"""The scheduler on paper: the real cells and the real choice of who gets which, in virtual time, for 10 to 10,000 workers.

    python benchmarks/scheduler.py                          # 100,000 trials of the reference tasks
    python benchmarks/scheduler.py --longer 60              # the same if training took a minute for each second
    python benchmarks/scheduler.py --driver 500             # with a driver that stores 500 records a second

What a trial takes is drawn from the stored reference results: of its task and optimizer where there are some, else of its task. A
worker first starts, then compiles each program that it has no more, whatever other workers have compiled. The driver stores one
record after another; workers do not wait for it, but the study does.

Columns: the time of the study; *busy*, the share of the workers' time in trials, compiling included; *training*, the share without
compiling and starting; *tail*, from the first worker that finds nothing left to the last record, as a share of the study; *compiled*,
programs compiled for each program; *records*, a second, at most in any ten seconds; *behind*, seconds for which the driver goes on
storing when all workers are done; *choosing*, real milliseconds of the processor to find what a worker gets next.
"""

from __future__ import annotations

import argparse
import heapq
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchsuite.execution.cells import make_cells
from benchsuite.execution.waiting import PROGRAMS_KEPT, Waiting
from benchsuite.record import Record
from benchsuite.reference import load_reference
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.trial import Trial

WORKERS = (10, 30, 100, 300, 1000, 3000, 10_000)
START_SECONDS = 5.0
"""A worker imports TensorFlow."""
WINDOW = 10.0
"""Seconds in which the largest number of records is counted."""


@dataclass(frozen=True)
class Found:
    """What came of a study.

    Args:
        seconds: Until the last record was stored.
        busy: Share of the workers' time in trials.
        training: The same without compiling.
        tail: Seconds from the first worker that found nothing left to the last record.
        compiled: How often a program was compiled.
        peak: Records a second, the most in any window.
        behind: Seconds for which records were stored when all workers were done.
        choosing: Real seconds of the processor for each cell that was taken.
    """

    seconds: float
    busy: float
    training: float
    tail: float
    compiled: int
    peak: float
    behind: float
    choosing: float


class Costs:
    """What trials take, drawn from records.

    Args:
        records: Of completed trials.
        longer: How many times as long training takes.
    """

    def __init__(self, records: Sequence[Record], longer: float = 1.0) -> None:
        self._longer = longer
        self._trainings: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
        self._compilings: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
        for record in records:
            costs, keys = record.costs, self._keys(record.trial)
            trained = sum(one or 0.0 for one in (costs.train_seconds, costs.evaluate_seconds, costs.initialize_seconds))
            for key in keys:
                self._trainings[key].append(trained)
                if costs.program_reused is False:
                    self._compilings[key].append(costs.compile_seconds or 0.0)

    def training(self, trial: Trial) -> float:
        """Return the seconds of a trial without compiling; of equal trials the same."""
        return self._longer * Random(trial.id).choice(self._of(self._trainings, trial))

    def compiling(self, trial: Trial) -> float:
        """Return the seconds in which its program is compiled."""
        return median(self._of(self._compilings, trial))

    def _of(self, known: dict[tuple[str, ...], list[float]], trial: Trial) -> list[float]:
        return next(known[key] for key in self._keys(trial) if key in known)

    @staticmethod
    def _keys(trial: Trial) -> tuple[tuple[str, ...], ...]:
        return (trial.task, *(setting.name for setting in trial.recipe.get("optimizer"))), (trial.task,)


def simulate(
    trials: Sequence[Trial], registry: Registry, costs: Costs, workers: int, driver: float, start: float = START_SECONDS
) -> Found:
    """Run a study in virtual time.

    Args:
        trials: Its trials.
        registry: For what tasks say that they cost, by which cells are made.
        costs: What they do cost.
        workers: How many.
        driver: Records a second that the driver stores.
        start: Seconds in which a worker starts.
    """
    waiting, left = Waiting(workers), 0
    for cell in make_cells(trials, registry, workers):
        waiting.put(cell)
        left += 1
    count = min(workers, left)
    free = [(start, worker) for worker in range(count)]
    programs: defaultdict[int, list[str]] = defaultdict(list)
    ends: list[float] = []
    done: list[float] = []
    trained = compiled_seconds = choosing = 0.0
    compiled, cells = 0, left
    while free:
        now, worker = heapq.heappop(free)
        if not left:
            done.append(now)
            continue
        begun = time.process_time()
        taken = waiting.take(worker)
        choosing += time.process_time() - begun
        assert taken is not None
        cell = taken
        left -= 1
        if cell.program not in programs[worker]:
            seconds = costs.compiling(cell.trials[0])
            compiled, compiled_seconds, now = compiled + 1, compiled_seconds + seconds, now + seconds
        programs[worker] = [cell.program, *(one for one in programs[worker] if one != cell.program)][:PROGRAMS_KEPT]
        for trial in cell.trials:
            seconds = costs.training(trial)
            trained, now = trained + seconds, now + seconds
            ends.append(now)
        heapq.heappush(free, (now, worker))
    ends.sort()
    stored = 0.0
    for end in ends:
        stored = max(stored, end) + 1 / driver
    return Found(
        stored, (trained + compiled_seconds) / (workers * stored), trained / (workers * stored), stored - min(done),
        compiled, _peak(ends), stored - ends[-1], choosing / cells,
    )  # fmt: skip


def _peak(ends: Sequence[float]) -> float:
    """Return the most ends in any window, a second."""
    first, most = 0, 0
    for last, end in enumerate(ends):
        while ends[first] < end - WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most / WINDOW


def reference_trials(records: Sequence[Record], count: int, registry: Registry) -> list[Trial]:
    """Return ``count`` trials or a few more: every optimizer that has records on each task that has some, and many seeds."""
    tasks = tuple(sorted({record.trial.task for record in records}))
    names = {setting.name for record in records for setting in record.trial.recipe.get("optimizer")}
    chosen = tuple(sorted(names & set(registry.names("optimizer"))))
    study = Study(task=tasks, components={"optimizer": chosen}, seeds="1")
    one = list(plan(study, registry).trials.values())
    return [replace(trial, seed=seed) for trial in one for seed in range(-(-count // len(one)))]


def main() -> None:
    """Simulate, and say what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--trials", type=int, default=100_000)
    asked.add_argument("--longer", type=float, default=1.0)
    asked.add_argument("--driver", type=float, default=400.0)
    asked.add_argument("--workers", type=int, nargs="*", default=WORKERS)
    given = asked.parse_args()
    registry = load_registry(PluginSearch(local=False))
    records = [record for record in load_reference().records() if record.outcome.value == "completed"]
    trials = reference_trials(records, given.trials, registry)
    costs = Costs(records, given.longer)
    programs = len({trial.cell for trial in trials})
    work = sum(map(costs.training, trials))
    columns = (
        f"{'workers':>8} {'study':>10} {'busy':>6} {'training':>8} {'tail':>6} {'compiled':>8} {'records':>8} {'behind':>8} "
        f"{'choosing':>9} {'making':>8}"
    )
    said = f"{len(trials):,} trials of {programs} programs, {work / 3600:.1f} hours of training"
    sys.stdout.write(f"{said}; a driver of {given.driver:g} records a second\n{columns}\n")
    for workers in given.workers:
        begun = time.process_time()
        found = simulate(trials, registry, costs, workers, given.driver)
        took = time.process_time() - begun
        sys.stdout.write(
            f"{workers:8,} {found.seconds:8.0f} s {found.busy:6.0%} {found.training:8.0%} {found.tail / found.seconds:6.0%} "
            f"{found.compiled / programs:8.1f} {found.peak:8.0f} {found.behind:6.0f} s {1000 * found.choosing:6.3f} ms {took:6.1f} s\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()

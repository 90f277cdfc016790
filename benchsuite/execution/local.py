"""Local worker processes: long-lived, one thread each. A dying or hanging one costs at most the trial that it was running."""

from __future__ import annotations

import queue
import threading
import time
from bisect import insort
from collections import Counter
from collections.abc import Iterator

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.death import Death
from benchsuite.execution.interface import Cell, Finished, Options, Started
from benchsuite.execution.messages import Answer
from benchsuite.execution.process import Died, Stopped, TookTooLong, WorkerProcess
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Results
from benchsuite.trial import Trial

RECYCLE_BYTES = 1_380_000_000
"""A worker larger than this is replaced between two cells: XLA keeps every program it ever compiled, about 12 MB each."""
START_SECONDS = 120.0
"""A worker may take so long to start, or as long as a trial where that is more: on a busy machine imports take a while."""
DEATHS_AT_START = 3
"""So many workers in a row that end by themselves while they start mean that none can."""
KILLS_AT_START = 100
"""And so many that somebody killed."""
KILLS_BELIEVED = 10
"""A trial whose worker somebody killed runs again on a fresh one; so many times in a row, it is the trial's own doing."""
SOON_BELIEVED = 2
"""The same where the kernel says that it killed for want of memory, and for the other trials of such a trial's program."""


class LocalExecutor:
    """Runs cells on this machine, each worker a process of its own.

    Args:
        options: What workers are told.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._waiting = Waiting()
        self._events: queue.SimpleQueue[Started | Finished | Exception] = queue.SimpleQueue()
        self._killers: set[str] = set()
        self._threads: list[_WorkerThread] = []
        self._open = 0

    def submit(self, cell: Cell) -> None:
        """Take a cell; see :class:`~benchsuite.execution.interface.Executor`."""
        self._open += len(cell.trials)
        self._waiting.put(cell)

    def events(self) -> Iterator[Started | Finished]:
        """Yield what happens in the order in which it happens."""
        while self._open:
            # A study of one cell needs one worker; a tuner's may need more later.
            while len(self._threads) < min(self._options.workers, self._waiting.claimed):
                thread = _WorkerThread(len(self._threads), self._waiting, self._events, self._options, self._killers)
                self._threads.append(thread)
                thread.start()
            try:
                event = self._events.get(timeout=0.2)  # never for ever: Ctrl-C must get through
            except queue.Empty:
                continue
            if isinstance(event, Exception):
                yield from self._rest()
                raise event
            if isinstance(event, Finished):
                self._open -= 1
            yield event

    def _rest(self) -> Iterator[Finished]:
        """Stop all workers; what some of them had finished until then still counts."""
        self.close()
        while not self._events.empty():
            event = self._events.get()
            if isinstance(event, Finished):
                yield event

    def close(self) -> None:
        """Stop all workers."""
        self._waiting.close()
        for thread in self._threads:
            thread.stopping.set()
        for thread in self._threads:
            thread.join()  # at once: a thread looks several times a second


class Waiting:
    """The cells that wait, the longest first: the last worker to finish decides how long a study takes.

    A worker gets one of the program that it has, if there is one.
    """

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self._programs: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._closed = False
        self.claimed = 0
        """Cells that wait or are being run."""

    def put(self, cell: Cell) -> None:
        """Add a cell."""
        with self._changed:
            insort(self._cells, cell, key=lambda one: (-one.seconds, one.trials[0].id))
            self._programs[cell.program] += 1
            self.claimed += 1
            self._changed.notify()

    def take(self, program: str | None) -> Cell | None:
        """Wait for a cell and take it; ``None`` once closed.

        Args:
            program: The one that the worker has.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._cells or self._closed)
            if self._closed:
                return None
            number = 0
            if program is not None and self._programs[program]:
                number = next(n for n, cell in enumerate(self._cells) if cell.program == program)
            cell = self._cells.pop(number)
            self._programs[cell.program] -= 1
            return cell

    def done(self) -> None:
        """Count a cell as run."""
        with self._changed:
            self.claimed -= 1

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class _WorkerThread(threading.Thread):
    """Feeds one worker process, trial by trial, and makes it anew when it has gone."""

    def __init__(
        self,
        number: int,
        waiting: Waiting,
        events: queue.SimpleQueue[Started | Finished | Exception],
        options: Options,
        killers: set[str],
    ) -> None:
        super().__init__(daemon=True, name=f"worker {number}")
        self.number = number
        self.stopping = threading.Event()
        self._waiting = waiting
        self._events = events
        self._options = options
        self._killers = killers  # programs of trials that killed their workers, known to the threads of all workers
        self._process: WorkerProcess | None = None

    def run(self) -> None:
        program = None
        try:
            while (cell := self._waiting.take(program)) is not None:
                if self._process is not None and self._process.resident_bytes > RECYCLE_BYTES:
                    self._end()
                for trial in cell.trials:
                    self._events.put(Started(trial, self.number))
                    answer = self._answer(trial, cell.timeout)
                    if answer.problem:
                        raise BenchsuiteError(answer.problem)
                    self._events.put(Finished(trial, self.number, answer.ending, answer.probes))
                program = cell.program
                self._waiting.done()
        except Stopped:
            pass
        except Exception as error:  # told to the main thread, which stops the study with it
            self._events.put(error)
        finally:
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def _answer(self, trial: Trial, seconds: float) -> Answer:
        """Run one trial to whatever end that is its own."""
        killed = 0
        while True:
            process = self._ready(seconds)
            started = time.monotonic()
            try:
                return process.run(trial, seconds)
            except TookTooLong:
                self._process = None
                reason = f"it took longer than {seconds:g} seconds (--timeout), compilation included"
                return self._lost(Outcome.TIMED_OUT, reason, process.printed, started)
            except Died as gone:
                self._process = None
                death = gone.death
                if not death.begun:  # idle: nobody's failure
                    continue
                killed += 1
                soon = death.starved or trial.cell in self._killers
                if death.from_outside and killed < (SOON_BELIEVED if soon else KILLS_BELIEVED):
                    continue
                if death.from_outside:
                    self._killers.add(trial.cell)
                outcome, reason = death.verdict(killed)
                return self._lost(outcome, reason, death.printed, started)

    def _ready(self, seconds: float) -> WorkerProcess:
        """Return the worker process, a fresh one where there is none.

        Args:
            seconds: A trial may take.

        Raises:
            BenchsuiteError: If none can start.
        """
        seconds = max(seconds, START_SECONDS)
        deaths: list[Death] = []
        while self._process is None:
            try:
                process = WorkerProcess(self._options, self.number, self.stopping.is_set)
            except OSError as error:  # a full disk, too many processes
                raise BenchsuiteError(
                    f"a worker cannot start: {error.strerror}. Every record is whole. Mend that and run the same command again."
                ) from error
            try:
                ready = process.ready(seconds)
            except TookTooLong:
                raise BenchsuiteError(
                    f"a worker did not start within {seconds:g} seconds: some plugin hangs while it is imported. "
                    f"{self._look()}"
                ) from None
            except Died as gone:
                deaths.append(gone.death)
                alone = [death for death in deaths if death.starved or not death.from_outside]
                if len(alone) >= DEATHS_AT_START or len(deaths) >= KILLS_AT_START:
                    raise BenchsuiteError(
                        f"workers cannot start: {len(deaths)} in a row ended while they did, the last one {gone.death}. "
                        f"No trial was blamed for it. {self._look()}"
                    ) from None
                continue
            except Stopped:
                process.end()
                raise
            self._process = process
            if ready.problem:
                raise BenchsuiteError(ready.problem)
        return self._process

    def _look(self) -> str:
        return f"Look at worker-{self.number}.log in {self._options.logs}, mend that, and run the same command again."

    def _lost(self, outcome: Outcome, reason: str, printed: str, started: float) -> Answer:
        """Return the ending of a trial whose worker could not say it."""
        ending = Ending(
            outcome=outcome,
            reason=reason,
            results=Results(failure=Failure(step=None, traceback=printed)),
            costs=Costs(wall_seconds=time.monotonic() - started),
            environment=Environment(worker=self.number, device=self._options.device),
        )
        return Answer(ending, 0)

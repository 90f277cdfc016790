"""The thread that feeds one worker process: what each end of a trial, or of the process, means for the trial and the next one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import replace

from benchsuite.errors import BenchsuiteError
from benchsuite.execution.cells import side_by_side
from benchsuite.execution.death import inherited_limit
from benchsuite.execution.interface import Cell, EpochDone, Event, Finished, Noticed, Options, Started
from benchsuite.execution.lineage import BUNDLED, Imports, Lineage
from benchsuite.execution.messages import Answer, EpochMeasured
from benchsuite.execution.process import Died, Stopped, TookTooLong, WorkerProcess
from benchsuite.execution.seclusion import Seclusion
from benchsuite.execution.starting import (
    DEATHS_AT_START,
    KILLS_AT_START,
    KILLS_BELIEVED,
    SOON_BELIEVED,
    CannotImport,
    NotAlone,
    cannot_start,
    start,
)
from benchsuite.execution.waiting import Waiting
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Results
from benchsuite.trial import Trial

RECYCLE_BYTES = 1_380_000_000
"""A worker larger than this is replaced between two cells: XLA keeps every program it ever compiled, about 12 MB each."""
LEAK_BYTES = 512 * 2**20
"""And so is one that is larger and has grown by so much since its first trial of a cell: what a program needs does not grow."""
CHANGES_NAMED = 3
"""Of what a plugin changed in its process; a line says how many more there are."""
MOST_BEHIND = 5_000
"""Events that wait for the driver: while there are more, no worker begins another trial, or they would fill its memory."""
MOST_NOTICED = 10_000
"""Changes that are remembered so that each is told once; a plugin may think of another one in every trial."""


class Learned:
    """What the threads of all workers have learned.

    Args:
        alone: Whether no worker shares the machine that learns elsewhere.
    """

    def __init__(self, alone: bool = True) -> None:
        self.killers: set[str] = set()
        """Programs of trials that killed their workers."""
        self.seclusion = Seclusion(alone)
        self.imports = Imports()
        self._noticed: set[tuple[Lineage, str]] = set()
        self._lock = threading.Lock()

    def new(self, lineage: Lineage, changed: tuple[str, ...]) -> list[str]:
        """Return those changes by a plugin that nobody has been told of."""
        with self._lock:
            if len(self._noticed) >= MOST_NOTICED:
                return []
            new = [change for change in changed if (lineage, change) not in self._noticed]
            self._noticed.update((lineage, change) for change in new)
        return new


class WorkerThread(threading.Thread):
    """Feeds one worker process, trial by trial, and makes it anew when it has gone, or must not be used any more."""

    def __init__(
        self,
        number: int,
        waiting: Waiting,
        events: queue.SimpleQueue[Event | Exception],
        options: Options,
        learned: Learned,
    ) -> None:
        super().__init__(daemon=True, name=f"worker {number}")
        self.number = number
        self.stopping = threading.Event()
        self._waiting = waiting
        self._events = events
        self._options = options
        self._learned = learned
        self._process: WorkerProcess | None = None
        self._lineage = BUNDLED
        self._running: dict[str, Trial] = {}
        self._first_size: tuple[WorkerProcess, int] | None = None

    def run(self) -> None:
        """Take one cell after another until there will be no more."""
        try:
            while (cell := self._next()) is not None:
                self._enter(alone=False)
                self._settle(cell.lineage)
                for trials in side_by_side(cell.trials):
                    self._let_it_catch_up()
                    self._running = {trial.id: trial for trial in trials}
                    for trial in trials:
                        self._events.put(Started(trial, self.number))
                    answers = self._answers(trials, cell.timeout)
                    for answer in answers:
                        if answer.problem:
                            raise BenchsuiteError(answer.problem)
                        if answer.changed or answer.ending.outcome in (Outcome.CRASHED, Outcome.OUT_OF_MEMORY):
                            self._end()  # whatever it left there, nobody else meets it
                        self._notice(
                            answer.changed, "a trial left its process changed", "The next one gets a fresh process."
                        )
                        then = "Now and then their process is replaced by a fresh one, which takes some seconds."
                        self._notice(answer.litter, "trials leave more and more behind in their process", then)
                    for trial, answer in zip(trials, answers, strict=True):
                        self._tell_alone(trial, answer.alone)
                        self._events.put(Finished(trial, self.number, answer.ending, answer.probes))
                    self._renew(any(answer.litter for answer in answers))
                if cell.lineage != BUNDLED and self._process is not None and self._process.left_behind:
                    self._end()  # what they started would go on beside others, and take their time
                self._waiting.done()
        except Stopped:
            pass
        except Exception as error:  # told to the main thread, which stops the study with it
            self._events.put(error)
        finally:
            self._learned.seclusion.forget(self.number)
            self._end()

    def _next(self) -> Cell | None:
        """Wait for a cell; meanwhile whoever must be alone may end this process."""
        self._learned.seclusion.rest(self.number, self._end)
        return self._waiting.take(self.number)

    def _enter(self, alone: bool) -> None:
        """Wait until a trial may begin here, beside others or alone."""
        self._learned.seclusion.enter(self.number, alone, self._end, self.stopping.is_set)

    def _let_it_catch_up(self) -> None:
        """Wait while too many events wait for the driver; once this thread is to stop, it waits for nothing."""
        while self._events.qsize() > MOST_BEHIND and not self.stopping.wait(0.05):
            pass

    def _settle(self, lineage: Lineage) -> None:
        """End a process that has grown, or that has imported plugins which these trials do not need."""
        process = self._process
        if process is not None and (lineage != self._lineage or process.resident_bytes > RECYCLE_BYTES):
            self._end()
        self._lineage, self._first_size = lineage, None

    def _renew(self, littered: bool) -> None:
        """End a process in which trials of one cell leave ever more; a program that needs much from the start keeps its own.

        Args:
            littered: Whether they left too much beside memory.
        """
        if (process := self._process) is None:
            return
        if self._first_size is None or self._first_size[0] is not process:
            self._first_size = process, process.resident_bytes
        size = process.resident_bytes
        if littered or size > max(RECYCLE_BYTES, self._first_size[1] + LEAK_BYTES):
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def _answers(self, trials: Sequence[Trial], seconds: float) -> list[Answer]:
        """Run trials that train side by side, or a single one, each to whatever end that is its own."""
        killed = idle = 0
        possible = self._learned.seclusion.possible
        alone = False
        while True:
            self._enter(alone)
            if (failure := self._learned.imports.verdict(self._lineage)) is not None:
                return self._lost(trials, failure.outcome, failure.reason, failure.printed, 0.0)
            try:
                process = self._ready(seconds, alone if possible else None)
            except NotAlone:
                alone = True
                continue
            except CannotImport as error:
                self._learned.imports.failed(self._lineage, error.failure)
                continue
            try:
                return process.run(trials, seconds)
            except TookTooLong:
                self._process = None
                if len(trials) > 1:
                    return self._each(trials, seconds)
                reason = f"it took longer than {seconds:g} seconds (--timeout), compilation included"
                return self._lost(trials, Outcome.TIMED_OUT, reason, process.printed, process.seconds)
            except Died as gone:
                self._process = None
                death = gone.death
                if not death.begun:  # idle: nobody's failure, unless a plugin makes a habit of it
                    idle += 1
                    if idle < (KILLS_AT_START if death.from_outside and not death.full else DEATHS_AT_START):
                        alone = possible and (alone or idle >= KILLS_BELIEVED)
                        continue
                    if self._lineage == BUNDLED:
                        raise BenchsuiteError(cannot_start(idle, death, self._options, self.number)) from None
                    outcome, reason = death.verdict(1, alone)
                    return self._lost(
                        trials, outcome, f"before the trial began, {reason}", death.printed, process.seconds
                    )
                if len(trials) > 1:
                    return self._each(trials, seconds)
                killed += 1
                limit = inherited_limit(death, self._lineage == BUNDLED)
                if limit and killed < SOON_BELIEVED:  # a fresh one has all of it
                    continue
                (trial,) = trials
                soon = trial.cell in self._learned.killers or death.full or (death.starved and possible)
                enough = SOON_BELIEVED if soon else KILLS_BELIEVED
                must = possible and not death.full  # of its own limit no neighbour has used up anything
                if death.from_outside and (killed < enough or alone < must):
                    alone = must and (alone or killed + 1 >= enough)
                    continue
                if limit:
                    raise BenchsuiteError(
                        f"a worker that ran a trial {death}, and there is a limit of {limit}. Nobody was blamed for it, and "
                        "every record is whole. Raise the limit, and run the same command again."
                    ) from None
                if death.from_outside:
                    self._learned.killers.add(trial.cell)
                outcome, reason = death.verdict(killed, alone)
                return self._lost(trials, outcome, reason, death.printed, process.seconds)

    def _each(self, trials: Sequence[Trial], seconds: float) -> list[Answer]:
        """Run each trial by itself, in its lane, after all of them have lost their worker: nobody is blamed for a neighbour."""
        return [answer for trial in trials for answer in self._answers((trial,), seconds)]

    def _ready(self, seconds: float, alone: bool | None) -> WorkerProcess:
        """Return the worker process, a fresh one where there is none; see :func:`~benchsuite.execution.starting.start`."""
        if self._process is None:
            options = replace(self._options, lineage=self._lineage)
            self._process, changed = start(options, self.number, self.stopping.is_set, seconds, alone)
            self._process.told = self._tell_epoch
            self._learned.imports.succeeded(self._lineage)
            what = "its import changed the process"
            self._notice(changed, what, "Its own trials run so; all others have processes of their own.")
        return self._process

    def _tell_epoch(self, epoch: EpochMeasured) -> None:
        if trial := self._running.get(epoch.trial):
            self._events.put(EpochDone(trial, self.number, epoch.values))

    def _notice(self, changed: tuple[str, ...], what: str, then: str) -> None:
        """Say once what the plugins of this lineage changed.

        Args:
            changed: What.
            what: How that came.
            then: What follows from it.
        """
        new = self._learned.new(self._lineage, changed)
        if new:
            more = f" and {len(new) - CHANGES_NAMED} more" if len(new) > CHANGES_NAMED else ""
            who = " or ".join(self._lineage) or "a bundled component"
            self._events.put(Noticed(f"{who}: {what}: {'; '.join(new[:CHANGES_NAMED])}{more}. {then}"))

    def _tell_alone(self, trial: Trial, why: str) -> None:
        """Say once of each program that its trials train alone, and why."""
        if why and self._learned.new(self._lineage, (f"alone {trial.cell}",)):
            names = ", ".join(setting.name for _, settings in trial.recipe.settings for setting in settings)
            self._events.put(Noticed(f"{trial.task} with {names}: trials train alone, not side by side: {why}"))

    def _lost(
        self, trials: Sequence[Trial], outcome: Outcome, reason: str, printed: str, seconds: float
    ) -> list[Answer]:
        """Return the endings of trials whose worker could not say them.

        Args:
            trials: One, or several of which none began.
            outcome: How it ended.
            reason: Why, in one line.
            printed: The end of what was printed.
            seconds: In which it ran.
        """
        ending = Ending(
            outcome=outcome,
            reason=reason,
            results=Results(failure=Failure(step=None, traceback=printed)),
            costs=Costs(wall_seconds=seconds),
            environment=Environment(worker=self.number, device=self._options.device),
        )
        return [Answer(ending, 0) for _ in trials]

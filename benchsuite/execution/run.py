"""Carrying out what a source proposes: trials in, records out; what is there already is not computed again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchsuite.changes import Changes, changed_baseline
from benchsuite.components import EpochResult, Task, TrialResult, TrialStart
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.cells import make_cells
from benchsuite.execution.forecast import Forecast
from benchsuite.execution.interface import (
    EpochDone,
    Event,
    Executor,
    Finished,
    KeepsRest,
    Noticed,
    Options,
    Placed,
    Started,
)
from benchsuite.execution.observer import Summary, Watcher
from benchsuite.execution.past import learn_from, others_of
from benchsuite.execution.reading import read_beside
from benchsuite.execution.study_records import StudyRecords
from benchsuite.execution.together import MOST, together
from benchsuite.freshness import Freshness, judge_of, without_data
from benchsuite.provenance import fingerprints, made_by
from benchsuite.record import Ending, Record, TaskFacts
from benchsuite.record_files import some_of
from benchsuite.registry import Registry
from benchsuite.repetition import difference, facts_difference, other_numerics
from benchsuite.shards import Shard
from benchsuite.sources import Source, Together, alone, learns
from benchsuite.store import DamagedRecord, Store
from benchsuite.text import reason_of, shortened
from benchsuite.trial import Trial

LONGEST_FACT = 2_000
"""Letters of what a task says of itself, which each of its records repeats."""


def run_source(
    source: Source | Together,
    registry: Registry,
    store: Store,
    executor: Executor,
    options: Options,
    observer: Watcher,
    timeout: float | None = None,
    begin: Callable[[], None] | None = None,
    shard: Shard | None = None,
) -> Summary:
    """Run every trial that a source proposes and that has no fresh record.

    Args:
        source: Proposes trials and is told their records; or several that run side by side.
        registry: Of the plugins that were found.
        store: The results folder.
        executor: Runs the trials; closed at the end.
        options: What workers are told.
        observer: Watches.
        timeout: Seconds a trial may take; the usual ones unless given.
        begin: Called once, when the folder is locked and the records of the first trials were read, before one runs.
        shard: Which part of a study the source is, if it is one: others may be at work on the same folder.

    Raises:
        BenchsuiteError: If the results folder is in use, unreadable, full or gone, or no worker can start. What was
            finished is stored, as far as that could be done.
        KeyboardInterrupt: After Ctrl-C, when all workers have stopped. What was finished is stored, what waited to be
            stored as well; another Ctrl-C meanwhile ends that.
    """
    with store.locked(shard), ExitStack() as stopped, closing(executor):
        run = _Run(source, registry, store, executor, options, observer, timeout)
        stopped.callback(run.discard_uncompared)
        try:
            return run.whole(begin)
        except BenchsuiteError:
            run.store_rest()
            store.check(run.records)  # if the folder has gone, this says what was lost
            raise
        except KeyboardInterrupt:
            run.store_rest()
            raise


@dataclass
class _Line:
    """A source, and those of its proposals whose records it waits for, the next one first."""

    source: Source

    def __post_init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._learns = learns(self.source)

    def propose(self) -> Sequence[Trial]:
        """Return what the source proposes."""
        trials = self.source.propose()
        self._waiting += [trial.id for trial in trials]
        return trials

    def tell(self, records: Mapping[str, Record]) -> list[Trial]:
        """Tell the source the records that it waits for, as far as they are there, and return what it then proposes."""
        proposed: list[Trial] = []
        while self._waiting and self._waiting[0] in records:
            trial_id = self._waiting.popleft()
            if self._learns:  # or no record would be read again for nobody
                self.source.tell(records[trial_id])
            proposed += self.propose()
        return proposed


@dataclass
class _Run:
    source: Source | Together
    registry: Registry
    store: Store
    executor: Executor
    options: Options
    observer: Watcher
    timeout: float | None

    def __post_init__(self) -> None:
        self.summary = Summary()
        self.records = StudyRecords(self.store)
        self._judge = judge_of(self.registry, self.store.extras, self.options.extras)
        self._forecast = Forecast(self.registry)
        # Of trials that run again for an extra alone: their record, and what lies beside it already.
        self._kept: dict[str, tuple[Record, set[Path]]] = {}
        self._lines = [_Line(source) for source in alone(self.source)]
        self._proposed: set[str] = set()
        self._told_of_data: set[str] = set()
        self._waiting = 0
        self._unwritten: list[Finished] = []  # ends that came, and of which nothing is stored yet
        self._facts: dict[tuple[str, Changes], TaskFacts] = {}

    def whole(self, begin: Callable[[], None] | None) -> Summary:
        """Run until nothing is left, and return what was done."""
        self._take([trial for line in self._lines for trial in line.propose()])
        if begin is not None:
            begin()
        self._tell_sources()
        for events in together(self.executor):
            self._unwritten = [event for event in events if isinstance(event, Finished)]
            written = self._write(self._unwritten)
            self._unwritten = [event for event in self._unwritten if event.trial.id in self._kept]
            for event in events:
                self._hear(event, written)
            self._tell_sources()
        for line in some_of(self.store.aside, self.store.folder):
            self.observer.problem(line)
        self.store.check(self.records)  # nobody is told of records that somebody took away meanwhile
        self.summary.records = self.records
        if self.summary.ran:
            outcomes = {outcome.value: count for outcome, count in self.summary.outcomes.items()}
            self._hook("study_finished", outcomes=outcomes, results=self.store.folder)
        return self.summary

    def store_rest(self) -> None:
        """Where a run ends early: write the records of trials that have ended and that nobody was told of, until it cannot be
        done; those that ran again for an extra are compared with theirs."""
        rest = list(self.executor.rest()) if isinstance(self.executor, KeepsRest) else []
        left = [*self._unwritten, *rest]
        if len(left) > MOST:
            self.observer.problem(
                f"storing {len(left):,} trials that have ended and wait for it; another Ctrl-C leaves at once"
            )
        failed: list[Exception] = []
        for first in range(0, len(left), MOST):
            some = left[first : first + MOST]
            came = self._write(some)
            came |= {event.trial.id: self._compared(event) for event in some if event.trial.id in self._kept}
            errors = [one for one in came.values() if isinstance(one, Exception)]
            failed += errors
            if len(errors) == len(came):  # not of one record alone
                failed += [errors[0]] * (len(left) - first - len(some))
                break
        if failed:
            self.observer.problem(f"{len(failed):,} of the trials that had ended may not be stored: {failed[0]}")

    def discard_uncompared(self) -> None:
        """Delete what trials that ran again for an extra left before anybody compared them with their records: a file beside a
        record is taken for one of its training. All workers have stopped."""
        try:
            for trial_id, (_, before) in self._kept.items():
                if self.store.extras.arrays(trial_id) - before:
                    self.store.extras.discard_arrays(trial_id, but=before)
        except BenchsuiteError as error:
            self.observer.problem(f"what was not compared with its record may lie beside it: {error}")

    def _hear(self, event: Event, written: Mapping[str, Record | Exception]) -> None:
        """Pass on what happened.

        Args:
            event: What.
            written: Trial id → its new record, or why it could not be written.
        """
        if isinstance(event, Started):
            self.observer.started(event.trial, event.worker)
            start = TrialStart(event.trial.id, event.trial.spec, event.worker)
            self._hook("trial_started", trial=start)
        elif isinstance(event, EpochDone):
            self._tell_epoch(event)
        elif isinstance(event, Noticed):
            self.observer.problem(event.text)
        elif isinstance(event, Placed):
            self.observer.placed(event.worker, event.node)
        else:
            self._finish(event, written.get(event.trial.id))

    def _take(self, trials: Sequence[Trial]) -> None:
        """Take proposed trials: those that need to run are submitted."""
        if not trials:
            return
        running = []
        known: list[Record] = []
        damaged: list[str] = []
        new = list({trial.id: trial for trial in trials if trial.id not in self._proposed}.values())
        self._proposed.update(trial.id for trial in new)
        for trial, found in self._found(new):
            record = self._read(trial.id, found, damaged)
            known += [record] if record else []
            freshness = self._judge(trial, record)
            if record is not None and freshness is Freshness.FRESH:
                self.records.found(record)
                self.summary.done += 1
                continue
            if record is None:
                self.store.extras.discard(trial.id)  # a run that was killed may have left something
            elif freshness is Freshness.LACKING:
                self._kept[trial.id] = record, self.store.extras.arrays(trial.id)
            else:  # what an older code gave, or a trial that ended before it had its data
                self.store.set_aside(trial.id)
                self.summary.stale += freshness is Freshness.STALE
            running.append(trial)
            self._forecast.add(trial)
        for name in sorted(self._judge.other_data - self._told_of_data):
            self.observer.problem(
                f"the data of task {name!r} are others now: its records are stale, and its trials run again"
            )
        self._told_of_data |= self._judge.other_data
        if running and not self._waiting:
            known += others_of(self.store, self._proposed)
        learn_from(self._forecast, known)
        for line in some_of(damaged, self.store.folder):
            self.observer.problem(line)
        if running and not self._waiting:
            self._hook("study_started", trials=tuple(running), results=self.store.folder)
        self._waiting += len(running)
        self.observer.planned(self.summary.done, self._waiting, self.summary.stale, self._forecast.seconds)
        for cell in make_cells(running, self.registry, self.options.workers, self.timeout):
            self.executor.submit(cell)

    def _found(self, trials: Sequence[Trial]) -> Iterator[tuple[Trial, Record | Damage | None]]:
        """Yield each trial with what lies in the place of its record; of many, other processes read some."""
        with closing(read_beside(self.store.trials, [trial.id for trial in trials])) as found:
            yield from zip(trials, found, strict=True)

    def _read(self, trial_id: str, found: Record | Damage | None, damaged: list[str]) -> Record | None:
        """Return the record of a trial. What is no record is set aside, so that nothing is lost, and the trial runs again.

        Args:
            trial_id: The trial.
            found: What lies in its record's place.
            damaged: Told of it.
        """
        try:
            return self.store.judged(found)
        except DamagedRecord as error:
            place = self.store.set_aside_damaged(error.damage, trial_id)
            damaged.append(f"{error.damage}: moved to {place}, and its trial runs again")
            return None

    def _tell_sources(self) -> None:
        """Tell each source what it waits for, in the order of its proposals, and take what all of them then propose."""
        while True:
            # All of a round are taken together: trials of several sources may share a program.
            proposed = [trial for line in self._lines for trial in line.tell(self.records)]
            if not proposed:
                return
            self._take(proposed)

    def _write(self, finished: Sequence[Finished]) -> dict[str, Record | Exception]:
        """Write the records of trials that had none, and what lies beside each before it; return by id what came of it."""
        found: dict[str, Record | Exception] = {}
        records = []
        for event in finished:
            if event.trial.id in self._kept:
                continue
            try:
                record = self._record(event.trial, event.ending)
                self._keep_probes(event)
                records.append(record)
            except Exception as error:  # of this one alone: the others have ended as well
                found[event.trial.id] = error
        written = self.store.write_all(records)
        return found | {record.id: came for record, came in zip(records, written, strict=True)}

    def _finish(self, event: Finished, written: Record | Exception | None) -> None:
        trial = event.trial
        if isinstance(written, Exception):
            raise written
        record = written or self._compare(event)
        self.records.written(record)
        self.summary.outcomes[event.ending.outcome] += 1
        if without_data(record):
            self.summary.no_data[trial.id] = record.reason
        self.summary.ran += 1
        self.summary.compiled += event.ending.costs.functions_compiled or 0
        self.summary.loaded += event.ending.costs.functions_loaded or 0
        self._forecast.remove(trial)
        self._forecast.learn(trial, event.ending.costs, here=True)
        self.observer.finished(trial, event.worker, record, self._forecast.seconds)
        if self.registry.hooks.hook.trial_finished.get_hookimpls():
            theirs = deepcopy(
                record
            )  # a plugin may change what it is given; the report and the next trials need it as it is
            self._hook("trial_finished", trial=TrialResult(trial.id, theirs, str(self.store.path(trial.id))))

    def _tell_epoch(self, event: EpochDone) -> None:
        values = dict(event.values)
        epoch, step = int(values.pop("epoch") or 0), int(values.pop("step") or 0)
        self._hook("epoch_finished", epoch=EpochResult(event.trial.id, epoch, step, values, event.worker))

    def _compared(self, event: Finished) -> Record | Exception:
        """Compare a trial that ran again for an extra, and return its record, or why that could not be done."""
        try:
            return self._compare(event)
        except Exception as error:  # of this one alone
            return error

    def _compare(self, event: Finished) -> Record:
        """Compare a trial that ran again for an extra, and return its record; if that is interrupted, it is still to be done."""
        record = self._again(event, *self._kept[event.trial.id])
        del self._kept[event.trial.id]
        self._unwritten = [one for one in self._unwritten if one is not event]
        return record

    def _again(self, event: Finished, kept: Record, before: set[Path]) -> Record:
        """Compare a trial that ran again for an extra with its record, which stays as it is.

        Args:
            event: Its end.
            kept: The record.
            before: What was kept beside it already.
        """
        trial, ending = event.trial, event.ending
        other_bits = difference(kept, ending)
        differs = other_bits or facts_difference(kept.task, self._task_facts(trial))
        if not differs:
            self._keep_probes(event)
            return kept
        # What it would have left is of another training than the record tells of.
        self.store.extras.discard_arrays(trial.id, but=before)
        said = f"trial {trial.id} of {trial.task}"
        stays = "The record and what was kept beside it stay as they were"
        if not ending.outcome.trained and ending.outcome is not kept.outcome:
            why = f"{ending.outcome}: {ending.reason}"
        elif kept.fingerprints.get("data") != ending.fingerprints.get("data"):
            why = "the data of its task are others now"
        elif other_bits and other_numerics(kept, ending):
            why = "its record was made where numbers are rounded differently"
        else:
            self.summary.unrepeated[trial.id] = differs
            self.observer.problem(f"{said} does not repeat its record: {differs}. {stays}; nothing was added.")
            return kept
        self.summary.unkept[trial.id] = why
        self.observer.problem(f"{said} ran again, and nothing could be kept of it: {why}. {stays}.")
        return kept

    def _keep_probes(self, event: Finished) -> None:
        if event.probes:
            self.store.write_probes(event.trial.id, {"spec": event.trial.spec, **event.probes})

    def _record(self, trial: Trial, ending: Ending) -> Record:
        if not any(key.startswith("task:") for key in ending.fingerprints):  # the worker could not say them
            known = {**fingerprints(trial, self.registry), **ending.fingerprints}
        else:
            known = ending.fingerprints
        return Record.of(trial, ending, self._task_facts(trial), made_by(trial, self.registry), known)

    def _task_facts(self, trial: Trial) -> TaskFacts:
        key = trial.task, trial.changes
        if key not in self._facts:
            self._facts[key] = task_facts(self.registry.task(trial.task), self.registry, trial.changes)
        return self._facts[key]

    def _hook(self, name: str, **arguments: Any) -> None:
        """Call a life-cycle hook of every plugin. One that raises costs its own log, never the study."""
        for implementation in getattr(self.registry.hooks.hook, name).get_hookimpls():
            try:
                implementation.function(**{key: arguments[key] for key in implementation.argnames})
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # SystemExit included
                self.observer.problem(f"{name} of {implementation.plugin_name} raised {reason_of(error)}")


def task_facts(task: Task, registry: Registry, changes: Changes = ()) -> TaskFacts:
    """Return what a task says of itself, as its records repeat it.

    Args:
        task: The task.
        registry: Of the plugins that were found.
        changes: What their study changed in its baseline.
    """
    return TaskFacts(
        primary=task.primary,
        direction=task.direction,
        targets=list(task.targets),
        metrics=list(task.measures),
        baseline=changed_baseline(task, registry, changes),
        compares=list(task.compares),
        summary=shortened(task.summary, LONGEST_FACT),
        license=shortened(task.license, LONGEST_FACT),
        citation=shortened(task.citation, LONGEST_FACT),
    )

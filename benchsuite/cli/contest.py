"""What a comparison needs and what of it there is: trials look by look, their records, and the verdict that these give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.comparison_beyond import compared_beyond
from benchsuite.analysis.judging import look_levels
from benchsuite.analysis.reference import StoredReference, reference_of
from benchsuite.analysis.test_part import Right, right_from
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.analysis.verdict import Look, Verdict
from benchsuite.certificates import part_sizes
from benchsuite.cli.run import prepare
from benchsuite.cli.sharded import refuse_of_whole
from benchsuite.errors import BenchsuiteError
from benchsuite.freshness import Freshness, judge_of, without_data
from benchsuite.reference.sides import is_stored
from benchsuite.seed_numbers import seed_numbers
from benchsuite.store import DamagedRecord, Store
from benchsuite.studies.comparing import SEEDS_UNLESS_GIVEN, Comparing
from benchsuite.studies.comparison import Rivals, contest, looks_of, study_of
from benchsuite.studies.sequential import LAST_LOOK, Sequential, look_sizes
from benchsuite.study import Execution, Invocation

if TYPE_CHECKING:
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.trial import Trial


@dataclass
class RecordsFound:
    """The records of a comparison as far as they are there.

    Args:
        look: Number of the last look that they belong to, from 0.
        records: Those that count.
        missing: Trials of that look without one.
        later: Trials of later looks without one, which may never be needed.
        stale: How many records are stale.
        again: Whether their trials ran again.
    """

    look: int = 0
    records: list[Record] = field(default_factory=list)
    missing: list[Trial] = field(default_factory=list)
    later: list[Trial] = field(default_factory=list)
    stale: int = 0
    again: bool = False


class Contestants:
    """Two selections, the trials that tell them apart, and what of these there is.

    Args:
        asked: The options.
        known: The plugins that were found.
        instances: Task → its other instances among the tasks, where these are asked whether a verdict holds beyond it.

    Raises:
        BenchsuiteError: If a name does not exist, the two cannot be compared, or no task compares their kind.
    """

    def __init__(self, asked: Comparing, known: Registry, instances: Mapping[str, Sequence[str]] | None = None) -> None:
        self.known = known
        self._instances = instances or {}
        self.measure = TrialMeasure.named(asked.measure)
        self.contest: Rivals = contest(asked, known)
        self.execution = Execution(
            workers=asked.workers, executor=asked.executor, timeout=asked.timeout, memory=asked.memory,
            store_predictions=asked.store_predictions,
            no_compile_cache=asked.no_compile_cache, results=asked.results, plugin=asked.plugin,
        )  # fmt: skip
        study = study_of(asked, self.contest, "0-0")
        planned, self.options = prepare(study, self.execution, Invocation(no_local=asked.no_local), known)
        self.problems = [*planned.problems, *self._not_for_it({trial.task for trial in planned.trials.values()})]
        self._store = Store(asked.results.resolve(), create=False)
        self._judge = judge_of(known, self._store.extras, self.options.extras)
        self._first = list(planned.trials.values())
        self._sizes = look_sizes(asked.at_most or LAST_LOOK) if asked.until else ()
        self._looks = looks_of(self._first, self.contest, self._seeds(asked), self._sizes)
        self._until = bool(asked.until)

    def _not_for_it(self, tasks: set[str]) -> list[str]:
        """Return what to say of tasks that were named and do not say that they tell this kind apart."""
        kind = self.contest.kind
        return [
            f"task {name!r} does not say that it compares {kind.replace('_', ' ')}s: what differs there may be of no account"
            for name in sorted(tasks - {each for names in self._instances.values() for each in names})
            if kind not in self.known.task(name).compares
        ]

    def source(self) -> Sequential:
        """Return what proposes the trials, look by look."""
        return Sequential(self._looks, self._decided)

    def found(self) -> RecordsFound:
        """Go through the looks as far as their records are there, up to the one that decides."""
        source = self.source()
        found = RecordsFound()
        while trials := source.propose():
            found.look = source.look
            for trial in trials:
                record, freshness = self._read(trial)
                found.stale += freshness is Freshness.STALE
                if freshness is Freshness.FRESH and record is not None:
                    found.records.append(record)
                else:
                    found.missing.append(trial)
            if found.missing:
                break
            for record in found.records[-len(trials) :]:
                source.tell(record)
        if found.missing:
            later = [trial for look in self._looks[found.look + 1 :] for trial in look]
            found.later = [trial for trial in later if self._read(trial)[1] is not Freshness.FRESH]
        return found

    def after(self, source: Sequential, records: Mapping[str, Record], before: RecordsFound) -> RecordsFound:
        """Return what there is after a run.

        Args:
            source: What proposed its trials.
            records: Id → record, of all of them.
            before: What there was.

        Raises:
            BenchsuiteError: If a trial had no data.
        """
        if left := [record for record in records.values() if without_data(record)]:
            raise BenchsuiteError(
                f"{len(left)} trials had no data, which says nothing of either. The first: {left[0].reason}"
            )
        return RecordsFound(source.look, list(records.values()), stale=before.stale, again=bool(before.stale))

    def missing_words(self, found: RecordsFound) -> str:
        """Return how much is missing, and how long it will take, as a sentence."""
        from benchsuite.cli.pace import Pace
        from benchsuite.cli.progress import clock
        from benchsuite.execution import Forecast, learn_from, others_of
        from benchsuite.report.tables.numbers import count_of

        forecast = Forecast(self.known, found.missing)
        learn_from(forecast, found.records)
        learn_from(forecast, others_of(self._store, {record.id for record in found.records}))
        pace = Pace(self.options.workers)
        pace.planned(forecast.seconds, len(found.missing))
        tasks = Counter(trial.task for trial in found.missing)
        named = ", ".join(f"{task} {count}" for task, count in sorted(tasks.items()))
        whole = len(found.missing) + len(found.records)
        stale = f", {found.stale} of them because their records are stale" if found.stale else ""
        more = f" Until it is decided up to {count_of(len(found.later), 'trial')} more." if found.later else ""
        return (
            f"{len(found.missing)} of {count_of(whole, 'trial')} are missing ({named}){stale}: about {clock(pace.remaining())} with "
            f"{count_of(self.options.workers, 'worker')}.{more}"
        )

    def verdict(self, found: RecordsFound) -> Verdict:
        """Return the verdict that records give."""
        return self._judged(found.look, found.records, found)

    def _decided(self, look: int, records: Sequence[Record]) -> bool:
        return self._until and self._judged(look, records, RecordsFound(), whole=False).decided

    def _judged(self, look: int, records: Sequence[Record], found: RecordsFound, whole: bool = True) -> Verdict:
        sides: dict[str, list[Record]] = {"a": [], "b": []}
        for record in records:
            sides[self.contest.side_of(record.trial)].append(record)
        a, b = self.contest.names
        about = About(
            self.contest.kind, a, b, self.measure, sizes=self._part_sizes, right=self._right, reference=self._reference,
            stale=found.stale, again=found.again,
        )  # fmt: skip
        if self._instances:
            return compared_beyond(sides["a"], sides["b"], about, self._instances)
        if not self._until:
            return compared(sides["a"], sides["b"], about, whole=whole)
        tasks = len({trial.task for trial in self._first})
        level = look_levels(self._sizes, tasks)[look]
        said = Look(look + 1, len(self._sizes), self._sizes)
        return compared(sides["a"], sides["b"], about, level=level, look=said, whole=whole)

    def _seeds(self, asked: Comparing) -> dict[str, Sequence[int]]:
        """Return the seeds of each task."""
        tasks = {trial.task for trial in self._first}
        if self._sizes:
            return dict.fromkeys(tasks, range(self._sizes[-1]))
        if asked.seeds:
            return dict.fromkeys(tasks, seed_numbers(asked.seeds))
        if asked.shard:  # whatever has run already, all shards have the same study
            return dict.fromkeys(tasks, range(SEEDS_UNLESS_GIVEN))
        return {task: range(self._seeds_in_a_row(task)) for task in tasks}

    def _seeds_in_a_row(self, task: str) -> int:
        """Return how many seeds both have from 0 on, and 10 at the least."""
        trials = [trial for trial in self._first if trial.task == task]
        count = SEEDS_UNLESS_GIVEN
        while all(self._read(trial.with_seed(count))[1] is Freshness.FRESH for trial in trials):
            count += 1
        return count

    def _read(self, trial: Trial) -> tuple[Record | None, Freshness]:
        try:
            record = self._store.read(trial.id)
        except DamagedRecord:
            record = None  # a run sets it aside
        return record, self._judge(trial, record)

    @cached_property
    def _part_sizes(self) -> dict[str, tuple[int, int, int]]:
        return part_sizes({trial.task for trial in self._first}, self.known)

    @cached_property
    def _reference(self) -> StoredReference:
        return reference_of(self._store.folder)

    @cached_property
    def _right(self) -> Right:
        return right_from(self._store.extras.predicted)


def check(asked: Comparing) -> None:
    """Refuse options that do not go together.

    Raises:
        BenchsuiteError: If two of them do not.
    """
    if asked.until and asked.seeds:
        raise BenchsuiteError(
            f"--until {asked.until} decides itself how many seeds it takes. Received: --seeds {asked.seeds} as well. "
            "Leave --seeds out; --at-most bounds them."
        )
    if asked.at_most is not None and not asked.until:
        raise BenchsuiteError(
            f"--at-most bounds --until decided. Received: --at-most {asked.at_most} alone. Use --seeds for a fixed number."
        )
    if asked.shard:
        _check_shard(asked)
    if asked.track not in (None, "default"):
        for flag, given in (("--until", asked.until), ("--seeds", asked.seeds)):
            if given:
                raise BenchsuiteError(
                    f"a tuned setting was evaluated on the seeds of its search. Received: {flag} {given} with --track {asked.track}. "
                    f"Leave {flag} out; `benchsuite run --track {asked.track} --seeds N` evaluates more."
                )


def _check_shard(asked: Comparing) -> None:
    """Refuse a shard of a comparison whose trials are not known beforehand, or are none."""
    refuse_of_whole(fail_if=asked.fail_if, json=asked.json)
    if asked.until:
        raise BenchsuiteError(
            f"a shard is a part of trials that are known beforehand, and --until {asked.until} decides by what comes of the first "
            "whether there are more. Take a fixed number with --seeds, or leave --shard out."
        )
    if any(map(is_stored, (asked.a, asked.b))):
        raise BenchsuiteError(
            "a comparison with stored results repeats some of them where numbers round otherwise, so its trials depend on the "
            "machine, and shards would differ. Leave --shard out, or run both sides here without reference:."
        )
    if asked.track not in (None, "default"):
        raise BenchsuiteError(
            f"compare runs nothing on the track {asked.track}: it compares searches that have ended. Received: --shard "
            f"{asked.shard} with --track {asked.track}. Run these in shards: `benchsuite run --track {asked.track} --shard "
            f"{asked.shard}`."
        )

"""What is not stored of a comparison with stored results, and what running it gives."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from benchsuite.cli.console import agreed, say
from benchsuite.cli.searches import SearchesDisplay
from benchsuite.errors import BenchsuiteError
from benchsuite.freshness import Freshness, judge_of, without_data
from benchsuite.reference.control import SEEDS, Control, controls
from benchsuite.reference.sides import Sides, StoredSide, studies_of
from benchsuite.store import DamagedRecord, Store
from benchsuite.study import Execution, Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.trial_measure import TrialMeasure
    from benchsuite.cli.door import Display
    from benchsuite.execution import Options
    from benchsuite.freshness import Judge
    from benchsuite.record import Record
    from benchsuite.searches import Search
    from benchsuite.sources import Source
    from benchsuite.trial import Trial
    from benchsuite.tuning.tracks import TrackPlan


class MissingTrials:
    """What is not stored of a comparison: the trials of the side that is not, and where another machine stored the other, a control.

    Args:
        sides: What is compared.
        pattern: What is stored: its protocol is that of the other side.
        tasks: Those that are compared.
        own: The sides that are not stored: one, or none.
    """

    def __init__(self, sides: Sides, pattern: StoredSide, tasks: Sequence[str], own: Sequence[int]) -> None:
        from benchsuite.cli.run import prepare

        asked = sides.asked
        self._sides, self._pattern, self._tasks, self.own = sides, pattern, tasks, own
        self._known = sides.known
        self._execution = Execution(
            workers=asked.workers, executor=asked.executor, timeout=asked.timeout, memory=asked.memory,
            store_predictions=asked.store_predictions,
            no_compile_cache=asked.no_compile_cache, results=asked.results, plugin=asked.plugin,
        )  # fmt: skip
        self._options: Options
        self._tracks: list[TrackPlan] = []
        self._trials: list[Trial] = []
        for study in studies_of(sides, pattern, tasks, own):
            planned, self._options = prepare(study, self._execution, Invocation(no_local=asked.no_local), self._known)
            if sides.track == "default":
                self._trials += planned.trials.values()
            else:
                from benchsuite.tuning.protocol import protocol_of
                from benchsuite.tuning.tracks import track_plan

                self._tracks.append(track_plan(planned, protocol_of(study, self._known), self._known))
        self._same_protocol()
        self.control = self._controlled() if own else []
        self.store = Store(asked.results.resolve(), create=False)
        self._ended: list[Search] = []
        self._records: Mapping[str, Record] = {}
        self._judge: Judge | None = None

    def _same_protocol(self) -> None:
        """Refuse where a trial of one side would have another budget than one of the other.

        Raises:
            BenchsuiteError: If it would.
        """
        own = {entrant.task.name: entrant.trial for track in self._tracks for entrant in track.entrants}
        own |= {trial.task: trial for trial in self._trials}
        for task in self._tasks if self.own else ():
            here, there = own[task], self._pattern.records[task][0].trial
            for name in ("epochs", "batch_size", "precision", "device", "lanes"):
                if (now := getattr(here, name)) != (was := getattr(there, name)):
                    raise BenchsuiteError(
                        f"the stored results of {task} have {name.replace('_', ' ')} {was}, and a trial here would have {now}. "
                        "Leave out the option that says so."
                    )
        for track in self._tracks:
            version = track.protocol.tuner.version if track.protocol.tuner else 0
            for task, search in self._pattern.searches.items():
                if search.tuner_version != version:
                    raise BenchsuiteError(
                        f"the stored search on {task} was made by version {search.tuner_version} of the tuner {search.tuner}, "
                        f"and this is version {version}. Tune both here: `benchsuite run --track tuned`."
                    )

    def _controlled(self) -> list[Trial]:
        """Return the trials of the stored side that run again: a few seeds of each task, where numbers round otherwise here."""
        from benchsuite.engine.numerics import numerics

        here = numerics(self._sides.asked.device.partition(":")[0]).fingerprint
        return [
            record.trial
            for task in self._tasks
            for record in self._pattern.records[task][:SEEDS]
            if record.environment.numerics != here
        ]

    def carry_out(self, console: Console) -> None:
        """Run what has no record here.

        Raises:
            BenchsuiteError: If nobody agreed to it, or a trial had no data.
        """
        from benchsuite.cli.door import carried_out
        from benchsuite.cli.progress import Progress
        from benchsuite.cli.searches import keep
        from benchsuite.cli.unsupported import tell_unsupported
        from benchsuite.sources import Planned, Together

        if not self.own:
            return
        asked = self._sides.asked
        missing = self._missing()
        if missing and not asked.yes:
            what = self._words(missing)
            answer = agreed(console, "{} Run them?", what)
            if not answer:
                raise BenchsuiteError(f"{what} Add --yes to run them.")
        self.store = Store(asked.results.resolve())
        sources: list[Source] = [
            source for track in self._tracks for source in track.sources(keep(self.store, self._ended))
        ]
        sources.append(Planned([*self._trials, *self.control]))
        progress = Progress(console, self._known, self._options.workers)
        display: Display = SearchesDisplay(progress, self._most) if self._tracks else progress
        summary = carried_out(
            Together(sources), self._known, self._execution, self._options, self.store, console, display
        )
        tell_unsupported(summary.records.values(), console)
        say(console, "{}", progress.closing_line(summary))
        say(console, "")
        if left := [record for record in summary.records.values() if without_data(record)]:
            raise BenchsuiteError(
                f"{len(left)} trials had no data, which says nothing of either. The first: {left[0].reason} "
                "Name other tasks with --task."
            )
        self._records = summary.records

    def side(self, place: int) -> StoredSide:
        """Return what there is now of the side that is not stored, on the stored seeds alone."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        evaluated = [id for search in self._ended for id in search.evaluated]
        ids = evaluated if self._tracks else [trial.id for trial in self._trials]
        for id in ids:
            record = self._records.get(id) or self.store.read(id)
            if record is not None and record.trial.seed in self._pattern.seeds[record.trial.task]:
                found[record.trial.task].append(record)
        return StoredSide({task: found[task] for task in self._tasks}, {search.task: search for search in self._ended})

    def controls(self, measure: TrialMeasure) -> list[Control]:
        """Return what the control gave, task by task.

        Args:
            measure: What is compared.
        """
        here: defaultdict[str, list[Record]] = defaultdict(list)
        for trial in self.control:
            here[trial.task].append(self._records[trial.id])
        stored = {task: _values(self._pattern.records[task], measure) for task in here}
        return controls(stored, {task: _values(records, measure) for task, records in here.items()})

    @property
    def _most(self) -> int:
        return sum(track.most_trials for track in self._tracks) + len(self._trials) + len(self.control)

    def _missing(self) -> list[Trial]:
        """Return the trials that have no record here; of a search that is not over, as many as are left."""
        missing = [trial for trial in (*self._trials, *self.control) if self._fresh(trial) is None]
        for track in self._tracks:
            missing += track.replayed(self._fresh).missing
        return missing

    def _fresh(self, trial: Trial) -> Record | None:
        if self._judge is None:
            self._judge = judge_of(self._known, self.store.extras, self._options.extras)
        try:
            record = self.store.read(trial.id)
        except DamagedRecord:
            return None
        return record if self._judge(trial, record) is Freshness.FRESH else None

    def _words(self, missing: Sequence[Trial]) -> str:
        """Return how much is missing, and how long it will take, as a sentence."""
        from benchsuite.cli.pace import Pace
        from benchsuite.cli.progress import clock
        from benchsuite.execution import Forecast, learn_from
        from benchsuite.report.tables.numbers import count_of

        forecast = Forecast(self._known, missing)
        learn_from(forecast, [record for task in self._tasks for record in self._pattern.records[task]])
        pace = Pace(self._options.workers)
        pace.planned(forecast.seconds, len(missing))
        tasks = Counter(trial.task for trial in missing)
        named = ", ".join(f"{task} {count}" for task, count in sorted(tasks.items()))
        how = f" {self._tracks[0].protocol.words}, as what is stored." if self._tracks else ""
        control = (
            f" {count_of(len(self.control), 'trial')} of them repeat what another machine stored."
            if self.control
            else ""
        )
        return (
            f"{len(missing)} of up to {count_of(self._most, 'trial')} are missing ({named}): about {clock(pace.remaining())} with "
            f"{count_of(self._options.workers, 'worker')}.{how}{control}"
        )


def _values(records: Sequence[Record], measure: TrialMeasure) -> list[float]:
    """Return one number a seed; infinite where it failed, and none where there is none."""
    values = [measure.of_seed([record]) for record in records]
    return [value for value in values if not math.isnan(value)]

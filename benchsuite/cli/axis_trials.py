"""The trials of a comparison along an axis: what there is of them, running what is missing, and what it gives at each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchsuite.analysis.along_axis import AlongAxis, AxisRecords, along_axis, label_of
from benchsuite.analysis.comparison import About
from benchsuite.analysis.reference import reference_of
from benchsuite.analysis.test_part import right_from
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.certificates import part_sizes
from benchsuite.cli.console import say
from benchsuite.cli.run import prepare, searches_of
from benchsuite.cli.searches import SearchesDisplay, keep
from benchsuite.errors import BenchsuiteError
from benchsuite.freshness import Freshness, judge_of, without_data
from benchsuite.selection import written
from benchsuite.store import DamagedRecord, Store
from benchsuite.studies.along import AxisPlace, AxisPlan
from benchsuite.studies.scaling import Scaling
from benchsuite.study import Execution, Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.cli.door import Display
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.searches import Search
    from benchsuite.shards import Shard
    from benchsuite.sources import Source
    from benchsuite.trial import Trial
    from benchsuite.tuning.tracks import TrackPlan


@dataclass
class _Here:
    """What runs at one value.

    Args:
        place: The value.
        trials: All of them; of a search those that its rows begin with.
        track: The searches; ``None`` on the default track.
        ended: Filled with those that ended.
    """

    place: AxisPlace
    trials: Sequence[Trial]
    track: TrackPlan | None
    ended: list[Search] = field(default_factory=list)


class AxisTrials:
    """What a comparison along an axis needs, and what of it there is.

    Args:
        asked: The options.
        plan: What is compared where.
        known: The plugins that were found.

    Raises:
        BenchsuiteError: If a value cannot be, or this machine cannot run it so.
    """

    def __init__(self, asked: Scaling, plan: AxisPlan, known: Registry) -> None:
        self._asked, self._plan, self._known = asked, plan, known
        self._measure = TrialMeasure.named(asked.measure)
        self._execution = Execution(
            workers=asked.workers, executor=asked.executor, timeout=asked.timeout, memory=asked.memory,
            no_compile_cache=asked.no_compile_cache,
            results=asked.results, plugin=asked.plugin,
        )  # fmt: skip
        self._here: list[_Here] = []
        for place in plan.places:
            planned, self._options = prepare(place.study, self._execution, Invocation(no_local=asked.no_local), known)
            track = searches_of(place.study, planned, known)
            self._here.append(_Here(place, list(planned.trials.values()), track))
        self._records: Mapping[str, Record] = {}

    @property
    def most(self) -> int:
        """How many trials there are at most."""
        return sum(here.track.most_trials if here.track else len(here.trials) for here in self._here)

    def tell_dry(self, console: Console) -> None:
        """Say what would run and how long it would take; write nothing."""
        from benchsuite.cli.pace import Pace
        from benchsuite.cli.progress import clock
        from benchsuite.execution import Forecast, learn_from, others_of
        from benchsuite.report.tables.numbers import count_of

        store = Store(self._asked.results.resolve(), create=False)
        missing = self._missing(store)
        forecast = Forecast(self._known, missing)
        if missing:
            learn_from(forecast, others_of(store, ()))
        pace = Pace(self._options.workers)
        pace.planned(forecast.seconds, len(missing))
        upto = "up to " if self._here[0].track else ""
        say(
            console,
            "[bold]{}{}[/]; {} have a record already.",
            upto,
            count_of(self.most, "trial"),
            self.most - len(missing),
        )
        for here in self._here:
            count = here.track.most_trials if here.track else len(here.trials)
            label = label_of(self._plan.axis, here.place.value)
            own = " (the task's own)" if here.place.usual else ""
            say(console, "  {:24} {}{}", label, count_of(count, "trial"), own)
        workers = count_of(self._options.workers, "worker")
        say(console, "Predicted: {} with {}. Nothing was written.", clock(pace.remaining()), workers)

    def carry_out(self, console: Console) -> None:
        """Run what has no record; what was finished before an interruption is not run again.

        Raises:
            BenchsuiteError: If a trial had no data.
        """
        from benchsuite.cli.door import carried_out
        from benchsuite.cli.progress import Progress
        from benchsuite.cli.unsupported import tell_unsupported
        from benchsuite.sources import Together

        store = Store(self._asked.results.resolve())
        sources = self._sources(store)
        progress = Progress(console, self._known, self._options.workers)
        display: Display = SearchesDisplay(progress, self.most) if self._here[0].track else progress
        summary = carried_out(Together(sources), self._known, self._execution, self._options, store, console, display)
        tell_unsupported(summary.records.values(), console)
        say(console, "{}", progress.closing_line(summary))
        say(console, "")
        if left := [record for record in summary.records.values() if without_data(record)]:
            raise BenchsuiteError(
                f"{len(left)} trials had no data, which says nothing of either. The first: {left[0].reason}"
            )
        self._records = summary.records

    def carry_out_part(self, shard: Shard, console: Console) -> None:
        """Run a shard's part of it; of a dry run say what would run.

        Args:
            shard: Which part.
            console: Where to.
        """
        from benchsuite.cli.door import run_part
        from benchsuite.cli.sharded import VERDICT, StudyShard
        from benchsuite.sources import Together

        dry_run = self._asked.dry_run
        store = Store(self._asked.results.resolve(), create=not dry_run)
        part = StudyShard(Together(self._sources(store)), shard)
        run_part(part, self._known, self._execution, self._options, store, console, VERDICT, dry_run=dry_run)

    def found(self) -> AlongAxis:
        """Return the comparison that the records give."""
        asked, plan = self._asked, self._plan
        store = Store(asked.results.resolve(), create=False)
        names = plan.rivals.names
        sizes = part_sizes({here.place.task for here in self._here}, self._known)
        about = About(
            plan.rivals.kind, *names, self._measure, track=asked.track, sizes=sizes, right=right_from(store.extras.predicted),
            reference=reference_of(store.folder), edges=self._edges(),
        )  # fmt: skip
        return along_axis(plan.task.name, plan.axis, [self._at(here) for here in self._here], about, asked.hold)

    def _sources(self, store: Store) -> list[Source]:
        """Return what proposes the trials: their searches, or all of them in one plan."""
        from benchsuite.sources import Planned

        found: list[Source] = []
        for here in self._here:
            found += here.track.sources(keep(store, here.ended)) if here.track else ()
        return found or [Planned({trial.id: trial for here in self._here for trial in here.trials}.values())]

    def _at(self, here: _Here) -> AxisRecords:
        sides: dict[str, list[Record]] = {"a": [], "b": []}
        if here.track is None:
            for trial in here.trials:
                sides[self._plan.rivals.side_of(trial)].append(self._records[trial.id])
        for search in here.ended:
            held = [self._records[id] for id in search.evaluated if id in self._records]
            sides[self._side_of(search)] += held
        return AxisRecords(here.place.value, sides["a"], sides["b"], here.place.usual)

    def _side_of(self, search: Search) -> str:
        return "a" if search.selection == written(self._plan.rivals.a, self._known) else "b"

    def _edges(self) -> dict[tuple[str, str], Mapping[str, str]]:
        names = dict(zip("ab", self._plan.rivals.names, strict=True))
        return {
            (names[self._side_of(search)], label_of(self._plan.axis, here.place.value)): search.edges
            for here in self._here
            for search in here.ended
            if search.edges
        }

    def _missing(self, store: Store) -> list[Trial]:
        """Return the trials without a record that counts; of a search that is not over, as many as are left."""
        judge = judge_of(self._known, store.extras, self._options.extras)

        def fresh(trial: Trial) -> Record | None:
            try:
                record = store.read(trial.id)
            except DamagedRecord:
                return None
            return record if judge(trial, record) is Freshness.FRESH else None

        missing: list[Trial] = []
        for here in self._here:
            missing += (
                here.track.replayed(fresh).missing
                if here.track
                else [trial for trial in here.trials if fresh(trial) is None]
            )
        return missing

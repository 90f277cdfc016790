"""What a study of the tracks ``tuned`` and ``self_tuning`` expands to: a search for each row of each task, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.searches import Search
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.sources import Together
from benchsuite.studies.plan import Plan, PlannedRow
from benchsuite.trial import Trial
from benchsuite.tuning.entrant import Entrant
from benchsuite.tuning.protocol import TuningProtocol
from benchsuite.tuning.source import TuningSource


@dataclass(frozen=True)
class TrackPlan:
    """All searches of a study.

    Args:
        entrants: What is tuned, in the order of the plan.
        protocol: How.
        problems: What cannot take part, with the reason.
    """

    entrants: Sequence[Entrant]
    protocol: TuningProtocol
    problems: Sequence[str]

    def sources(self, ended: Callable[[Search], None] = lambda _: None) -> list[TuningSource]:
        """Return a new source for each search.

        Args:
            ended: Given each search once it has ended.
        """
        return [TuningSource(entrant, self.protocol, ended) for entrant in self.entrants]

    def source(self, ended: Callable[[Search], None] = lambda _: None) -> Together:
        """Return one source of all searches, each of which goes its own way."""
        return Together(self.sources(ended))

    @property
    def most_trials(self) -> int:
        """How many trials there are at most."""
        return sum(source.most_trials for source in self.sources())

    @property
    def tasks(self) -> Counter[str]:
        """Task → how many trials it has at most."""
        counts: Counter[str] = Counter()
        for source, entrant in zip(self.sources(), self.entrants, strict=True):
            counts[entrant.task.name] += source.most_trials
        return counts

    def replayed(self, fresh: Callable[[Trial], Record | None]) -> Replayed:
        """Return how far the searches got already, without training anything.

        Args:
            fresh: Returns the record of a trial if it need not run again.
        """
        found: dict[str, Trial] = {}
        missing: list[Trial] = []
        for source, entrant in zip(self.sources(), self.entrants, strict=True):
            proposed = {trial.id: trial for trial in _proposed(source, fresh)}
            for id, trial in proposed.items():
                if fresh(trial) is None:
                    missing.append(trial)
                else:
                    found[id] = trial
            left = source.most_trials - len(proposed)
            missing += [replace(entrant.trial, seed=FIRST_TUNING_SEED + number) for number in range(left)]
        return Replayed(found, missing)


@dataclass(frozen=True)
class Replayed:
    """How far searches got.

    Args:
        found: Trials that have a record, by id.
        missing: As many as are left: those that are proposed already, each of the program that it needs, and for the rest some of
            the default setting, since which they are depends on what comes of the first.
    """

    found: Mapping[str, Trial]
    missing: Sequence[Trial]


def track_plan(plan: Plan, protocol: TuningProtocol, registry: Registry, named_tasks: bool = True) -> TrackPlan:
    """Return the searches of a study.

    Args:
        plan: What the study compares.
        protocol: How it is tuned.
        registry: Where components are looked up.
        named_tasks: Whether the user named the tasks: then one without a knob that is searched is an error.

    Raises:
        BenchsuiteError: If nothing is left to run.
    """
    templates: dict[tuple[str, str], Trial] = {}
    for trial in plan.trials.values():
        templates.setdefault((trial.task, trial.recipe.text), trial)
    problems = []
    rows = []
    for row in plan.rows:
        if protocol.track == "tuned" or _tunes_itself(row, registry):
            rows.append(row)
    if not rows:
        raise BenchsuiteError(
            "none of the selected components tunes itself: the track self_tuning is for those that declare self_tuning=True, "
            "and a method that has a hyperparameter to set enters --track tuned."
            if plan.rows
            else f"nothing to tune: name what to compare, such as --optimizer sgd,adam. --track {protocol.track} tunes rows."
        )
    entrants = []
    without: dict[str, list[str]] = {}
    for row in rows:
        try:
            entrants.append(Entrant.of(row, templates[row.task, row.recipe.text], protocol, registry))
        except BenchsuiteError as error:
            if named_tasks:
                raise
            without.setdefault(str(error), []).append(row.task)
    for reason, tasks in without.items():
        problems.append(f"left out on {', '.join(sorted(set(tasks)))}: {reason}")
    if not entrants:
        raise BenchsuiteError(f"no selected task can take part. {problems[0]}")
    return TrackPlan(entrants, protocol, [*plan.problems, *problems])


def _tunes_itself(row: PlannedRow, registry: Registry) -> bool:
    return all(registry.component(setting.kind, setting.name).self_tuning for setting in row.settings)


def _proposed(source: TuningSource, fresh: Callable[[Trial], Record | None]) -> list[Trial]:
    """Tell a source the records that there are, in its order, until one is missing; return all that it proposed."""
    proposed = list(source.propose())
    for trial in proposed:
        record = fresh(trial)
        if record is None:
            break
        source.tell(record)
        proposed += source.propose()
    return proposed

"""The sides of a comparison with stored results: what is stored of one, and which trials the other one needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.reference.fitting import other_code, other_rules
from benchsuite.seed_numbers import seed_numbers
from benchsuite.selection import written
from benchsuite.studies.comparison import Rivals, contest, study_of
from benchsuite.studies.plan import plan, tasks_of
from benchsuite.study import Study

if TYPE_CHECKING:
    from benchsuite.record import Record
    from benchsuite.reference import Stored
    from benchsuite.registry import Registry
    from benchsuite.searches import Search
    from benchsuite.studies.comparing import Comparing
    from benchsuite.trial import Trial

PREFIX = "reference:"


def is_stored(side: str) -> bool:
    """Say whether a side of a comparison names stored results."""
    return side.startswith(PREFIX)


@dataclass(frozen=True)
class StoredSide:
    """What is stored of a selection.

    Args:
        records: Task → its evaluation records, sorted by seed.
        searches: Task → the search that chose its setting; empty on the default track.
    """

    records: Mapping[str, Sequence[Record]]
    searches: Mapping[str, Search] = field(default_factory=dict)

    @property
    def seeds(self) -> Mapping[str, tuple[int, ...]]:
        """Task → the seeds that are stored."""
        return {task: tuple(record.trial.seed for record in held) for task, held in self.records.items()}


class Sides:
    """Two selections, of which one or both are stored.

    Args:
        asked: The options; what is stored has ``reference:`` before its name.
        known: The plugins that were found.
        stored: The stored results.

    Raises:
        BenchsuiteError: If a name does not exist, the two cannot be compared, or the options ask for what is not stored.
    """

    def __init__(self, asked: Comparing, known: Registry, stored: Stored) -> None:
        check(asked)
        self.known, self.stored = known, stored
        self.is_stored = is_stored(asked.a), is_stored(asked.b)
        self.asked = replace(asked, a=asked.a.removeprefix(PREFIX), b=asked.b.removeprefix(PREFIX))
        self.contest: Rivals = contest(self.asked, known)
        self.kind = self.contest.kind
        self.selections = written(self.contest.a, known), written(self.contest.b, known)
        self.track = asked.track or ("tuned" if any(self._searched("tuned")) else "default")
        self.tasks = self._tasks()
        a, b = (
            f"{PREFIX}{name}" if held else name for name, held in zip(self.contest.names, self.is_stored, strict=True)
        )
        self.names = a, b

    def of(self, place: int) -> StoredSide:
        """Return what is stored of A (0) or B (1), on all tasks that are compared.

        Raises:
            BenchsuiteError: If there is nothing, or it does not stand for the code and the rules of now.
        """
        from benchsuite.data_now import DataNow
        from benchsuite.provenance import fingerprints

        if found := other_rules(self.stored.rules, self.tasks, self.known):
            raise self._refused(found)
        side = self._declared(place) if self.track == "default" else self._tuned(place)
        records = [record for held in side.records.values() for record in held]
        if found := other_code(records, lambda trial: fingerprints(trial, self.known), DataNow(self.known)):
            raise self._refused(found)
        return side

    def _refused(self, why: str) -> BenchsuiteError:
        a, b = self.selections
        track = f" --track {self.track}" if self.track != "default" else ""
        first = (
            f"`benchsuite run --{self.kind.replace('_', '-')} '{a},{b}'{track}` and `benchsuite compare {a} {b}{track}`"
        )
        return BenchsuiteError(f"the stored results cannot be compared with: {why}. Run both here: {first}.")

    def _tasks(self) -> list[str]:
        """Return the tasks that are compared: those that were named, else those of the tier that are stored."""
        asked = self.asked
        there = set(self.stored.rules.tasks)
        names = [
            task.name
            for task in tasks_of(asked.task, asked.tier, self.known)
            if asked.task or self.kind in task.compares
        ]
        if missing := [name for name in names if name not in there]:
            if asked.task:
                raise unknown("task among the stored results:", missing[0], there)
            names = [name for name in names if name in there]
        if not names:
            raise BenchsuiteError(
                f"no task of tier {asked.tier} that compares {self.kind.replace('_', ' ')}s is among the stored results. "
                f"They hold: {', '.join(sorted(there))}."
            )
        return names

    def _searched(self, track: str) -> list[Search]:
        """Return the stored searches of the kind on a track, as far as they were made on the device and in the precision asked for."""
        device = self.asked.device.partition(":")[0]
        return [
            search
            for search in self.stored.searches
            if (search.kind, search.track, search.device, search.precision, search.change)
            == (self.kind, track, device, self.asked.precision, "")
        ]

    def _tuned(self, place: int) -> StoredSide:
        """Return what searches chose, with its evaluations."""
        searches, selection = self._searched(self.track), self.selections[place]
        if not searches:
            raise BenchsuiteError(
                f"the stored results hold no searches of {self.kind.replace('_', ' ')}s on the track {self.track}. "
                "Compare declared settings: --track default."
            )
        held = {
            search.task: search for search in searches if search.selection == selection and search.task in self.tasks
        }
        if not held:
            possible = {search.selection for search in searches}
            raise unknown(f"{self.kind.replace('_', ' ')} among the stored results:", selection, possible)
        if (missing := sorted(set(self.tasks) - set(held))) and self.asked.task:
            raise BenchsuiteError(f"the stored results hold no search of {selection} on {', '.join(missing)}.")
        records = {}
        for task, search in sorted(held.items()):
            found = [record for id in search.evaluated if (record := self.stored.record(id))]
            there = {record.trial.seed: record for record in found}
            wanted = seed_numbers(self.asked.seeds) if self.asked.seeds else sorted(there)
            if lacking := [seed for seed in wanted if seed not in there]:
                raise self._no_seed(lacking[0], place, task, sorted(there))
            records[task] = [there[seed] for seed in wanted]
        return StoredSide(records, dict(sorted(held.items())))

    def _declared(self, place: int) -> StoredSide:
        """Return the trials of a selection at its declared setting."""
        records = {}
        for task, trial in self.trials_of(place, self.tasks).items():
            wanted = seed_numbers(self.asked.seeds) if self.asked.seeds else self._in_a_row(trial)
            found = [(seed, self.stored.record(trial.with_seed(seed).id)) for seed in wanted]
            if lacking := [seed for seed, record in found if record is None]:
                raise self._no_seed(lacking[0], place, task, self._in_a_row(trial))
            if found:
                records[task] = [record for _, record in found if record is not None]
        if not records:
            raise BenchsuiteError(
                f"the stored results hold no trial of the {self.kind.replace('_', ' ')} {self.selections[place]} on "
                f"{', '.join(self.tasks)}: they hold declared settings in each task's own baseline and budget."
            )
        return StoredSide(records)

    def _no_seed(self, seed: int, place: int, task: str, stored: Sequence[int]) -> BenchsuiteError:
        many = ", ".join(map(str, stored)) or "none"
        return BenchsuiteError(
            f"the stored results hold no seed {seed} of {self.selections[place]} on {task}. Stored seeds: {many}. Name some of "
            "these with --seeds, or leave it out."
        )

    def _in_a_row(self, trial: Trial) -> list[int]:
        """Return the seeds from 0 on that are stored."""
        seeds: list[int] = []
        while self.stored.record(trial.with_seed(len(seeds)).id) is not None:
            seeds.append(len(seeds))
        return seeds

    def trials_of(self, place: int, tasks: Sequence[str]) -> dict[str, Trial]:
        """Return task → a trial of a side at its declared setting."""
        selection = (self.asked.a, self.asked.b)[place]
        study = replace(
            study_of(self.asked, self.contest, "0-0"), components={self.kind: (selection,)}, task=tuple(tasks)
        )
        return {trial.task: trial for trial in plan(study, self.known).trials.values()}


def studies_of(sides: Sides, pattern: StoredSide, tasks: Sequence[str], own: Sequence[int]) -> list[Study]:
    """Return what the sides that are not stored need: one study for all tasks whose protocol is the same.

    Args:
        sides: What is compared.
        pattern: What is stored: its protocol is that of the other side.
        tasks: Those that are compared.
        own: The sides that are not stored.
    """
    groups: dict[tuple[object, ...], list[str]] = {}
    for task in tasks:
        search = pattern.searches.get(task)
        key = (search.tuner, search.budget, search.tuning_seeds, search.folds) if search else ()
        groups.setdefault((pattern.seeds[task], key), []).append(task)
    asked, studies = sides.asked, []
    for place in own:
        for names in groups.values():
            study = Study(
                components={sides.kind: ((asked.a, asked.b)[place],)}, task=tuple(names),
                seeds=",".join(map(str, pattern.seeds[names[0]])), epochs=asked.epochs, precision=asked.precision,
                lanes=asked.lanes, device=asked.device,
            )  # fmt: skip
            search = pattern.searches.get(names[0])
            if search:
                study = replace(
                    study, track=sides.track, tuner=search.tuner, budget=str(search.budget),
                    tuning_seeds=search.tuning_seeds, tuning_folds=search.folds or None,
                )  # fmt: skip
            studies.append(study)
    return studies


def check(asked: Comparing) -> None:
    """Refuse options that ask for what cannot be stored.

    Raises:
        BenchsuiteError: If one does.
    """
    if PREFIX in (asked.a, asked.b):
        raise BenchsuiteError(
            f"there is no name behind {PREFIX}. Received: {asked.a!r} and {asked.b!r}. Write it without a blank. Example: "
            f"{PREFIX}adam."
        )
    if asked.until:
        raise BenchsuiteError(
            f"--until {asked.until} may need more seeds than are stored. Compare with what is stored, or leave {PREFIX} out "
            "to run both sides."
        )
    if asked.measure.startswith("seconds:"):
        raise BenchsuiteError(
            f"stored times are those of another machine, or of another hour. Received: --measure {asked.measure}. Compare "
            "steps:TARGET or epochs:TARGET; `benchsuite cost` measures steps here."
        )
    if asked.with_:
        raise BenchsuiteError(
            f"the stored results are of the tasks' own baselines. Received: --with {','.join(asked.with_)}. Leave it out, or "
            f"leave {PREFIX} out to run both sides."
        )
    if asked.track == "self_tuning":
        raise BenchsuiteError("the stored results hold the tracks default and tuned. Received: --track self_tuning.")

"""The study that measures how well tasks tell methods apart: their reference components, tuned alike, of all tasks in one plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis.measure_of_kind import measures_of
from benchsuite.analysis.resolution import KindResolution, ReferenceTrials, block_of, resolution_of_kind
from benchsuite.analysis.resolution.block import FIRST
from benchsuite.analysis.resolution.targets import targets_of
from benchsuite.certificates import part_sizes
from benchsuite.components import RECIPE_KINDS, Metric, Task
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.record import Record
from benchsuite.reference_components import FEWEST, reference_components, same_method
from benchsuite.registry import Registry
from benchsuite.searches import Search
from benchsuite.selection import baseline
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.tuning.entrant import Entrant
from benchsuite.tuning.protocol import TuningProtocol, protocol_of
from benchsuite.tuning.tracks import TrackPlan, track_plan

EVERY = "all"
"""Every kind of which the task can be tried."""
CONFIDENCE = 0.95
"""Of each test."""
SEEDS = 10
"""Evaluation seeds unless others are asked for."""


def read_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds that a user wrote, separated by commas; none where nothing is written.

    Raises:
        BenchsuiteError: If nothing stands between two commas, before or behind one.
    """
    if not text.strip():
        return ()
    kinds = tuple(one.strip().replace("-", "_") for one in text.split(","))
    if not all(kinds):
        raise BenchsuiteError(
            f"--kind must be kinds separated by commas, such as optimizer,initializer, or all. Received: {text!r}. "
            "Leave it out for the kinds that each task compares."
        )
    return kinds


@dataclass(frozen=True)
class ReferenceStudy:
    """What is tuned on which task.

    Args:
        tracked: All searches.
        kinds: Task → the kinds that are measured.
        asked: The study of each task.
    """

    tracked: TrackPlan
    kinds: Mapping[str, Sequence[str]]
    asked: Mapping[str, Study]

    @property
    def protocol(self) -> TuningProtocol:
        """How all of them are tuned."""
        return self.tracked.protocol

    @property
    def words(self) -> dict[str, object]:
        """The protocol as certificates keep it."""
        protocol = self.protocol
        return {
            "track": protocol.track,
            "budget": protocol.budget,
            "tuner": protocol.tuner_text,
            "tuning_seeds": protocol.tuning_seeds,
            "seeds": len(protocol.seeds),
            "confidence": CONFIDENCE,
        }


def reference_study(
    tasks: Sequence[Task], kinds: Sequence[str], budget: str, seeds: int, known: Registry
) -> ReferenceStudy:
    """Return the study that measures the resolution of tasks.

    Args:
        tasks: At least one.
        kinds: Of which; those that each task compares if there are none, all that it can be tried with for ``all``.
        budget: Name or number of trainings for each search.
        seeds: Evaluation seeds: 0 to ``seeds`` − 1.
        known: The plugins that were found.

    Raises:
        BenchsuiteError: If a kind does not exist, nobody names reference components of it, or nothing can be tried.
    """
    named = reference_components(known)
    for kind in kinds:
        if kind not in (EVERY, *RECIPE_KINDS):
            raise unknown("kind", kind, (EVERY, *RECIPE_KINDS))
        if kind != EVERY and len(named.get(kind, ())) < FEWEST:
            raise BenchsuiteError(
                f"no plugin names two reference components of kind {kind}. Received: {', '.join(named.get(kind, ())) or 'none'}. "
                "Name some with the hook register_reference_components."
            )
    entrants: list[Entrant] = []
    problems: list[str] = []
    studies: dict[str, Study] = {}
    found: dict[str, tuple[str, ...]] = {}
    protocol = None
    for task in tasks:
        chosen = _kinds(task, kinds, named, known)
        if left := [kind for kind in kinds if kind != EVERY and kind not in chosen]:
            problems.append(f"{task.title} has no {', '.join(left)} that could be replaced")
        if not chosen:
            problems.append(f"{task.title} compares no kind that could be measured: name kinds with --kind")
            continue
        study = Study(
            task=(task.name,), components={kind: named[kind] for kind in chosen}, track="tuned", budget=budget, seeds=str(seeds)
        )  # fmt: skip
        protocol = protocol or protocol_of(study, known)
        tracked = track_plan(plan(study, known), protocol, known)
        entrants += tracked.entrants
        problems += tracked.problems
        studies[task.name], found[task.name] = study, chosen
    if protocol is None:
        raise BenchsuiteError(f"there is nothing to measure. {problems[0][0].upper()}{problems[0][1:]}.")
    return ReferenceStudy(TrackPlan(entrants, protocol, problems), found, studies)


def _kinds(task: Task, kinds: Sequence[str], named: Mapping[str, Sequence[str]], known: Registry) -> tuple[str, ...]:
    """Return the kinds that are measured on a task, in the order of tables."""
    wanted = named if EVERY in kinds else kinds or task.compares
    own = baseline(task, known)
    return tuple(kind for kind in RECIPE_KINDS if kind in wanted and kind in own and len(named.get(kind, ())) >= FEWEST)


def measured_block(
    study: ReferenceStudy, task: Task, searches: Sequence[Search], records: Mapping[str, Record], known: Registry
) -> dict[str, object]:
    """Return the block ``resolution`` of a task from what its searches chose.

    Args:
        study: What was run.
        task: One of its tasks.
        searches: Those that ended, of whatever task.
        records: Id → record.
        known: The plugins that were found.
    """
    sizes = part_sizes([task.name], known).get(task.name)
    examples = sizes[2] if sizes else 0
    kinds = {}
    reached: dict[str, list[Record]] = {}
    for kind in study.kinds[task.name]:
        trials = _trials(kind, task, searches, records, study.asked[task.name])
        found = _of_kind(kind, task, trials, examples, known)
        if found is not None:
            kinds[kind] = found.to_json()
            reached[kind] = [record for one in trials for record in one.evaluated]
    targets = _targets(task, reached)
    return block_of(task.name, task.version, study.words, kinds, **({"targets": targets} if targets else {}))


def _targets(task: Task, reached: Mapping[str, Sequence[Record]]) -> dict[str, object] | None:
    """Return what tuned reference components reach: optimizers where these were measured, else all kinds that were.

    Args:
        task: The task.
        reached: Kind → the evaluation trials of its reference components.
    """
    kinds = [FIRST] if FIRST in reached else list(reached)
    trials = {record.id: record for kind in kinds for record in reached[kind] if record.outcome.finished}
    name = f"validation_{task.primary}"
    curves = [curve for record in trials.values() if (curve := record.curves.get(name)) is not None]
    found = targets_of(task.primary, curves, task.direction)
    return None if found is None else {**found.to_json(), "kinds": kinds}


def _trials(
    kind: str, task: Task, searches: Sequence[Search], records: Mapping[str, Record], study: Study
) -> list[ReferenceTrials]:
    """Return what each reference component of a kind gave, in their order; only the evaluation seeds that were asked for."""
    of = {search.selection: search for search in searches if (search.kind, search.task) == (kind, task.name)}
    seeds = set(study.seed_numbers)

    def held(ids: Sequence[str]) -> list[Record]:
        return [records[id] for id in ids if id in records]

    return [
        ReferenceTrials(
            selection,
            [record for record in held(of[selection].evaluated) if record.trial.seed in seeds],
            held(of[selection].tuning_ids),
        )
        for selection in study.components[kind]
        if selection in of
    ]


def _of_kind(
    kind: str, task: Task, trials: Sequence[ReferenceTrials], examples: int, known: Registry
) -> KindResolution | None:
    directions = {metric.name: metric.direction for metric in task.metrics if isinstance(metric, Metric)}
    directions = {"loss": "min", **directions, task.primary: task.direction}
    if kind == "loss" and task.primary != "loss":  # each has a unit of its own
        del directions["loss"]
    return resolution_of_kind(
        trials,
        directions,
        task.primary,
        words=[word for word in measures_of(kind) if word != "test"],
        same=lambda one, other: same_method(kind, one, other, known),
        examples=examples,
        confidence=CONFIDENCE,
    )

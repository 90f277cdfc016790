"""What a study asks for, expanded again from the options in its file, verb by verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from benchsuite.budgets import BUDGETS
from benchsuite.errors import BenchsuiteError
from benchsuite.options import Table, build, options_of
from benchsuite.reference import load_reference
from benchsuite.reference.sides import Sides, is_stored, studies_of
from benchsuite.registry import Registry
from benchsuite.seed_numbers import seed_numbers
from benchsuite.selection import written
from benchsuite.studies.claimed import claim_plan
from benchsuite.studies.comparing import SEEDS_UNLESS_GIVEN, Comparing
from benchsuite.studies.comparison import contest, looks_of
from benchsuite.studies.comparison import study_of as study_of_comparison
from benchsuite.studies.over import FEWEST_POINTS, MOST_POINTS, kind_of, read_over, swept_curves
from benchsuite.studies.plan import plan, tasks_of
from benchsuite.studies.sequential import LAST_LOOK, look_sizes
from benchsuite.study import Study
from benchsuite.trial import Trial
from benchsuite.tuning.protocol import TuningProtocol, protocol_of
from benchsuite.tuning.reference_study import SEEDS, read_kinds, reference_study
from benchsuite.tuning.tracks import TrackPlan, track_plan
from benchsuite.verification.evidence import PlannedStudy

T = TypeVar("T", bound=Table)


class NotExpanded(Exception):
    """Raised where nobody knows how to expand a study; its text says what the study is."""


@dataclass(frozen=True)
class Expanded:
    """What a study asks for.

    Args:
        seeds: On which what it asks for is evaluated, as they were written.
        trials: Id → trial, where they are known beforehand.
        searches: Its searches otherwise.
        named: Whether its options name all that it is of, so that nothing can have been added since; ``None`` where they
            themselves have to be looked at.
    """

    seeds: str
    trials: Mapping[str, Trial] | None = None
    searches: TrackPlan | None = None
    named: bool | None = None


def expanded(study: PlannedStudy, registry: Registry) -> Expanded:
    """Expand a study again.

    Args:
        study: The study.
        registry: Of the plugins that were found.

    Raises:
        BenchsuiteError: If its options mean nothing here.
        NotExpanded: If it is of a kind that cannot be expanded.
    """
    if study.verb not in VERBS:
        raise NotExpanded(study.verb)
    try:
        return VERBS[study.verb](study.options, registry)
    except (KeyError, TypeError, ValueError, AttributeError):  # whoever wrote the file
        raise BenchsuiteError(f"its options are none of `benchsuite {study.verb}`.") from None


def _run(options: Mapping[str, Any], registry: Registry) -> Expanded:
    asked = _built(Study, options)
    planned = plan(asked, registry)
    if asked.track == "default":
        return Expanded(asked.seeds, planned.trials)
    tracked = track_plan(planned, protocol_of(asked, registry), registry, named_tasks=bool(asked.task))
    return Expanded(asked.seeds, searches=tracked)


def _compare(options: Mapping[str, Any], registry: Registry) -> Expanded:
    asked = _built(Comparing, options)
    if is_stored(asked.a) or is_stored(asked.b):
        return _against_stored(asked, registry)
    if asked.track not in (None, "default"):
        raise NotExpanded("compare with tuned results")
    rivals = contest(asked, registry)
    first = plan(study_of_comparison(asked, rivals, "0-0"), registry).trials.values()
    sizes = look_sizes(asked.at_most or LAST_LOOK) if asked.until else ()
    # Without a number they are ten, and as many as both had in a row: at least these were planned.
    seeds = seed_numbers(asked.seeds) if asked.seeds else range(sizes[0] if sizes else SEEDS_UNLESS_GIVEN)
    by_task = dict.fromkeys([trial.task for trial in first], seeds)
    planned = looks_of(list(first), rivals, by_task, sizes[:1])[0]
    return Expanded(
        asked.seeds or f"{len(seeds)}", {trial.id: trial for trial in planned}, named=True if asked.task else None
    )


def _against_stored(asked: Comparing, registry: Registry) -> Expanded:
    """Expand a comparison with the results that ship: what is not stored follows the protocol of what is."""
    if asked.reference is not None:
        raise NotExpanded("compare with the results of another bundle")
    sides = Sides(asked, registry, load_reference())
    stored = [sides.of(place) for place, held in enumerate(sides.is_stored) if held]
    tasks = [task for task in sides.tasks if all(task in side.records for side in stored)]
    own = [place for place, held in enumerate(sides.is_stored) if not held]
    studies = studies_of(sides, stored[0], tasks, own)
    named = True if asked.task else None
    if sides.track == "default" or not studies:
        trials = {id: trial for study in studies for id, trial in plan(study, registry).trials.items()}
        return Expanded("", trials, named=named)
    if len(studies) > 1:
        raise NotExpanded("compare with stored results of several protocols")
    (study,) = studies
    tracked = track_plan(plan(study, registry), protocol_of(study, registry), registry, named_tasks=True)
    return Expanded(study.seeds, searches=tracked, named=named)


def _sweep(options: Mapping[str, Any], registry: Registry) -> Expanded:
    if not FEWEST_POINTS <= (points := options.get("points", 9)) <= MOST_POINTS:
        raise ValueError(points)
    kind, selections = kind_of(options["component"])
    curves = swept_curves(kind, selections, read_over(options["over"]), points, registry)
    chosen = tuple(written([setting], registry) for curve in curves for setting in curve.settings.values())
    asked = replace(_built(Study, _of_one_task(options)), components={kind: chosen})
    return Expanded(asked.seeds, plan(asked, registry).trials, named=True)


def _tune(options: Mapping[str, Any], registry: Registry) -> Expanded:
    kind, selections = kind_of([options["component"]])
    budget = str(options.get("budget", "small"))
    named = budget if budget in BUDGETS else "small"
    values = {**_of_one_task(options), "budget": named, "track": "tuned"}
    asked = replace(_built(Study, values), components={kind: tuple(selections)})
    protocol: TuningProtocol = replace(
        protocol_of(asked, registry), budget=BUDGETS[budget] if budget in BUDGETS else int(budget)
    )
    return Expanded(asked.seeds, searches=track_plan(plan(asked, registry), protocol, registry), named=True)


def _certify(options: Mapping[str, Any], registry: Registry) -> Expanded:
    if not options.get("resolution"):
        raise NotExpanded("certify")
    seeds = int(options.get("seeds", SEEDS))
    tasks = tasks_of(tuple(options.get("tasks", ())), str(options.get("tier", "quick")), registry)
    kinds = read_kinds(str(options.get("kind", "")))
    study = reference_study(tasks, kinds, str(options.get("budget", "")), seeds, registry)
    return Expanded(str(seeds), searches=study.tracked)


def _claim(options: Mapping[str, Any], registry: Registry) -> Expanded:
    if options.get("action") != "run":
        raise NotExpanded("claim")
    names = [name.strip() for name in str(options.get("names", "")).split(",") if name.strip()]
    claims = [registry.claim(name) for name in names or registry.names("claim")]
    planned = [claim_plan(claim, registry, bool(options.get("quick"))) for claim in claims]
    return Expanded("", {id: trial for one in planned for id, trial in one.trials.items()}, named=bool(names))


VERBS: Mapping[str, Callable[[Mapping[str, Any], Registry], Expanded]] = {
    "run": _run,
    "compare": _compare,
    "sweep": _sweep,
    "tune": _tune,
    "certify": _certify,
    "claim": _claim,
}
"""The verbs whose studies can be expanded again."""


def _of_one_task(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a verb that has its task and its component as arguments, as a study has them."""
    left = {name: value for name, value in options.items() if name not in ("component", "over", "points", "measure")}
    return {**left, "task": (options["task"],), "seeds": str(options.get("seeds", "3"))}


def _built(table: type[T], options: Mapping[str, Any]) -> T:
    """Return the table that options by their keys in study files mean; what is of other tables is left out."""
    lines = {line.name: line for line in options_of(table)}
    values = {
        name: lines[name].read(list(value) if isinstance(value, tuple) else value, name)
        for name, value in options.items()
        if name in lines
    }
    return build(table, values)

"""A study expanded again: its options must give the trials that its file says were planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.options import build, options_of
from benchsuite.registry import Registry
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.trial import Trial
from benchsuite.tuning.protocol import protocol_of
from benchsuite.tuning.tracks import TrackPlan, track_plan
from benchsuite.verification.evidence import Evidence, PlannedStudy
from benchsuite.verification.rule import NotApplicable, Objection, Rule


def study_of(options: Mapping[str, Any]) -> Study:
    """Return the study that options by their keys in study files mean; what says how it runs is left out.

    Raises:
        BenchsuiteError: If they mean none.
    """
    lines = {line.name: line for line in options_of(Study)}
    values = {
        name: lines[name].read(list(value) if isinstance(value, tuple) else value, name)
        for name, value in options.items()
        if name in lines
    }
    return build(Study, values)


def rule(registry: Registry) -> Rule:
    """Return the rule that expands each study again.

    Args:
        registry: Of the plugins that were found.
    """

    def find(evidence: Evidence) -> Iterator[Objection]:
        studies = [study for study in evidence.studies if study.verb == "run"]
        if not studies:
            raise NotApplicable("there is no study file of benchsuite run.")
        for study in studies:
            try:
                asked = study_of(study.options)
                expanded = plan(asked, registry)
                if asked.track == "default":
                    yield from _missing_trials(study, expanded.trials, evidence)
                else:
                    tracked = track_plan(expanded, protocol_of(asked, registry), registry, named_tasks=bool(asked.task))
                    yield from _missing_searches(study, asked, tracked, evidence)
            except BenchsuiteError as error:
                yield Objection(f"study {study.id} cannot be expanded here: {error}", fails=False)

    return Rule(
        "plans are what was asked for",
        "The options of each study, expanded again, give the trials that its file says were planned.",
        "Who cuts a trial out of the records has to cut it out of the plan as well.",
        "our own; pre-registration asks for the same",
        find,
    )


def _missing_trials(study: PlannedStudy, asked: Mapping[str, Trial], evidence: Evidence) -> Iterator[Objection]:
    planned = set(study.planned)
    lost = [trial for id, trial in asked.items() if id not in planned]
    rows = {_row(evidence.records[id].trial) for id in planned if id in evidence.records}
    cut = [trial for trial in lost if _row(trial) in rows or _named(study, trial)]
    if cut:
        seeds = ", ".join(str(seed) for seed in sorted({trial.seed for trial in cut})[:8])
        yield Objection(
            f"study {study.id} asks for {len(asked):,} trials, and its file does not plan {len(cut):,} of them, of seeds {seeds}."
        )
    if others := len(lost) - len(cut):
        yield Objection(
            f"study {study.id} asks here for {others:,} trials of rows that its file does not plan: components or tasks may have "
            "been added since.",
            fails=False,
        )


def _missing_searches(study: PlannedStudy, asked: Study, tracked: TrackPlan, evidence: Evidence) -> Iterator[Objection]:
    held = [search for search in evidence.searches if search.id in set(study.searches)]
    there = {(search.kind, search.selection, search.task) for search in held}
    for entrant in tracked.entrants:
        if (entrant.row.kind, entrant.selection, entrant.task.name) not in there:
            yield Objection(
                f"study {study.id} asks for a search of {entrant.selection} on {entrant.task.name}, which its file does not name.",
                fails=_named(study, entrant.trial),
            )
    for search in held:
        has = {evidence.records[id].trial.seed for id in search.evaluated if id in evidence.records}
        if lacking := sorted(set(asked.seed_numbers) - has):
            yield Objection(
                f"study {study.id} asks for seeds {asked.seeds}, and the search of {search.selection} on {search.task} was not "
                f"evaluated on {', '.join(map(str, lacking[:8]))}.",
                ids=search.evaluated,
            )


def _named(study: PlannedStudy, trial: Trial) -> bool:
    """Say whether a study names all that is in a trial's row: then nothing can have been added since."""
    kinds = [kind for kind, _ in trial.recipe.settings if kind in study.options]
    words = [str(study.options[name]) for name in (*kinds, "task") if name in study.options]
    whole = any(study.options.get(name) for name in ("all", "kind", "cross", "baselines"))
    return (
        bool(kinds) and "task" in study.options and not whole and not any("*" in word or "?" in word for word in words)
    )


def _row(trial: Trial) -> tuple[object, ...]:
    return (trial.task, trial.task_version, trial.recipe.text, trial.epochs, trial.batch_size, trial.precision)

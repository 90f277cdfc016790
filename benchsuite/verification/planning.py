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
from benchsuite.verification.evidence import Evidence, PlannedStudy
from benchsuite.verification.rule import Finding, Rule, Skipped


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


def expanded(study: PlannedStudy, registry: Registry) -> Mapping[str, Trial]:
    """Return id → trial of all that the options of a study mean here.

    Args:
        study: Of the default track.
        registry: Of the plugins that were found.

    Raises:
        BenchsuiteError: If they mean nothing here.
    """
    return plan(study_of(study.options), registry).trials


def rule(registry: Registry) -> Rule:
    """Return the rule that expands each study again.

    Args:
        registry: Of the plugins that were found.
    """

    def find(evidence: Evidence) -> Iterator[Finding]:
        static = [study for study in evidence.studies if study.planned and _of_run(study)]
        if not static:
            raise Skipped("there is no study whose trials were known beforehand.")
        for study in static:
            try:
                asked = expanded(study, registry)
            except BenchsuiteError as error:
                yield Finding(f"study {study.id} cannot be expanded here: {error}", fails=False)
                continue
            yield from _missing(study, asked, evidence)

    return Rule(
        "plans are what was asked for",
        "The options of each study, expanded again, give the trials that its file says were planned.",
        "Who cuts a trial out of the records has to cut it out of the plan as well.",
        "our own; pre-registration asks for the same",
        find,
    )


def _of_run(study: PlannedStudy) -> bool:
    return study.verb == "run" and study.options.get("track", "default") == "default" and not study.searches


def _missing(study: PlannedStudy, asked: Mapping[str, Trial], evidence: Evidence) -> Iterator[Finding]:
    planned = set(study.planned)
    lost = [trial for id, trial in asked.items() if id not in planned]
    if not lost:
        return
    rows = {_row(evidence.records[id].trial) for id in planned if id in evidence.records}
    cut = [trial for trial in lost if _row(trial) in rows]
    if cut:
        seeds = ", ".join(str(seed) for seed in sorted({trial.seed for trial in cut})[:8])
        yield Finding(
            f"study {study.id} asks for {len(asked):,} trials, and its file leaves out {len(cut):,} of rows that it has, of seeds "
            f"{seeds}."
        )
    elif others := len(lost):
        yield Finding(
            f"study {study.id} asks here for {others:,} trials of rows that its file does not plan: components or tasks may have "
            "been added since.",
            fails=False,
        )


def _row(trial: Trial) -> tuple[object, ...]:
    return (trial.task, trial.task_version, trial.recipe.text, trial.epochs, trial.batch_size, trial.precision)

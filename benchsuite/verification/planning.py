"""A study expanded again: its options must give the trials that its file says were planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.seed_numbers import seed_numbers
from benchsuite.trial import Trial
from benchsuite.verification.evidence import CLAIM, Evidence, PlannedStudy
from benchsuite.verification.expanding import Expanded, NotExpanded, expanded
from benchsuite.verification.rule import NotApplicable, Objection, Rule


def rule(registry: Registry) -> Rule:
    """Return the rule that expands each study again.

    Args:
        registry: Of the plugins that were found.
    """

    def find(evidence: Evidence) -> Iterator[Objection]:
        others: Counter[str] = Counter()
        # Trials of one call whose layers are probed after other epochs run apart, each part with a file of its own.
        of_claims = frozenset(id for study in evidence.studies if study.verb == CLAIM for id in study.planned)
        for study in evidence.studies:
            try:
                asked = expanded(study, registry)
            except NotExpanded as error:
                others[str(error)] += 1
            except BenchsuiteError as error:
                yield Objection(f"study {study.id} cannot be expanded here: {error}", fails=False)
            else:
                yield from _missing_trials(study, asked, evidence, of_claims if study.verb == CLAIM else frozenset())
                yield from _missing_searches(study, asked, evidence)
        if others:
            told = ", ".join(f"{count} of {what}" for what, count in sorted(others.items()))
            words = f"not expanded again, since nobody knows how: {told}. That these plans are what was asked for was not checked."
            yield Objection(words, fails=False)  # which verb it was, its author wrote
        if not evidence.studies:
            raise NotApplicable("there is no study file.")

    return Rule(
        "plans are what was asked for",
        "The options of each study, expanded again, give the trials that its file says were planned.",
        "Who cuts a trial out of the records has to cut it out of the plan as well.",
        "our own; pre-registration asks for the same",
        find,
    )


def _missing_trials(
    study: PlannedStudy, asked: Expanded, evidence: Evidence, beside: frozenset[str]
) -> Iterator[Objection]:
    trials, planned = asked.trials or {}, {*study.planned, *beside}
    lost = [trial for id, trial in trials.items() if id not in planned]
    rows = {_row(evidence.records[id].trial) for id in planned if id in evidence.records}
    cut = [trial for trial in lost if _row(trial) in rows or _named(study, asked, trial)]
    if cut:
        seeds = ", ".join(str(seed) for seed in sorted({trial.seed for trial in cut})[:8])
        yield Objection(
            f"study {study.id} asks for {len(trials):,} trials, and its file does not plan {len(cut):,} of them, of seeds {seeds}."
        )
    if others := len(lost) - len(cut):
        yield Objection(
            f"study {study.id} asks here for {others:,} trials of rows that its file does not plan: components or tasks may have "
            "been added since.",
            fails=False,
        )


def _missing_searches(study: PlannedStudy, asked: Expanded, evidence: Evidence) -> Iterator[Objection]:
    if asked.searches is None:
        return
    held = [search for search in evidence.searches if search.id in set(study.searches)]
    there = {(search.kind, search.selection, search.task) for search in held}
    for entrant in asked.searches.entrants:
        if (entrant.row.kind, entrant.selection, entrant.task.name) not in there:
            yield Objection(
                f"study {study.id} asks for a search of {entrant.selection} on {entrant.task.name}, which its file does not name.",
                fails=_named(study, asked, entrant.trial),
            )
    for search in held:
        has = {evidence.records[id].trial.seed for id in search.evaluated if id in evidence.records}
        if lacking := sorted(set(seed_numbers(asked.seeds)) - has):
            yield Objection(
                f"study {study.id} asks for seeds {asked.seeds}, and the search of {search.selection} on {search.task} was not "
                f"evaluated on {', '.join(map(str, lacking[:8]))}.",
                ids=search.evaluated,
            )


def _named(study: PlannedStudy, asked: Expanded, trial: Trial) -> bool:
    """Say whether a study names all that is in a trial's row: then nothing can have been added since."""
    if asked.named is not None:
        return asked.named
    kinds = [kind for kind, _ in trial.recipe.settings if kind in study.options]
    words = [str(study.options[name]) for name in (*kinds, "task") if name in study.options]
    whole = any(study.options.get(name) for name in ("all", "kind", "cross", "baselines"))
    return (
        bool(kinds) and "task" in study.options and not whole and not any("*" in word or "?" in word for word in words)
    )


def _row(trial: Trial) -> tuple[object, ...]:
    return (trial.task, trial.task_version, trial.recipe.text, trial.epochs, trial.batch_size, trial.precision)

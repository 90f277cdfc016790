"""Rules on searches: the scores are those of their trials, the choice is the rule's, and what was chosen was evaluated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from benchsuite.kinds import RECIPE_KINDS
from benchsuite.record import Record
from benchsuite.searches import Search, Tried
from benchsuite.spaces import Value
from benchsuite.trial import Trial
from benchsuite.tuning.choosing import mean_score
from benchsuite.tuning.validation import Validation
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.rule import Objection, Rule


def _scores(evidence: Evidence) -> Iterator[Objection]:
    for search in evidence.searches:
        for place, one in enumerate(search.tried):
            held = [evidence.records[id] for id in one.ids if id in evidence.records]
            if len(held) == len(one.ids) and not _same(one.score, score := _score(held)):
                yield Objection(
                    f"{_name(search)}: setting {place} has the score {one.score}, and its trials give {score}.",
                    ids=one.ids,
                )


def _score(held: list[Record]) -> float | None:
    return mean_score([Validation.of(record).score for record in held])


def _same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else math.isclose(one, other, rel_tol=1e-12, abs_tol=0)


SCORES = Rule(
    "scores are those of the trials",
    "The score of each setting is what its tuning trials give on the validation part.",
    "A score that was lowered or raised makes another setting the chosen one.",
    "our own",
    _scores,
)


def _choice(evidence: Evidence) -> Iterator[Objection]:
    for search in evidence.searches:
        if not search.tried:
            continue
        best = max((one.score for one in search.tried if one.score is not None and one.stop is None), default=None)
        chosen = search.tried[search.chosen].score if search.chosen is not None else None
        if chosen != best:
            yield Objection(
                f"{_name(search)} chose a setting with the score {chosen}; the best on the validation part is {best}: it was not "
                "chosen by its rule.",
                ids=search.evaluated,
            )


CHOICE = Rule(
    "chosen by the rule",
    "Each search chose the setting that is best on the validation part.",
    "Chosen by the test part, or by taste, a setting's test values are no measurement.",
    "Cawley and Talbot 2010, On Over-fitting in Model Selection",
    _choice,
)


def _settings(evidence: Evidence) -> Iterator[Objection]:
    for search in evidence.searches:
        for one in search.tried:
            if wrong := _other(search, one, one.ids, evidence.records):
                yield Objection(
                    f"{_name(search)}: trial {wrong} has another setting than the one it stands for.", ids=(wrong,)
                )
        chosen = search.tried[search.chosen or 0] if search.tried else None
        if chosen and (wrong := _other(search, chosen, search.evaluated, evidence.records)):
            yield Objection(
                f"{_name(search)}: evaluated trial {wrong} has another setting than the chosen one.", ids=(wrong,)
            )


def _other(search: Search, one: Tried, ids: tuple[str, ...], records: Mapping[str, Record]) -> str:
    """Return the first trial that has not the values, the task or the budget that it stands for; empty if all have."""
    for id in ids:
        record = records.get(id)
        if record is None:
            continue
        trial = record.trial
        asked = (search.task, search.task_version, search.epochs, search.precision, search.device, search.engine)
        has = (trial.task, trial.task_version, trial.epochs, trial.precision, trial.device, trial.engine)
        if asked != has or any(value_of(trial, name) not in (value, _ABSENT) for name, value in one.values.items()):
            return id
    return ""


_ABSENT = object()


def value_of(trial: Trial, name: str) -> Value | object:
    """Return the value that a trial has of something searched: ``kind.place.hyperparameter``, a kind, or a knob of its task.

    What its spec does not say, since it is as the task has it, is unknown.
    """
    if name == "batch_size":
        return trial.batch_size
    kind, dot, rest = name.partition(".")
    if not dot and kind in RECIPE_KINDS:
        return "+".join(one.name for one in trial.recipe.get(kind))
    place, _, hyperparameter = rest.partition(".")
    if place.isdecimal() and int(place) < len(settings := trial.recipe.get(kind)):
        return settings[int(place)].hyperparameters.get(hyperparameter, _ABSENT)
    return dict(trial.knobs).get(name, _ABSENT)


SETTINGS = Rule(
    "evaluated as chosen",
    "The trials of a search have the settings that it says, and those that count have the chosen one.",
    "Another setting, under the name of the chosen one, was never tuned.",
    "our own",
    _settings,
)


def _name(search: Search) -> str:
    return f"the search of {search.selection} on {search.task}"

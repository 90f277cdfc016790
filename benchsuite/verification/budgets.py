"""Rules on budgets: all that is compared trained as long, and was tuned as much."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from benchsuite.analysis.sample import Column, column_of
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.searches import Search
from benchsuite.verification.evidence import Evidence, words_of
from benchsuite.verification.rule import Objection, Rule


def _steps(evidence: Evidence) -> Iterator[Objection]:
    columns: defaultdict[tuple[Column, object], dict[int, list[Record]]] = defaultdict(dict)
    for record in evidence.records.values():
        if steps := record.results.steps_per_epoch:
            # A fold, or a refit, has other numbers of examples; so may a preprocessing.
            key = column_of(record), (record.trial.division, record.trial.recipe.get("preprocessing"))
            columns[key].setdefault(steps, []).append(record)
    for (column, _), found in columns.items():
        if len(found) > 1:
            most = max(found, key=lambda steps: len(found[steps]))
            others = [one for steps, held in found.items() if steps != most for one in held]
            yield Objection(
                f"{words_of(others[0])} has {others[0].results.steps_per_epoch:,} steps an epoch, and others on {column.task} have "
                f"{most:,}: they trained on other data, or longer.",
                ids=tuple(one.id for one in others),
            )


STEPS = Rule(
    "equal training budgets",
    "All trials of a task with one budget have as many steps an epoch, and none has more epochs.",
    "More steps, or more data, are not a better method.",
    "MLPerf AlgoPerf's training budgets",
    _steps,
)


def _searches(evidence: Evidence) -> Iterator[Objection]:
    boards: defaultdict[tuple[object, ...], list[Search]] = defaultdict(list)
    for search in evidence.searches:
        if not search.budget:
            continue
        boards[_board(search)].append(search)
        name = f"the search of {search.selection} on {search.task}"
        if search.spent > search.budget + 1e-6:
            yield Objection(f"{name} cost {search.spent:g} trainings, and had {search.budget}.", ids=search.tuning_ids)
        if (least := _least(search)) > search.spent + 1e-6:
            yield Objection(
                f"{name} says that it cost {search.spent:g} trainings; what it tried costs {least:g}.",
                ids=search.tuning_ids,
            )
        each = search.tuning_seeds * (search.folds or 1)
        if any(len(one.ids) != each for one in search.tried):
            yield Objection(f"{name} did not train each setting {each} times.", ids=search.tuning_ids)
    tracks: defaultdict[tuple[object, ...], set[int]] = defaultdict(set)
    for search in evidence.searches:
        if search.budget:
            tracks[(search.kind, search.task, search.change, search.epochs)].add(search.budget)
    for (kind, task, *_), budgets in sorted(tracks.items(), key=repr):
        if len(budgets) > 1:
            yield Objection(
                f"searches of {kind} on {task} had budgets of {', '.join(map(str, sorted(budgets)))} trainings: they stand on boards "
                "of their own, and must not be compared across these.",
                fails=False,
            )


def _board(search: Search) -> tuple[object, ...]:
    return (search.kind, search.task, search.change, search.tuner, search.budget, search.tuning_seeds, search.folds)


def _least(search: Search) -> float:
    """Return what the settings cost at least: of one that was trained to several epochs, the longest training."""
    longest: dict[tuple[object, ...], float] = {}
    for one in search.tried:
        key = tuple(sorted(one.values.items()))
        cost = min(one.stop or search.epochs, search.epochs) / search.epochs
        longest[key] = max(longest.get(key, 0.0), cost)
    return math.fsum(longest.values())


SEARCHES = Rule(
    "equal tuning budgets",
    "No search cost more than its budget, by what it tried, and searches that are compared had the same one.",
    "The best of a hundred settings beats the best of ten, of any method.",
    "Sivaprasad et al. 2020, Optimizer Benchmarking Needs to Account for Hyperparameter Tuning",
    _searches,
)


def _whole(evidence: Evidence) -> Iterator[Objection]:
    for search in evidence.searches:
        for one in search.tried:
            for id in one.ids:
                record = evidence.records.get(id)
                if record is None or record.outcome not in (Outcome.COMPLETED, Outcome.PRUNED):
                    continue
                if record.trial.stop != one.stop or record.trial.epochs != search.epochs:
                    yield Objection(
                        f"trial {id} of the search of {search.selection} on {search.task} was to end after epoch "
                        f"{one.stop or search.epochs}, and has another budget.",
                        ids=(id,),
                    )


WHOLE = Rule(
    "tuning trials have their budget",
    "Each trial of a search ended where the search says.",
    "A setting that was trained longer than the search says had more than its share.",
    "MLPerf AlgoPerf's tuning rules",
    _whole,
)

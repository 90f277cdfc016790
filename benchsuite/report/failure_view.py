"""The failures of a report: every trial without a number, with its reason and its tracebacks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.folds import fold_count
from benchsuite.analysis.settings import deviations, joined_name
from benchsuite.report.numbers import count_of, outcome_word, whole

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Traceback:
    """One traceback and the seeds that left it, letter for letter; of a cross-validation with how many folds of each."""

    seeds: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The trials of one recipe on one task that ended for the same reason."""

    task: str
    component: str
    seeds: str
    outcome: str
    word: str
    steps: str
    reason: str
    tracebacks: tuple[Traceback, ...]


def failures_of(records: Sequence[Record], boards: Sequence[Leaderboard]) -> list[Failure]:
    """Return all trials that did not complete: failed ones first, then unsupported ones, each by task and component.

    Args:
        records: The records, each id once.
        boards: The leaderboards, whose labels tell rows of one name apart.
    """
    labels = _labels(boards)
    groups: defaultdict[tuple[bool, str, str, str, str], list[Record]] = defaultdict(list)
    for record in records:
        outcome = record["outcome"]
        if outcome != "completed":
            task, component = labels.get(record["id"]) or (record["spec"]["task"]["name"], _changes(record))
            groups[outcome == "unsupported", task, component, outcome, str(record.get("reason", ""))].append(record)
    return [
        Failure(
            task=task,
            component=component,
            seeds=_seeds(held),
            outcome=outcome,
            word=outcome_word(outcome),
            steps=_steps(held),
            reason=reason,
            tracebacks=_tracebacks(held),
        )
        for (_, task, component, outcome, reason), held in sorted(groups.items(), key=lambda item: item[0])
    ]


def _labels(boards: Sequence[Leaderboard]) -> dict[str, tuple[str, str]]:
    """Return the labels of task and component of every trial, by id."""
    found = {}
    for board in boards:
        for row in board.rows:
            for head, entry in zip(board.columns, row.entries, strict=True):
                component = "baseline" if entry and entry.is_baseline else f"{board.kind.replace('_', ' ')} {row.label}"
                seeds = entry.seeds if entry else ()
                found.update({id: (head.label, component) for seed in seeds for id in seed.ids})
    return found


def _changes(record: Record) -> str:
    """Return where the recipe of a trial that is in no leaderboard leaves the baseline."""
    recipe = record["spec"]["recipe"]
    baseline = (record["results"].get("measure") or {}).get("baseline")
    kinds = deviations(recipe, baseline) if baseline else ()
    return ", ".join(f"{kind.replace('_', ' ')} {joined_name(recipe.get(kind, ()))}" for kind in kinds) or "baseline"


def _seeds(records: Sequence[Record]) -> str:
    counts = Counter(record["spec"]["seed"] for record in records)
    # Without folds several trials of one seed are of several columns or streams, and each is told.
    if not any(fold_count(record) for record in records):
        return ", ".join(str(seed) for seed in sorted(counts.elements()))
    return ", ".join(f"{seed} ({count_of(counts[seed], 'fold')})" for seed in sorted(counts))


def _steps(records: Sequence[Record]) -> str:
    found = [(record["results"].get("failure") or {}).get("step") for record in records]
    steps = sorted({step for step in found if step is not None})
    return ", ".join(whole(step) for step in steps) or "–"


def _tracebacks(records: Sequence[Record]) -> tuple[Traceback, ...]:
    by_text: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_text[str((record["results"].get("failure") or {}).get("traceback") or "")].append(record)
    return tuple(Traceback(_seeds(held), text) for text, held in sorted(by_text.items()) if text)

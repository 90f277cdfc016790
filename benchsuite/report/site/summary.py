"""What the head of the page says: what ran, how it ended, how long it took and where."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchsuite.analysis import LeftOut
from benchsuite.analysis.mixtures import PACKAGES
from benchsuite.outcomes import Outcome
from benchsuite.record import Environment, MadeBy, Record
from benchsuite.report.contents import Contents
from benchsuite.report.tables.numbers import count_of, duration, outcome_word, whole

MOST_MACHINES = 20
"""Machines, or sets of versions, that are listed."""


@dataclass(frozen=True, slots=True)
class OutcomeShare:
    """How many trials ended in one way."""

    outcome: Outcome
    word: str
    count: str
    percent: float


@dataclass(frozen=True, slots=True)
class SummaryView:
    """The facts of the page's head, as text."""

    sentence: str
    facts: tuple[tuple[str, str], ...]
    outcomes: tuple[OutcomeShare, ...]
    machines: tuple[str, ...]
    versions: tuple[str, ...]
    left_out: tuple[str, ...]
    mixtures: tuple[str, ...]


def summarize_run(contents: Contents) -> SummaryView:
    """Return what the records, of which there is at least one, say about the run as a whole."""
    records = contents.records
    counts = Counter(record.outcome for record in records)
    failed = sum(count for outcome, count in counts.items() if outcome.failed)
    tasks = {record.trial.task for record in records}
    components = {(board.kind, name) for board in contents.boards for row in board.rows for name in row.names}
    seeds = {record.trial.seed for record in records}
    told = [f"{whole(counts[Outcome.COMPLETED])} completed", f"{whole(failed)} failed"]
    told += [
        f"{whole(counts[outcome])} {outcome_word(outcome)}"
        for outcome in Outcome
        if counts[outcome] and not outcome.finished and not outcome.failed
    ]
    last = max(record.environment.finished_at for record in records)
    return SummaryView(
        sentence=f"{count_of(len(records), 'trial')} on {count_of(len(tasks), 'task')}: {', '.join(told)}.",
        facts=(
            ("Trials", whole(len(records))),
            ("Tasks", whole(len(tasks))),
            ("Components", whole(len(components))),
            ("Seeds", whole(len(seeds))),
            ("Time in trials", duration(_total(record.costs.wall_seconds for record in records))),
            ("of it training", duration(_total(record.costs.train_seconds for record in records))),
            ("of it compiling", duration(_total(record.costs.compile_seconds for record in records))),
            ("Last trial", f"{last[:16].replace('T', ' ')} UTC" if last else "–"),
        ),
        outcomes=tuple(
            OutcomeShare(outcome, outcome_word(outcome), whole(counts[outcome]), 100 * counts[outcome] / len(records))
            for outcome in Outcome
            if counts[outcome]
        ),
        machines=distinct(machine_text(record.environment) for record in records),
        versions=versions_of(records),
        left_out=_left_out(contents.sample.left_out),
        mixtures=tuple(contents.mixtures),
    )


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Return each text once, sorted; of very many some, and how many more there are."""
    found = sorted(set(texts))
    more = len(found) - MOST_MACHINES
    return (*found[:MOST_MACHINES], *[f"{whole(more)} more"] * (more > 0))


def versions_of(records: Iterable[Record]) -> tuple[str, ...]:
    """Return the sets of versions that records were made with, in words."""
    return distinct(versions_text(record.environment, record.made_by) for record in records)


def machine_text(environment: Environment) -> str:
    """Return the machine a record was made on, in words."""
    cores = f"{environment.cores} cores" if environment.cores else ""
    return ", ".join(part for part in (environment.processor, cores, environment.device, environment.machine) if part)


def versions_text(environment: Environment, made_by: MadeBy) -> str:
    """Return the versions a record was made with, in words."""
    commit = made_by.commit[:12] + "+" * (made_by.commit.endswith("+") and len(made_by.commit) > 12)
    commit = f" ({commit})" if commit else ""
    held = [f"benchsuite {made_by.benchsuite}{commit}"] if made_by.benchsuite else []
    versions = environment.versions
    return ", ".join([*held, *(f"{name} {versions[key]}" for key, name in PACKAGES.items() if versions.get(key))])


def _total(seconds: Iterable[float | None]) -> float:
    return math.fsum(one or 0.0 for one in seconds)


def _left_out(left: LeftOut) -> tuple[str, ...]:
    reasons = (
        (
            left.several_kinds,
            "differs from the baseline in two or more kinds",
            "differ from the baseline in two or more kinds",
        ),
        (left.seed_streams, "has a seed stream of its own", "have a seed stream of their own"),
        (
            left.incomplete_folds,
            "belongs to a seed whose folds are not all there",
            "belong to seeds whose folds are not all there",
        ),
    )
    tuned = (
        (left.tuning, "is of tuning, and chose settings", "are of tuning, and chose settings"),
        (left.searched, "is of a setting that a search chose", "are of settings that a search chose"),
    )
    return tuple(
        f"{count_of(len(ids), 'trial')} {one if len(ids) == 1 else many}"
        for ids, one, many in (*reasons, *tuned)
        if ids
    )

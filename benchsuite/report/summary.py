"""What the head of the page says: what ran, how it ended, how long it took and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.analysis import Leaderboard, left_out
from benchsuite.report.numbers import count_of, duration, outcome_word, whole

Record = Mapping[str, Any]
OUTCOMES = ("completed", "diverged", "crashed", "timed_out", "out_of_memory", "unsupported")
# Which outcomes are a failure of training; an unsupported trial never trained.
FAILURES = ("diverged", "crashed", "timed_out", "out_of_memory")


@dataclass(frozen=True, slots=True)
class OutcomeShare:
    """How many trials ended in one way."""

    outcome: str
    word: str
    count: str
    percent: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts of the page's head, as text."""

    sentence: str
    facts: tuple[tuple[str, str], ...]
    outcomes: tuple[OutcomeShare, ...]
    machines: tuple[str, ...]
    versions: tuple[str, ...]
    left_out: tuple[str, ...]


def summarize_run(records: Sequence[Record], boards: Sequence[Leaderboard]) -> Summary:
    """Return what the records say about the run as a whole.

    Args:
        records: The records, each id once.
        boards: The leaderboards made of them.
    """
    counts = Counter(record["outcome"] for record in records)
    failed = sum(counts[outcome] for outcome in FAILURES)
    tasks = {record["spec"]["task"]["name"] for record in records}
    components = {(board.kind, row.name) for board in boards for row in board.rows}
    seeds = {record["spec"]["seed"] for record in records}
    sentence = (
        f"{count_of(len(records), 'trial')} on {count_of(len(tasks), 'task')}: {whole(counts['completed'])} completed, "
        f"{whole(failed)} failed" + (f", {whole(counts['unsupported'])} unsupported." if counts["unsupported"] else ".")
    )
    costs = [record["costs"] for record in records]
    finished = sorted(str(record["environment"].get("finished_at", "")) for record in records)
    facts = (
        ("Trials", whole(len(records))),
        ("Tasks", whole(len(tasks))),
        ("Components", whole(len(components))),
        ("Seeds", whole(len(seeds))),
        ("Time in trials", duration(_total(costs, "wall_seconds"))),
        ("of it training", duration(_total(costs, "train_seconds"))),
        ("of it compiling", duration(_total(costs, "compile_seconds"))),
        ("Last trial", f"{finished[-1][:16].replace('T', ' ')} UTC" if finished and finished[-1] else "–"),
    )
    known = [*OUTCOMES, *sorted(set(counts) - set(OUTCOMES))]
    return Summary(
        sentence=sentence,
        facts=facts,
        outcomes=tuple(
            OutcomeShare(outcome, outcome_word(outcome), whole(counts[outcome]), 100 * counts[outcome] / len(records))
            for outcome in known
            if counts[outcome]
        ),
        machines=distinct(machine_text(record) for record in records),
        versions=distinct(versions_text(record) for record in records),
        left_out=_left_out(records),
    )


def distinct(texts: Any) -> tuple[str, ...]:
    """Return each text once, sorted."""
    return tuple(sorted(set(texts)))


def machine_text(record: Record) -> str:
    """Return the machine a record was made on, in words."""
    held = record["environment"]
    cores = f"{held['cores']} cores" if held.get("cores") else ""
    return ", ".join(
        str(part) for part in (held.get("processor"), cores, held.get("device"), held.get("machine")) if part
    )


def versions_text(record: Record) -> str:
    """Return the versions a record was made with, in words."""
    names = {
        "benchsuite": "benchsuite",
        "tensorflow": "TensorFlow",
        "keras": "Keras",
        "numpy": "NumPy",
        "python": "Python",
    }
    held = record["environment"]
    return ", ".join(f"{name} {held[key]}" for key, name in names.items() if held.get(key))


def _total(costs: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(sorted(cost.get(name) or 0.0 for cost in costs))


def _left_out(records: Sequence[Record]) -> tuple[str, ...]:
    left = left_out(records)
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
        (left.no_measure, "does not say what its task measures", "do not say what their tasks measure"),
    )
    return tuple(f"{count_of(len(ids), 'trial')} {one if len(ids) == 1 else many}" for ids, one, many in reasons if ids)

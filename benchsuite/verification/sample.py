"""Which trials are trained again: drawn by the bundle's hash and the verifier's number, so that neither side can choose.

Who makes a bundle does not know the number, and who verifies it cannot change the hash. The draw is stratified: what a forger
would gain most from is looked at more closely than by chance alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from benchsuite.analysis import leaderboards, tuned_leaderboards
from benchsuite.analysis.sample import Sample
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.verification.evidence import Evidence

USUAL = 20
"""Trials that are trained again unless another number is given."""
MOST_SUSPECTS = 1 / 2
"""Of the sample, for trials that a rule points at."""
BEST = 1 / 3
"""Of the sample, for trials of the best rows."""
FAILED = 1 / 6
"""Of the sample, for trials that did not complete."""


def place(hash: str, number: int, id: str) -> str:
    """Return by what a trial is put in order: the sample takes the smallest.

    Args:
        hash: Of the bundle.
        number: The verifier's.
        id: Of the trial.
    """
    return hashlib.sha256(f"{hash}:{number}:{id}".encode()).hexdigest()


def drawn(
    evidence: Evidence, hash: str, number: int, count: int, suspects: Collection[str] = (), but: Collection[str] = ()
) -> list[Record]:
    """Return the sample, in the order in which it was drawn.

    Half of it at most are trials that a rule points at; then a third of the best rows of all boards; a sixth of those that did
    not complete; the rest of all. Every trial that can be trained by itself may be drawn, whatever came of it.

    Args:
        evidence: What the bundle holds.
        hash: Of the bundle.
        number: The verifier's.
        count: How many trials; of fewer all are taken.
        suspects: Ids of trials that a rule points at.
        but: Ids of trials that cannot be trained again here.
    """
    left = {id: record for id, record in evidence.records.items() if id not in but and repeatable(record)}
    ordered = sorted(left, key=lambda id: place(hash, number, id))
    chosen: dict[str, None] = {}
    best = frozenset(best_rows(evidence)) if count else frozenset()
    for share, among in (
        (MOST_SUSPECTS, frozenset(suspects)),
        (BEST, best),
        (FAILED, frozenset(id for id in left if left[id].outcome is not Outcome.COMPLETED)),
        (1.0, frozenset(left)),
    ):
        room = min(-(-count * share // 1), count - len(chosen))  # rounded up: a small sample has some of each
        for id in [id for id in ordered if id in among and id not in chosen][: int(room)]:
            chosen[id] = None
    return [left[id] for id in chosen]


def repeatable(record: Record) -> bool:
    """Say whether a trial can be trained by itself: it needs no other trial's weights."""
    values = (value for _, held in record.trial.recipe.settings for one in held for _, value in one.values)
    needs = any(isinstance(value, str) and len(value) == 32 and _hexadecimal(value) for value in values)
    return not needs


def _hexadecimal(text: str) -> bool:
    return not text.strip("0123456789abcdef")


def best_rows(evidence: Evidence) -> Iterator[str]:
    """Yield the trials of the first row of every leaderboard, and of the best entry of every task."""
    sample = Sample(evidence.records.values(), evidence.searched)
    for board in (*leaderboards(sample), *tuned_leaderboards(sample, evidence.searches)):
        rows = [row for row in board.rows if not row.broken]
        for at, head in enumerate(board.columns):
            known = [
                (entry.final.estimate, row.label, entry)
                for row in rows
                if (entry := row.entries[at]) is not None and entry.final is not None
            ]
            if known:
                sign = -1 if head.better == "max" else 1
                _, _, entry = min(known, key=lambda one: (sign * one[0], one[1]))
                yield from (id for seed in entry.seeds for id in seed.ids)
        for entry in rows[0].entries if rows else ():
            if entry is not None:
                yield from (id for seed in entry.seeds for id in seed.ids)


def odds(of: int, drawn: int, forged: int) -> float:
    """Return the chance that a plain sample holds at least one of some forged trials.

    Args:
        of: Trials that there are, those that cannot be drawn included: these may be forged as well.
        drawn: How many are drawn.
        forged: How many of them are forged.
    """
    missed = 1.0
    for at in range(min(drawn, of)):
        missed *= max(0, of - forged - at) / (of - at)
    return 1 - missed


def by_row(records: Sequence[Record], evidence: Evidence) -> Mapping[str, Sequence[Record]]:
    """Return id → all seeds of its row, for each of some trials."""
    rows = {one.id: held for held in evidence.rows.values() for one in held}
    return {record.id: rows.get(record.id, (record,)) for record in records}

"""The records of a results folder that count now, for verbs that look at them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from benchsuite.record import Record
    from benchsuite.registry import Registry


def counting(results: Path, known: Registry) -> tuple[list[Record], list[str]]:
    """Return the records that count, and what to say of those that do not, one line each.

    Args:
        results: The results folder.
        known: The plugins that were found; they say what is stale.

    Raises:
        BenchsuiteError: If there are no records.
    """
    from benchsuite.damage import Damage
    from benchsuite.execution.reading import all_beside
    from benchsuite.freshness import Freshness, judge_of
    from benchsuite.record_files import some_of
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import Store

    if not (results / "trials").is_dir():
        raise BenchsuiteError(
            f"there are no records in {results}. Run `benchsuite run --all` first, or name a folder with --results DIR."
        )
    store = Store(results, create=False)
    judge = judge_of(known, store.extras)
    damaged: list[Damage] = []
    found, old = [], 0
    for record in all_beside(store.trials, damaged):
        freshness = judge(record.trial, record)
        old += freshness is Freshness.STALE
        if freshness.counts:
            found.append(record)
    notes = (
        [f"{count_of(old, 'record')} of other code or data left out; the same study again renews them."] if old else []
    )
    return found, [*notes, *some_of(damaged, store.folder)]

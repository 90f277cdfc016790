"""Cross-validation: trials that differ in nothing but the fold are one seed, and count once all of them are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchsuite.record import Record


def fold_count(record: Record) -> int:
    """Return how many folds the trial's cross-validation has; 0 for the task's own split."""
    fold = record.trial.fold
    return fold[1] if fold else 0


def seeds_of(records: Iterable[Record]) -> list[tuple[Record, ...]]:
    """Return the trials of each seed, growing: one trial, or in a cross-validation its folds in order.

    A seed that lacks folds is left out.

    Args:
        records: Those of one recipe on one column, each id once.
    """
    held: defaultdict[tuple[int, str], list[Record]] = defaultdict(list)
    for record in records:
        # Two trials of one seed on the task's own split are two values; two folds are parts of one.
        held[record.trial.seed, "" if fold_count(record) else record.id].append(record)
    return [
        tuple(sorted(trials, key=lambda record: record.trial.fold or (0, 0)))
        for _, trials in sorted(held.items(), key=lambda item: item[0])
        if len(trials) == (fold_count(trials[0]) or 1)
    ]


def incomplete_folds(records: Sequence[Record]) -> frozenset[str]:
    """Return the ids of the trials of a cross-validation some of whose folds are not among ``records``.

    A mean over fewer folds is another quantity: an example that no fold tested has no say in it.

    Args:
        records: Records of any columns and recipes, each id once.
    """
    held: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        if count := fold_count(record):
            held[replace(record.trial, fold=(0, count)).id].append(record)
    return frozenset(record.id for trials in held.values() if len(trials) < fold_count(trials[0]) for record in trials)

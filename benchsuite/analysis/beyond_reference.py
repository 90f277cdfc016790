"""Which results of a leaderboard are better than all that the stored reference results hold: the check of verdicts, for boards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.entries import Entry
from benchsuite.analysis.intervals import Direction, worst
from benchsuite.analysis.leaderboard import BeyondReference, Leaderboard
from benchsuite.analysis.reference import StoredReference, reference_values
from benchsuite.analysis.too_good import is_chosen, out_of_proportion, too_good


def with_reference(board: Leaderboard, reference: StoredReference) -> Leaderboard:
    """Return a leaderboard with what in it is better than all that the reference results hold.

    As in a comparison, nothing is said of changed baselines, other precisions and cross-validations, which have no reference.

    Args:
        board: The leaderboard.
        reference: The stored reference results.
    """
    found = []
    tests = sum(entry is not None for row in board.rows for entry in row.entries)
    for at, head in enumerate(board.columns):
        column = head.column
        if column.change or column.precision != "float32" or column.folds:
            continue
        key = (column.task, column.task_version, column.epochs)
        target = head.measure.target_among(head.targets, head.direction) if head.measure.counts_up else None
        stored = reference_values(reference, key, head.measure, target, head.targets)
        if not len(stored.values):
            continue
        direction: Direction = head.better
        best = float(stored.values.max() if direction == "max" else stored.values.min())
        for row in board.rows:
            if (entry := row.entries[at]) is None or entry.final is None or row.broken:
                continue
            chosen, counted = is_chosen(row.label, board.protocol.track), head.measure.counts_up
            values = _values(entry, direction)
            level = 1 - board.confidence
            if too_good(row.label, values, stored.values, direction, level, tests, chosen=chosen, counted=counted):
                median = float(np.median(values))
                beyond = out_of_proportion(median, best, direction, counted=counted)
                found.append(BeyondReference(row.label, head.label, median, best, beyond, stored.of))
    return replace(board, beyond=tuple(found)) if found else board


def _values(entry: Entry, direction: Direction) -> NDArray[np.float64]:
    held = [worst(direction) if seed.final is None else seed.final for seed in entry.seeds if seed.counts]
    return np.array(held, dtype=np.float64)

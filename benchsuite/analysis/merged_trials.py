"""Merged trials: those of a twin on the tasks where its row shows another component's, so that whoever counts drops none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis.entries import Entry
from benchsuite.analysis.leaderboard import Leaderboard, entry_of
from benchsuite.analysis.sample import Sample
from benchsuite.analysis.settings import key_of
from benchsuite.record import Record


@dataclass(frozen=True, slots=True)
class MergedTrials:
    """What a twin did on a task where its row shows the trials of another component.

    Args:
        row: Place of the row.
        position: Of the column.
        label: Of the twin.
        records: Its trials, sorted by id.
        entry: What they come to.
    """

    row: int
    position: int
    label: str
    records: tuple[Record, ...]
    entry: Entry


def merged(board: Leaderboard, sample: Sample) -> list[MergedTrials]:
    """Return the trials that stand behind a leaderboard and in none of its entries, by row, column and twin.

    Args:
        board: The leaderboard.
        sample: The records that it was made of.
    """
    if not any(row.twins for row in board.rows):
        return []
    held: list[Mapping[str, Sequence[Record]]] = [_by_settings(board, sample, at) for at in range(len(board.columns))]
    found = []
    for number, row in enumerate(board.rows):
        members = ((row.label, row.settings), *row.twins) if row.twins else ()
        for at, head in enumerate(board.columns):
            shown = key_of(row.of[at])
            for label, settings in members:
                records = held[at].get(key := key_of(settings), ())
                if key != shown and (entry := entry_of(records, head, board.confidence)):
                    found.append(MergedTrials(number, at, label, tuple(records), entry))
    return found


def _by_settings(board: Leaderboard, sample: Sample, position: int) -> dict[str, list[Record]]:
    """Return the trials of a column by the settings that are compared, the plain baseline's among them."""
    column = board.columns[position].column
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for kinds in ((board.kind,), ()):
        for record in sample.by_kinds.get((column, kinds), ()):
            found[key_of(record.trial.recipe.get(board.kind))].append(record)
    return found

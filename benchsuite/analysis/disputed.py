"""Which rows of a leaderboard rest on trials of which somebody else has other numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from benchsuite.analysis.entries import Entry
from benchsuite.analysis.leaderboard import Leaderboard


def with_disputes(board: Leaderboard, disputed: Collection[str]) -> Leaderboard:
    """Return a leaderboard whose entries say how many of their trials are disputed; its numbers stay.

    Args:
        board: The leaderboard.
        disputed: Ids of trials of which somebody else has other numbers.
    """
    if not disputed:
        return board

    def marked(entry: Entry | None) -> Entry | None:
        count = sum(id in disputed for seed in entry.seeds for id in seed.ids) if entry else 0
        return replace(entry, disputed=count) if entry and count else entry

    return replace(board, rows=tuple(replace(row, entries=tuple(map(marked, row.entries))) for row in board.rows))

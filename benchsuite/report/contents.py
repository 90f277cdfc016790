"""What a report is made of: records, and the tables that page, CSV and terminal share, each made once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from benchsuite.analysis import Grid, Leaderboard, SameAs, Sample, grids, leaderboards, mixtures
from benchsuite.record import Record


class Contents:
    """Records, prepared for every way to show them.

    Args:
        records: The records; one that is given twice counts once.
        same_as: Which components say that they are the same method as another, see :func:`leaderboards`.
    """

    def __init__(self, records: Iterable[Record], same_as: SameAs | None = None) -> None:
        self.sample = Sample(records)
        self.same_as: SameAs = same_as or {}

    @classmethod
    def of(cls, records: Contents | Iterable[Record]) -> Contents:
        """Return the contents that some records make; contents are their own."""
        return records if isinstance(records, Contents) else cls(records)

    @property
    def records(self) -> list[Record]:
        """The records sorted by id, each id once."""
        return self.sample.records

    @cached_property
    def boards(self) -> list[Leaderboard]:
        """The leaderboard of every kind that has one."""
        return leaderboards(self.sample, same_as=self.same_as)

    @cached_property
    def shown(self) -> list[Leaderboard]:
        """The leaderboards that hold more than baselines; the first one if none does, since something did run."""
        return [board for board in self.boards if board.compares] or self.boards[:1]

    @cached_property
    def grids(self) -> list[Grid]:
        """All interaction grids."""
        return grids(self.sample)

    @cached_property
    def mixtures(self) -> list[str]:
        """What must not be compared as if it were alike, one line each."""
        return mixtures(self.records)

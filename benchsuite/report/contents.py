"""What a report is made of: records, and the tables that page, CSV and terminal share, each made once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from benchsuite.analysis import (
    Grid,
    Leaderboard,
    SameAs,
    Sample,
    grids,
    leaderboards,
    mixtures,
    searched_only,
    tuned_leaderboards,
)
from benchsuite.analysis.beyond_reference import with_reference
from benchsuite.analysis.board_numbers import BoardNumbers, board_numbers
from benchsuite.analysis.disputed import with_disputes
from benchsuite.analysis.reference import StoredReference
from benchsuite.analysis.row_beyond import same_but_for_instance
from benchsuite.analysis.test_part import TestParts
from benchsuite.cost_files import CostTable
from benchsuite.record import Record
from benchsuite.report.step_costs import with_costs
from benchsuite.searches import Search


class Contents:
    """Records, prepared for every way to show them.

    Args:
        records: The records; one that is given twice counts once.
        same_as: Which components say that they are the same method as another, see :func:`leaderboards`.
        searches: What tuned settings were chosen by.
        measure: What leaderboards are made of; what each kind is judged by unless given.
        track: The one whose leaderboards are made; all unless given.
        costs: What `benchsuite cost` measured: better than timings of training.
        parts: What is known of the parts that accuracies are measured on; nothing unless given.
        reference: The stored reference results; what is better than all that they hold is told, and scores are held against them.
        disputed: Ids of trials of which somebody else has other numbers: the rows that rest on them say so.
    """

    def __init__(
        self,
        records: Iterable[Record],
        same_as: SameAs | None = None,
        *,
        searches: Iterable[Search] = (),
        measure: str | None = None,
        track: str | None = None,
        costs: Sequence[CostTable] = (),
        parts: TestParts | None = None,
        reference: StoredReference | None = None,
        disputed: Iterable[str] = (),
    ) -> None:
        self.searches = list(searches)
        self.sample = Sample(records, searched_only(self.searches))
        self.same_as: SameAs = same_as or {}
        self.measure, self.track, self.costs = measure, track, costs
        self.parts, self.reference = parts, reference or StoredReference()
        self.disputed = frozenset(disputed)

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
        """The leaderboard of every kind that has one: as declared first, then those of the other tracks."""
        return self._boards(self.measure)

    @cached_property
    def by_test(self) -> list[Leaderboard]:
        """The leaderboards by what the test part says, as figures show it, whatever the tables are made of."""
        return self.boards if all(board.measure == "test" for board in self.boards) else self._boards("test")

    def _boards(self, measure: str | None) -> list[Leaderboard]:
        found: list[Leaderboard] = []
        if self.track in (None, "default"):
            declared = leaderboards(self.sample, same_as=self.same_as, measure=measure, parts=self.parts)
            found += declared if self.track else [board for board in declared if not self._of_searches(board)]
        if self.track != "default" and self.searches:
            held = [search for search in self.searches if self.track in (None, search.track)]
            found += tuned_leaderboards(self.sample, held, measure=measure, parts=self.parts)
        told = [with_reference(with_costs(board, self.costs), self.reference) for board in found]
        return [with_disputes(board, self.disputed) for board in told]

    def _of_searches(self, board: Leaderboard) -> bool:
        """Say whether searches asked for all that a board holds, since they kept the default settings: the tuned boards have it."""
        ids = {id for row in board.rows for entry in row.entries if entry for seed in entry.seeds for id in seed.ids}
        return bool(ids) and ids <= self._evaluated

    @cached_property
    def _evaluated(self) -> frozenset[str]:
        return frozenset(id for search in self.searches for id in search.evaluated)

    @cached_property
    def shown(self) -> list[Leaderboard]:
        """The leaderboards that hold more than baselines; the first one if none does, since something did run."""
        return [board for board in self.boards if board.compares] or self.boards[:1]

    @cached_property
    def of_published(self) -> list[Leaderboard]:
        """Those of :attr:`shown` that stand for a whole: one of other instances only where that of the published ones is not shown.

        A summary that gave each instance a ranking of its own would tell the same of one task many times.
        """
        return [board for board in self.shown if not any(same_but_for_instance(other, board) for other in self.shown)]

    @cached_property
    def numbers(self) -> list[BoardNumbers]:
        """The numbers of :attr:`shown`."""
        return [
            board_numbers(board, self.sample, searches=self.searches, reference=self.reference) for board in self.shown
        ]

    @property
    def drawn(self) -> list[Leaderboard]:
        """Those of :attr:`shown`, by what the test part says."""
        return (
            self.shown
            if self.by_test is self.boards
            else [board for board in self.by_test if board.compares] or self.by_test[:1]
        )

    @cached_property
    def grids(self) -> list[Grid]:
        """All interaction grids."""
        return grids(self.sample)

    @cached_property
    def mixtures(self) -> list[str]:
        """What must not be compared as if it were alike, one line each."""
        return mixtures(self.records)

"""Verdicts on two rows of a leaderboard: from the very values that its entries hold, by the tests of ``benchsuite compare``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from benchsuite.analysis.comparison import About, compared_sides
from benchsuite.analysis.entries import Entry
from benchsuite.analysis.intervals import worst
from benchsuite.analysis.leaderboard import ColumnHead, Leaderboard, Row
from benchsuite.analysis.reference import StoredReference
from benchsuite.analysis.sample import Column
from benchsuite.analysis.settings import joined_name
from benchsuite.analysis.test_part import TestParts
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.analysis.tuned_boards import searches_of_board
from benchsuite.analysis.two_sides import TwoSides, Values, sides_of
from benchsuite.analysis.verdict import Verdict
from benchsuite.record import Record
from benchsuite.searches import Search


@dataclass(frozen=True)
class BesideBoard:
    """What verdicts on rows need beside the leaderboard.

    Args:
        records: Id → record.
        searches: What tuned settings were chosen by.
        parts: What is known of the parts that accuracies are measured on.
        reference: The stored reference results.
    """

    records: Mapping[str, Record]
    searches: Sequence[Search] = ()
    parts: TestParts = field(default_factory=TestParts)
    reference: StoredReference = field(default_factory=StoredReference)


class BoardVerdicts:
    """The verdicts on pairs of rows of one leaderboard, each found once, when it is asked for.

    A verdict is what ``benchsuite compare`` says of the two by the measure of the board, with all seeds that the board holds.

    Args:
        board: The leaderboard.
        known: What else is known.
    """

    def __init__(self, board: Leaderboard, known: BesideBoard) -> None:
        self.board, self.known = board, known
        self._found: dict[tuple[str, str], Verdict | None] = {}

    def of(self, a: Row, b: Row) -> Verdict | None:
        """Return whether a row is better than another; ``None`` where no task has both."""
        key = a.label, b.label
        if key not in self._found:
            self._found[key] = self._made(a, b)
        return self._found[key]

    def found(self, a: Row, b: Row) -> Verdict | None:
        """Return what :meth:`of` found already; ``None`` if it was not asked."""
        return self._found.get((a.label, b.label))

    @cached_property
    def baseline(self) -> Row | None:
        """The row that the board is read against, see :func:`baseline_row`."""
        return baseline_row(self.board, self.known.records)

    @cached_property
    def searches(self) -> Mapping[tuple[str, Column], Search]:
        """Row and column → the search that chose the setting there; empty for a board as declared."""
        if self.board.protocol.track == "default" or not self.known.searches:
            return {}
        return searches_of_board(self.board, self.known.searches, self.known.records)

    def sides(self, a: Row, b: Row) -> list[tuple[TwoSides, list[Record]]]:
        """Return what two rows gave on each task that has both, with the trials of both."""
        known = self.known
        found = []
        for head, first, second in zip(self.board.columns, a.entries, b.entries, strict=True):
            of_a, of_b = ([] if entry is None else records_of(entry, known.records) for entry in (first, second))
            if first is None or second is None or not of_a or not of_b:
                continue
            sides = sides_of(
                values_of(first, head), values_of(second, head), (of_a, of_b), head.measure, name=head.label,
                column=head.column, sizes=known.parts.sizes.get(head.column.task), right=known.parts.right,
            )  # fmt: skip
            found.append((sides, [*of_a, *of_b]))
        return found

    def _made(self, a: Row, b: Row) -> Verdict | None:
        board, known = self.board, self.known
        found = self.sides(a, b)
        sides = [one for one, _ in found]
        records = {record.id: record for _, held in found for record in held}
        if not sides:
            return None
        about = About(
            board.kind, a.label, b.label, TrialMeasure.named(board.measure), track=board.protocol.track,
            sizes=known.parts.sizes, right=known.parts.right, reference=known.reference,
            edges={key: edges for key, edges in self._edges.items() if key[0] in (a.label, b.label)},
        )  # fmt: skip
        return compared_sides(sides, list(records.values()), about)

    @cached_property
    def _edges(self) -> dict[tuple[str, str], Mapping[str, str]]:
        """Where a search found the best setting at an end of its range: (row, task) → hyperparameter → end."""
        labels = {head.column: head.label for head in self.board.columns}
        return {
            (row, labels[column]): search.edges
            for (row, column), search in self.searches.items()
            if search.edges and column in labels
        }


def values_of(entry: Entry, head: ColumnHead) -> Values:
    """Return the seeds of an entry and what each gave: worse than any number where it failed, NaN where it has no say.

    Args:
        entry: The entry.
        head: Of its column.
    """
    bad = worst(head.better)
    values = [math.nan if not seed.counts else bad if seed.final is None else seed.final for seed in entry.seeds]
    return tuple(seed.seed for seed in entry.seeds), np.array(values, dtype=np.float64)


def baseline_row(board: Leaderboard, records: Mapping[str, Record]) -> Row | None:
    """Return the row that a board is read against: the baseline of most of its tasks, by its settings, else by its name.

    Args:
        board: The leaderboard.
        records: Id → record.
    """
    counts = [sum(entry is not None and entry.is_baseline for entry in row.entries) for row in board.rows]
    if max(counts, default=0):
        return board.rows[counts.index(max(counts))]
    # Searched settings are no longer those of the baseline.
    named: dict[str, int] = {}
    for row in board.rows:
        for entry in row.entries:
            for record in records_of(entry, records)[:1] if entry else ():
                name = joined_name(record.task.baseline.get(board.kind))
                named[name] = named.get(name, 0) + 1
    found = [row for row in board.rows if row.name in named]
    return max(found, key=lambda row: named[row.name], default=None)


def records_of(entry: Entry, records: Mapping[str, Record]) -> list[Record]:
    """Return the trials of an entry, each once.

    Args:
        entry: The entry.
        records: Id → record.
    """
    ids = dict.fromkeys(id for seed in entry.seeds for id in seed.ids)
    return [records[id] for id in ids if id in records]

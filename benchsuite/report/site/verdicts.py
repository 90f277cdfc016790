"""The verdicts that the site shows: each pair of rows once, and which pairs have a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.pair_choice import ChosenPairs, RowPair, chosen_pairs
from benchsuite.analysis.row_verdicts import BesideBoard, BoardVerdicts
from benchsuite.analysis.test_part import TestParts
from benchsuite.analysis.verdict import CANNOT_TELL, Verdict, Word
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.site.shared_csv import SharedCsv

OPPOSITE: Mapping[Word, Word] = {"better": "worse", "worse": "better", CANNOT_TELL: CANNOT_TELL}


class Verdicts:
    """Verdicts on the rows of all leaderboards of a site, found when they are asked for.

    Args:
        contents: Leaderboards, searches and what is known of test parts.
        records: Id → record.
        studies: What was asked of the folder: comparisons that somebody made have a page.
    """

    def __init__(
        self, contents: Contents, records: Mapping[str, Record], studies: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        known = BesideBoard(records, contents.searches, contents.parts or TestParts(), contents.reference)
        self.boards = [BoardVerdicts(board, known) for board in contents.shown]
        self._by_key = {one.board.key: one for one in self.boards}
        self.shared = SharedCsv()
        self._asked = list(asked_pairs(studies))

    def of(self, board: Leaderboard) -> BoardVerdicts:
        """Return the verdicts on the rows of a leaderboard."""
        return self._by_key[board.key]

    def against_baseline(self, board: Leaderboard, row: Row) -> Verdict | None:
        """Return the verdict on a row against the row that its leaderboard is read against; ``None`` for that one itself."""
        held = self.of(board)
        return None if held.baseline is None or held.baseline is row else held.of(row, held.baseline)

    def known(self, board: Leaderboard, a: Row, b: Row) -> Word | None:
        """Return the verdict on two rows if it was found already, whichever came first; ``None`` if it was not."""
        held = self.of(board)
        if (verdict := held.found(a, b)) is not None:
            return verdict.word
        verdict = held.found(b, a)
        return OPPOSITE[verdict.word] if verdict is not None else None

    @cached_property
    def chosen(self) -> ChosenPairs:
        """The pairs that have a page."""
        return chosen_pairs(self.boards, self._asked)

    def of_pair(self, pair: RowPair) -> Iterator[tuple[BoardVerdicts, Row, Row, Verdict]]:
        """Yield every leaderboard that holds both rows of a pair, the rows and the verdict."""
        for held in self.boards:
            if held.board.kind != pair.kind:
                continue
            rows = {row.label: row for row in held.board.rows}
            a, b = rows.get(pair.a), rows.get(pair.b)
            if a is not None and b is not None and (verdict := held.of(a, b)) is not None:
                yield held, a, b, verdict


def asked_pairs(studies: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield kind and labels of the comparisons that study files ask for.

    Args:
        studies: As they are stored: ``verb`` and ``options`` of each are looked at, and one without them asks for nothing.
    """
    for study in studies:
        options = study.get("options")
        if study.get("verb") != "compare" or not isinstance(options, Mapping):
            continue
        a, b, kind = (options.get(name) for name in ("a", "b", "kind"))
        if isinstance(a, str) and isinstance(b, str):
            yield (kind if isinstance(kind, str) else "optimizer"), a, b

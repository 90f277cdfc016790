"""The verdicts that the site shows: each pair of rows once, and which pairs have a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.beyond_instance import BeyondInstance
from benchsuite.analysis.pair_choice import ChosenPairs, RowPair, chosen_pairs
from benchsuite.analysis.row_beyond import rows_beyond, same_but_for_instance
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
        kinds = list(dict.fromkeys(one.board.kind for one in self.boards))
        self._asked = [(one, a, b) for kind, a, b in asked_pairs(studies) for one in ([kind] if kind else kinds)]

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
        """Yield every leaderboard that holds both rows of a pair, the rows and the verdict.

        One of other instances is left out where that of the published ones is there: :meth:`beyond` tells of it.
        """
        found = list(self._of_pair(pair))
        for held, a, b, verdict in found:
            if not any(same_but_for_instance(other.board, held.board) for other, *_ in found):
                yield held, a, b, verdict

    def beyond(self, held: BoardVerdicts, a: Row, b: Row, verdict: Verdict) -> tuple[BeyondInstance, ...]:
        """Return what the variants of each task of a leaderboard say of the verdict on two rows."""
        return rows_beyond(held, self.boards, a, b, verdict)

    def _of_pair(self, pair: RowPair) -> Iterator[tuple[BoardVerdicts, Row, Row, Verdict]]:
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
        studies: As they are stored: ``verb``, ``options`` and ``command`` are looked at. Without a kind it is empty: any that
            has both.
    """
    for study in studies:
        if study.get("verb") != "compare":
            continue
        options, words = study.get("options"), study.get("command")
        held = options if isinstance(options, Mapping) else {}
        sides = [held.get("a"), held.get("b")]
        if None in sides and isinstance(words, list | tuple) and len(words) > 3:
            sides = [word for word in words[2:4] if not str(word).startswith("-")]
        kind = held.get("kind")
        if len(sides) == 2 and all(isinstance(side, str) for side in sides):
            yield (kind if isinstance(kind, str) else ""), str(sides[0]), str(sides[1])

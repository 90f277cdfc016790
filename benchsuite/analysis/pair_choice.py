"""Which pairs of rows are shown one by one, where there are too many to show them all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from benchsuite.analysis.leaderboard import Leaderboard, Row
from benchsuite.analysis.row_verdicts import BoardVerdicts

MOST_ENTRIES = 2_000
"""Tasks of all pairs together: so many verdicts take some ten seconds, and their pages a dozen megabytes."""
MOST_PAIRS = 150
"""Pairs, however few tasks they have: each has a page, with a head and its curves."""
MOST_FIRST = 6
"""Rows that share the first place and are all held against one another; of more nothing is told apart, and a page says no more."""
Why = Literal["asked", "baseline", "first", "neighbours"]
WHYS: tuple[Why, ...] = ("asked", "baseline", "first", "neighbours")


@dataclass(frozen=True, slots=True)
class RowPair:
    """Two rows of one kind.

    Args:
        kind: Of both.
        a: Label of the one that is asked about.
        b: Label of the one that it is held against.
        why: ``asked``: somebody asked for it; ``baseline``: B is the baseline; ``first``: both share the first place;
            ``neighbours``: they follow each other in the ranking.
    """

    kind: str
    a: str
    b: str
    why: Why


@dataclass(frozen=True, slots=True)
class ChosenPairs:
    """The pairs that are shown, in the order of their kinds, and how many are not that have a claim to it."""

    pairs: tuple[RowPair, ...]
    left_out: int


def chosen_pairs(
    boards: Sequence[BoardVerdicts], asked: Iterable[tuple[str, str, str]] = (), most: int = MOST_ENTRIES
) -> ChosenPairs:
    """Return the pairs that are shown: what was asked for, each row against the baseline, the first ones, neighbours.

    Of too many the most wanted ones, board by board in turn.

    Args:
        boards: The leaderboards, of which one kind may have several.
        asked: Kind and two labels of pairs that somebody asked for.
        most: Tasks of all pairs together: a pair has those of all boards of its kind that hold both.
    """
    held = [(one.board, {row.label: row for row in one.board.rows}) for one in boards]
    wanted: list[list[RowPair]] = [[RowPair(kind, a, b, "asked") for kind, a, b in asked]]
    wanted += [_in_turn([list(of(one)) for one in boards]) for of in (_baseline, _first, _neighbours)]
    seen: set[tuple[str, frozenset[str]]] = set()
    chosen: list[RowPair] = []
    left_out = spent = 0
    for pair in (one for held_of in wanted for one in held_of):
        key = pair.kind, frozenset((pair.a, pair.b))
        if pair.a == pair.b or key in seen:
            continue
        seen.add(key)
        cost = sum(_common(rows, pair) for board, rows in held if board.kind == pair.kind)
        if not cost:
            continue
        if spent + cost > most or len(chosen) == MOST_PAIRS:
            left_out += 1
            continue
        spent += cost
        chosen.append(pair)
    kinds = list(dict.fromkeys(one.board.kind for one in boards))
    chosen.sort(key=lambda pair: kinds.index(pair.kind))
    return ChosenPairs(tuple(chosen), left_out)


def _in_turn(lists: Sequence[Sequence[RowPair]]) -> list[RowPair]:
    """Return the first of each list, then the second of each, and so on."""
    longest = max(map(len, lists), default=0)
    return [one[place] for place in range(longest) for one in lists if place < len(one)]


def _common(rows: dict[str, Row], pair: RowPair) -> int:
    a, b = rows.get(pair.a), rows.get(pair.b)
    if a is None or b is None:
        return 0
    return sum(one is not None and other is not None for one, other in zip(a.entries, b.entries, strict=True))


def _ordered(board: Leaderboard) -> list[Row]:
    return [board.rows[row] for row in board.ranking.ranked] if board.ranking else []


def _baseline(one: BoardVerdicts) -> Iterator[RowPair]:
    base = one.baseline
    if base is not None:
        for row in one.board.rows:
            yield RowPair(one.board.kind, row.label, base.label, "baseline")


def _first(one: BoardVerdicts) -> Iterator[RowPair]:
    board = one.board
    first = [board.rows[row] for row in board.ranking.first] if board.ranking else []
    for place, row in enumerate(first if len(first) <= MOST_FIRST else ()):
        for above in first[:place]:
            yield RowPair(board.kind, above.label, row.label, "first")


def _neighbours(one: BoardVerdicts) -> Iterator[RowPair]:
    rows = _ordered(one.board)
    for above, row in itertools.pairwise(rows):
        yield RowPair(one.board.kind, above.label, row.label, "neighbours")

"""What a paper is made of: some leaderboards of a report, the records and searches behind them, and what is declared of components."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from benchsuite.analysis import Column, Leaderboard, MergedTrials, merged
from benchsuite.analysis.tuned_boards import searches_of_board
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.tables.latex import escaped
from benchsuite.searches import Search
from benchsuite.spaces import Value

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Declared:
    """What the plugins that are loaded say of components, by (kind, name); of others nothing is known.

    Args:
        references: Whom a component is of, as its author wrote it.
        defaults: Hyperparameter → default.
        spaces: Hyperparameter → its possible values, in words.
        version: Of benchsuite.
        home: Address of its source.
        stale: How many records are stale: the code of their components or the data of their tasks changed.
        stale_shown: Whether these are among what is shown; left out else.
    """

    references: Mapping[tuple[str, str], str] = field(default_factory=dict)
    defaults: Mapping[tuple[str, str], Mapping[str, Value]] = field(default_factory=dict)
    spaces: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    version: str = ""
    home: str = ""
    stale: int = 0
    stale_shown: bool = False


@dataclass(frozen=True)
class BoardFacts:
    """One leaderboard of a paper.

    Args:
        board: The leaderboard.
        slug: What names its files and labels.
        records: Those of its evaluations, sorted by id, merged ones among them.
        searches: Row and column → the search that chose its setting; empty on the default track.
        tuning: The records of these searches, sorted by id, as far as they are there.
    """

    board: Leaderboard
    slug: str
    records: tuple[Record, ...]
    searches: Mapping[tuple[str, Column], Search]
    tuning: tuple[Record, ...]
    merged: tuple[MergedTrials, ...] = ()
    """Trials of a twin on tasks where its row shows another component's."""

    def unsupported(self, search: Search) -> bool:
        """Say whether no setting could be chosen since the component cannot be applied to the task, which is no failure."""
        tried = [record for id in search.tuning_ids if (record := self._tried.get(id))]
        return search.chosen is None and bool(tried) and all(one.outcome is Outcome.UNSUPPORTED for one in tried)

    @cached_property
    def _tried(self) -> Mapping[str, Record]:
        return {record.id: record for record in self.tuning}

    @property
    def table(self) -> str:
        """How a sentence names its table."""
        return rf"Table~\ref{{tab:{self.slug}}}"

    @property
    def noun(self) -> str:
        """The kind in words."""
        return self.board.kind.replace("_", " ")

    @cached_property
    def seeds(self) -> frozenset[frozenset[int]]:
        """The sets of seeds that its entries have."""
        return frozenset(
            frozenset(seed.seed for seed in entry.seeds) for row in self.board.rows for entry in row.entries if entry
        )

    @cached_property
    def attained(self) -> tuple[float, ...]:
        """The confidences that its intervals attain, each once, rising; of single seeds there is no interval."""
        found = {entry.final for row in self.board.rows for entry in row.entries if entry and entry.final}
        return tuple(sorted({interval.attained for interval in found if interval.count > 1}))


@dataclass(frozen=True)
class PaperFacts:
    """All that a paper is made of.

    Args:
        contents: Of the report.
        boards: Those that the paper shows.
        declared: What is declared of components.
    """

    contents: Contents
    boards: tuple[BoardFacts, ...]
    declared: Declared

    @classmethod
    def of(cls, contents: Contents, declared: Declared, kinds: Sequence[str] = ()) -> PaperFacts:
        """Return what a paper on some kinds is made of.

        Args:
            contents: Of the report.
            declared: What is declared of components.
            kinds: The kinds whose leaderboards are shown; all unless given.
        """
        by_id = {record.id: record for record in contents.records}
        shown = [board for board in contents.shown if not kinds or board.kind in kinds]
        slugs = safe_names([board.key for board in shown])
        boards = []
        for board, slug in zip(shown, slugs, strict=True):
            searches = searches_of_board(board, contents.searches, by_id) if board.protocol.track != "default" else {}
            tuning = {id for search in searches.values() for id in search.tuning_ids}
            evaluated = {
                id for row in board.rows for entry in row.entries if entry for seed in entry.seeds for id in seed.ids
            }
            behind = tuple(merged(board, contents.sample))
            evaluated |= {record.id for one in behind for record in one.records}
            judged, tried = _known(evaluated - tuning, by_id), _known(tuning, by_id)
            boards.append(BoardFacts(board, slug, judged, searches, tried, behind))
        return cls(contents, tuple(boards), declared)

    @cached_property
    def evaluated(self) -> tuple[Record, ...]:
        """The records of all evaluations, each once, sorted by id."""
        return _once(record for one in self.boards for record in one.records)

    @cached_property
    def tuning(self) -> tuple[Record, ...]:
        """The records of all searches, each once, sorted by id."""
        return _once(record for one in self.boards for record in one.tuning)

    @cached_property
    def trained(self) -> tuple[Record, ...]:
        """All records, each once, sorted by id."""
        return _once((*self.evaluated, *self.tuning))

    @cached_property
    def components(self) -> tuple[tuple[str, str], ...]:
        """Kind and name of all that is compared, in the order of the boards, sorted within each."""
        found: dict[tuple[str, str], None] = {}
        for one in self.boards:
            of = {setting for row in one.board.rows for settings in (row.settings, *row.of) for setting in settings}
            twins = {setting for row in one.board.rows for _, settings in row.twins for setting in settings}
            found.update(dict.fromkeys(sorted((setting.kind, setting.name) for setting in of | twins)))
        return tuple(found)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, each once, sorted."""
        return tuple(sorted({head.column for one in self.boards for head in one.board.columns}))

    @property
    def tasks(self) -> list[str]:
        """The names of all tasks, sorted."""
        return sorted({column.task for column in self.columns})


def _known(ids: Iterable[str], by_id: Mapping[str, Record]) -> tuple[Record, ...]:
    return tuple(by_id[id] for id in sorted(ids) if id in by_id)


def _once(records: Iterable[Record]) -> tuple[Record, ...]:
    held = {record.id: record for record in records}
    return tuple(held[id] for id in sorted(held))


def safe_names(keys: Sequence[str]) -> list[str]:
    """Return a name for each key that every file system and LaTeX takes, all of them different."""
    names = [re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:60] or "board" for key in keys]
    return [
        name if names.count(name) == 1 else f"{name}-{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:6]}"
        for name, key in zip(names, keys, strict=True)
    ]


def grouped(items: Iterable[T], by: Callable[[T], K]) -> dict[K, list[T]]:
    """Return items by what they share, in the order in which it comes first."""
    found: dict[K, list[T]] = {}
    for item in items:
        found.setdefault(by(item), []).append(item)
    return found


def listed(names: Sequence[Any], most: int = 40) -> str:
    """Return names as a list in LaTeX, each of them escaped; of many the first ones, and how many more there are."""
    shown = [escaped(str(name)) for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return and_joined(shown)


def and_joined(parts: Sequence[str]) -> str:
    """Return parts of a sentence with commas and a last ``and``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def tables_of(boards: Sequence[BoardFacts]) -> str:
    """Return the tables of some leaderboards, as a sentence names them."""
    if len(boards) == 1:
        return boards[0].table
    numbers = [rf"\ref{{tab:{one.slug}}}" for one in boards]
    return f"Tables~{and_joined(numbers)}"

"""Arrays of scores, made from records: the one layer between what was stored and what is computed from it.

All statistics of the analysis take plain float64 arrays with one convention: larger is better, NaN is not there (not run,
unsupported, pruned), −∞ failed, which is worse than any number.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.analysis.folds import seeds_of
from benchsuite.analysis.intervals import Direction, worst
from benchsuite.analysis.sample import Column, Sample, column_labels, differs
from benchsuite.analysis.searched_rows import column_of_search, row_labels, searched_only
from benchsuite.analysis.settings import Settings, key_of, labels
from benchsuite.analysis.trial_measure import At, TrialMeasure
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.searches import Search
from benchsuite.seed_numbers import FIRST_TUNING_SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchsuite.analysis.leaderboard import Leaderboard

Cells = Sequence[Sequence[Sequence[Sequence[Record]]]]
"""[row][column] → its seeds, each the trials that count as one: one, or those of all folds."""


@dataclass(frozen=True, eq=False)
class Scores:
    """One measure of all rows on all columns.

    Args:
        rows: Labels of what is compared.
        columns: Labels of the tasks.
        seeds: The seeds that some row has; one that a row has twice is there twice.
        values: ``[rows, columns, seeds]``, NaN where nothing is there; the number that is worse than any other (−∞ where
            larger is better, +∞ where smaller is) where a trial failed or missed a target.
        directions: Of each column.
        measure: ``test``, ``validation``, ``train_loss``, ``steps:TARGET`` …
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    seeds: tuple[int, ...]
    values: NDArray[np.float64]
    directions: tuple[Direction, ...]
    measure: str

    def oriented(self) -> NDArray[np.float64]:
        """Return the values with larger better in every column: failed is −∞, missing NaN."""
        return self.values * np.where([direction == "max" for direction in self.directions], 1.0, -1.0)[:, None]


@dataclass(frozen=True, eq=False)
class Times:
    """What training took until a target, with what is known of those trials that did not get there.

    Args:
        rows: As in :class:`Scores`; likewise ``columns`` and ``seeds``.
        columns: Of the tasks.
        seeds: That some row has.
        values: ``[rows, columns, seeds]``: when the target was reached, or else up to when the trial was watched; +∞ where
            training failed, which will never reach it; NaN where nothing is there.
        reached: ``[rows, columns, seeds]``: whether the target was reached.
        targets: Of each column, as a number; NaN where its task has none.
        measure: ``steps:TARGET`` …
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    seeds: tuple[int, ...]
    values: NDArray[np.float64]
    reached: NDArray[np.bool_]
    targets: NDArray[np.float64]
    measure: str


@dataclass(frozen=True)
class TrialTable:
    """Which trials stand in which cell: what one measure after another is taken of.

    Args:
        rows: Labels of what is compared.
        columns: Labels of the tasks.
        cells: ``[row][column]`` → its seeds.
        seeds: The seeds that some row has, growing.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Cells
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[str], columns: Sequence[str], cells: Cells) -> TrialTable:
        """Put a table together; a seed that a cell holds twice is two seeds."""
        most: dict[int, int] = {}
        for cell in (cell for row in cells for cell in row):
            held: defaultdict[int, int] = defaultdict(int)
            for trials in cell:
                held[trials[0].trial.seed] += 1
            for seed, count in held.items():
                most[seed] = max(count, most.get(seed, 0))
        return cls(tuple(rows), tuple(columns), cells, tuple(seed for seed in sorted(most) for _ in range(most[seed])))

    def scores(self, measure: str, at: At = "final") -> Scores:
        """Return one measure of every trial.

        Args:
            measure: Its word, see :class:`~benchsuite.analysis.trial_measure.TrialMeasure`.
            at: After the last epoch, or at the epoch with the best validation value.

        Raises:
            BenchsuiteError: If the word means nothing, or its number nothing to these tasks.
        """
        asked = TrialMeasure.named(measure)
        left_out = self._without(asked)
        values = np.full((len(self.rows), len(self.columns), len(self.seeds)), math.nan)
        for row, column, places, cell in self._cells():
            if column not in left_out:
                values[row, column, places] = [asked.of_seed(trials, at) for trials in cell]
        heads = self._heads()
        directions = tuple(asked.direction(head.task.direction if head else "max") for head in heads)
        return Scores(self.rows, self.columns, self.seeds, values, directions, asked.word)

    def times(self, measure: str) -> Times:
        """Return what training took until a target; of a seed with folds the median, censored if it falls on a miss.

        Args:
            measure: ``steps:TARGET``, ``epochs:TARGET`` or ``seconds:TARGET``.

        Raises:
            BenchsuiteError: If it is no such measure.
        """
        asked = TrialMeasure.named(measure)
        if not asked.counts_up:
            raise BenchsuiteError(
                f"only what is counted until a target can be censored. Received: {measure!r}. "
                "Possible: steps:TARGET, epochs:TARGET, seconds:TARGET."
            )
        values = self.scores(measure).values.copy()
        reached = np.isfinite(values)
        for row, column, places, cell in self._cells():
            for place, trials in zip(places, cell, strict=True):
                if np.isposinf(values[row, column, place]) and all(record.outcome.finished for record in trials):
                    values[row, column, place] = min(asked.watched(record) for record in trials)
        targets = [math.nan if head is None else asked.target_of(head) for head in self._heads()]
        return Times(self.rows, self.columns, self.seeds, values, reached, np.array(targets), asked.word)

    def _cells(self) -> Iterable[tuple[int, int, list[int], Sequence[Sequence[Record]]]]:
        """Yield row, column, the place of each seed, and the seeds, of every cell that holds any."""
        first: dict[int, int] = {}
        for place, seed in enumerate(self.seeds):
            first.setdefault(seed, place)
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                held: defaultdict[int, int] = defaultdict(int)
                places = []
                for trials in cell:
                    seed = trials[0].trial.seed
                    places.append(first[seed] + held[seed])
                    held[seed] += 1
                if places:
                    yield row, column, places, cell

    def head(self, column: int) -> Record | None:
        """Return a record of a column, which knows what its task declares; ``None`` where there is none."""
        return next((cells[column][0][0] for cells in self.cells if cells[column]), None)

    def _heads(self) -> list[Record | None]:
        return [self.head(column) for column in range(len(self.columns))]

    def _without(self, measure: TrialMeasure) -> frozenset[int]:
        """Return the columns for which a target means nothing: others declare it, or measure something else."""
        if not isinstance(measure.target, float):
            return frozenset()
        heads = self._heads()
        declare = [head is not None and measure.target in {float(one) for one in head.task.targets} for head in heads]
        if any(declare):
            return frozenset(column for column, does in enumerate(declare) if not does)
        measured = sorted({head.task.primary for head in heads if head is not None})
        if len(measured) > 1:
            raise BenchsuiteError(
                f"no task of this table has the target {measure.target:g}, and they measure different things: "
                f"{', '.join(measured)}. Write {measure.of}:easiest, {measure.of}:middle or {measure.of}:hardest."
            )
        return frozenset()


def table_of(
    records: Sample | Iterable[Record],
    *,
    kind: str = "optimizer",
    change: str = "",
    searches: Iterable[Search] = (),
) -> TrialTable:
    """Return the table of a kind: its settings as rows, sorted by label, and the tasks as columns.

    It holds the trials that the kind's leaderboard holds: their recipe is the task's baseline except possibly in that
    kind. Trials of tuning are in no table, and those of settings that a search chose in :func:`table_of_searches`.

    Args:
        records: The records; one that is given twice counts once. A sample knows what was only searched for.
        kind: What is compared.
        change: What studies changed in the baseline of the task, or which other instance it is, such as ``variant 3``.
        searches: The searches among whose evaluations some of the records may be.
    """
    if not isinstance(records, Sample):
        records = Sample(records, searched_only(searches))
    columns: defaultdict[Column, dict[str, list[Record]]] = defaultdict(dict)
    settings: dict[str, Settings] = {}
    asked: set[Column] = set()
    for (column, kinds), held in records.by_kinds.items():
        if column.differs != change or kinds not in ((), (kind,)):
            continue
        for record in held:
            found = record.trial.recipe.get(kind)
            if found and record.trial.seed < FIRST_TUNING_SEED:
                key = key_of(found)
                settings[key] = found
                columns[column].setdefault(key, []).append(record)
                if kinds or kind in record.task.compares:
                    asked.add(column)
    order = sorted(asked)
    present = [key for key in settings if any(key in columns[column] for column in order)]
    label_of = dict(zip(present, labels([settings[key] for key in present]), strict=True))
    names = column_labels(order)
    keys = sorted(present, key=lambda key: label_of[key])
    cells = [[seeds_of(columns[column].get(key, ())) for column in order] for key in keys]
    return TrialTable.of([label_of[key] for key in keys], [names[column] for column in order], cells)


def table_of_searches(
    records: Sample | Iterable[Record],
    searches: Iterable[Search],
    *,
    kind: str = "optimizer",
    track: str = "tuned",
    change: str = "",
) -> TrialTable:
    """Return the table of what was searched for: what was tuned as rows, the tasks as columns, evaluations as seeds.

    Where the searches of a row differ in tuner or budget, each such protocol is a row of its own.

    Args:
        records: Among them those of the evaluations.
        searches: The searches, in any order.
        kind: What was compared.
        track: Whose searches are taken.
        change: What studies changed in the baseline of the task, or which other instance it is, such as ``variant 3``.
    """
    by_id = {record.id: record for record in Sample.of(records).records}
    held = [
        search
        for search in searches
        if (search.kind, search.track, differs(search.task, search.change)) == (kind, track, change)
    ]
    cells: dict[tuple[str, Column], list[Record]] = {}
    for label, search in zip(row_labels(held), held, strict=True):
        cells[label, column_of_search(search, by_id)] = [by_id[id] for id in search.evaluated if id in by_id]
    rows, columns = sorted({row for row, _ in cells}), sorted({column for _, column in cells})
    names = column_labels(columns)
    return TrialTable.of(
        rows,
        [names[column] for column in columns],
        [[seeds_of(cells.get((row, column), ())) for column in columns] for row in rows],
    )


def table_of_board(board: Leaderboard, records: Sample | Iterable[Record]) -> TrialTable:
    """Return the table of a leaderboard: its rows and columns, in its order.

    Args:
        board: The leaderboard.
        records: The records that it was made of.
    """
    by_id: Mapping[str, Record] = {record.id: record for record in Sample.of(records).records}
    cells = [
        [[tuple(by_id[id] for id in seed.ids) for seed in entry.seeds] if entry else [] for entry in row.entries]
        for row in board.rows
    ]
    return TrialTable.of([row.label for row in board.rows], [head.label for head in board.columns], cells)


def scores(
    source: Leaderboard | Sample | Iterable[Record],
    *,
    measure: str = "test",
    at: At = "final",
    kind: str = "optimizer",
    change: str = "",
    records: Sample | Iterable[Record] = (),
    searches: Iterable[Search] = (),
    track: str = "default",
) -> Scores:
    """Return one measure of all trials of a kind, as an array.

    Args:
        source: Records; or a leaderboard, whose rows and columns are taken as they stand.
        measure: What is measured, see :class:`~benchsuite.analysis.trial_measure.TrialMeasure`.
        at: After the last epoch, or at the epoch with the best validation value.
        kind: What is compared; a leaderboard knows.
        change: What studies changed in the baseline; a leaderboard knows.
        records: Those of a leaderboard, which itself knows test values alone.
        searches: The searches, for the other tracks.
        track: ``default``, or that of the searches whose evaluations are asked for.

    Raises:
        BenchsuiteError: If the measure means nothing.
    """
    if isinstance(source, Iterable | Sample):
        if track != "default":
            return table_of_searches(source, searches, kind=kind, track=track, change=change).scores(measure, at)
        return table_of(source, kind=kind, change=change, searches=searches).scores(measure, at)
    sample = Sample.of(records)
    return table_of_board(source, sample).scores(measure, at) if sample.records else _test_values(source, measure, at)


def _test_values(board: Leaderboard, measure: str, at: At) -> Scores:
    """Return the test values that the entries of a leaderboard hold."""
    if measure != "test":
        raise BenchsuiteError(
            f"a leaderboard knows test values alone. Received: measure={measure!r} without records. "
            "Give the records that it was made of as well."
        )
    entries = [(row, column, entry) for row, held in enumerate(board.rows) for column, entry in enumerate(held.entries)]
    seeds = sorted({seed.seed for _, _, entry in entries if entry for seed in entry.seeds})
    place = {seed: number for number, seed in enumerate(seeds)}
    values = np.full((len(board.rows), len(board.columns), len(seeds)), math.nan)
    for row, column, entry in entries:
        for seed in entry.seeds if entry else ():
            value = seed.final if at == "final" else seed.best
            bad = worst(board.columns[column].direction)
            values[row, column, place[seed.seed]] = bad if seed.failed else math.nan if value is None else value
    rows, columns = (tuple(one.label for one in part) for part in (board.rows, board.columns))
    return Scores(rows, columns, tuple(seeds), values, tuple(head.direction for head in board.columns), measure)

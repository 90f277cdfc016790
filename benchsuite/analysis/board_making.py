"""From the trials of every row and column to a leaderboard: entries, rankings, and the order of the rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchsuite.analysis.arrays import TrialTable
from benchsuite.analysis.entries import Entry, entry_of_failed, failed_seed
from benchsuite.analysis.folds import seeds_of
from benchsuite.analysis.half_budget import at_half
from benchsuite.analysis.intervals import average_ranks, median
from benchsuite.analysis.leaderboard import ColumnHead, Leaderboard, Protocol, Row, entry_of, head_of
from benchsuite.analysis.measure_of_kind import measures_of
from benchsuite.analysis.ranking import Ranking, one_example, ranking
from benchsuite.analysis.robustness import robustness
from benchsuite.analysis.sample import Column
from benchsuite.analysis.settings import Settings, joined_name
from benchsuite.analysis.test_part import MeasuredPart, TestParts, part_of
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.outcomes import Outcome
from benchsuite.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANCE = 20_060
"""Where the chance of every bootstrap begins: equal records give equal boards."""
BROKEN = "a promise is broken"
"""How the reason of a trial begins whose numbers cannot be those of its recipe."""


@dataclass(frozen=True, slots=True)
class BoardLine:
    """What a row is made of.

    Args:
        label: Of the row.
        name: Of its component.
        settings: Of its first column.
        of: Column → whose trials they are, or which setting was chosen.
        cells: Column → its trials.
        twins: Labels and settings of components that are the same method.
        failed: Column → the trials of a search none of whose settings could be trained, where nothing else is there.
        chosen: Column → the setting that was chosen, in words.
        exact: Column → that setting, name → value.
        tuning_cost: Of a task, in whole trials.
        robust_decades: Over how many powers of ten the learning rate may vary.
    """

    label: str
    name: str
    settings: Settings
    of: Mapping[Column, Settings]
    cells: Mapping[Column, Sequence[Record]]
    twins: tuple[tuple[str, Settings], ...] = ()
    failed: Mapping[Column, Sequence[Record]] = field(default_factory=dict)
    chosen: Mapping[Column, str] = field(default_factory=dict)
    exact: Mapping[Column, Mapping[str, Any]] = field(default_factory=dict)
    tuning_cost: float | None = None
    robust_decades: float | None = None


def make_board(
    kind: str,
    lines: Sequence[BoardLine],
    names: Mapping[Column, str],
    *,
    change: str = "",
    protocol: Protocol | None = None,
    measure: str | None = None,
    confidence: float = 0.95,
    budgets: Mapping[str, NDArray[np.float64]] | None = None,
    parts: TestParts | None = None,
) -> Leaderboard:
    """Make a leaderboard.

    Args:
        kind: What is compared.
        lines: What its rows are made of, sorted by label.
        names: The label of each column.
        change: What studies changed in the baseline.
        protocol: How hyperparameters were chosen.
        measure: What is measured; what the kind is judged by unless given.
        confidence: Of intervals, ranges and tests.
        budgets: Name → scores of another budget ``[rows, columns, seeds]``, larger is better.
        parts: What is known of the parts that accuracies are measured on: their error counts, as it does in verdicts.
    """
    words = (measure,) if measure else measures_of(kind)
    asked = TrialMeasure.named(words[0])
    columns = sorted({column for line in lines for column in (*line.cells, *line.failed)})
    heads = [_head(column, names[column], lines, asked) for column in columns]
    grid = [[entry_of(line.cells.get(head.column), head, confidence) for head in heads] for line in lines]
    for position, head in enumerate(heads):
        _fill(grid, lines, position, head, confidence)
    cells = [[seeds_of(line.cells.get(column, ())) for column in columns] for line in lines]
    table = TrialTable.of([line.label for line in lines], [head.label for head in heads], cells)
    failed = [
        (row, at)
        for row, line in enumerate(lines)
        for at, column in enumerate(columns)
        if column in line.failed and column not in line.cells
    ]
    broken = [_broken(line) for line in lines]
    values = _values(table, words[0], failed, broken)
    generator = np.random.default_rng(CHANCE)
    least = one_example(values, [head.quantity == "accuracy" for head in heads])
    finite = _parts(lines, heads, asked, parts or TestParts())
    whole = ranking(values, generator, confidence=confidence, least=least, parts=finite)
    each = [
        ranking(values[:, [at]], generator, confidence=confidence, least=least[[at]], parts=[finite[at]])
        for at in range(len(columns))
    ]
    for position, (head, of_task) in enumerate(zip(heads, each, strict=True)):
        _rank(grid, position, head, of_task, broken)
    others = [
        (
            word,
            ranking(
                _values(table, word, failed, broken),
                generator,
                confidence=confidence,
                parts=_parts(lines, heads, TrialMeasure.named(word), parts or TestParts()),
            ),
        )
        for word in words[1:]
    ]
    rows = [_row(line, entries, heads, why) for line, entries, why in zip(lines, grid, broken, strict=True)]
    reference = _reference_times(rows, kind, lines, columns)
    for at, row in enumerate(rows):
        rows[at] = replace(row, place=whole.places[at], step_ratio=_step_ratio(row, reference))
    order = [*whole.ranked, *sorted(set(range(len(rows))) - set(whole.ranked), key=lambda at: _below(rows[at]))]
    known = dict(budgets or {})
    if (half := at_half(table, asked)) is not None:
        known["half of the epochs"] = _marked(half, failed, broken)
    found = robustness(values, rows=[row.label for row in rows], tasks=table.columns, seeds=table.seeds, budgets=known)
    place = {old: new for new, old in enumerate(order)}
    return Leaderboard(
        kind=kind,
        columns=tuple(heads),
        rows=tuple(rows[at] for at in order),
        confidence=confidence,
        change=change,
        protocol=protocol or Protocol(),
        measure=words[0],
        ranking=_reordered(whole, order, place),
        task_rankings=tuple(_reordered(one, order, place) for one in each),
        others=tuple((word, _reordered(one, order, place)) for word, one in others),
        robustness=None
        if found is None
        else replace(
            found,
            first=tuple(sorted(place[row] for row in found.first)),
            changes=tuple(
                replace(change, first=tuple(sorted(place[row] for row in change.first))) for change in found.changes
            ),
        ),
    )


def _parts(
    lines: Sequence[BoardLine], heads: Sequence[ColumnHead], measure: TrialMeasure, known: TestParts
) -> list[MeasuredPart | None]:
    """Return of each column the part that its values are measured on."""
    return [
        part_of(
            [line.cells.get(head.column, ()) for line in lines],
            measure,
            head.primary,
            known.sizes.get(head.column.task),
            known.right,
        )
        for head in heads
    ]


def _head(column: Column, label: str, lines: Sequence[BoardLine], measure: TrialMeasure) -> ColumnHead:
    held = [record for line in lines for record in line.cells.get(column, ())]
    return head_of(column, label, held or [record for line in lines for record in line.failed.get(column, ())], measure)


def _fill(
    grid: list[list[Entry | None]], lines: Sequence[BoardLine], position: int, head: ColumnHead, confidence: float
) -> None:
    """Give those an entry whose search gave nothing to evaluate: it failed on every seed on which others were evaluated."""
    seeds = sorted({seed.seed for line in grid if (entry := line[position]) for seed in entry.seeds}) or [0]
    for row, line in enumerate(lines):
        if grid[row][position] is None and (tried := line.failed.get(head.column)):
            ended = next((record.outcome for record in tried if record.outcome.failed), Outcome.CRASHED)
            held = [failed_seed(seed, ended, [tried[0].id]) for seed in seeds]
            grid[row][position] = entry_of_failed(held, head.better, confidence)


def _broken(line: BoardLine) -> str:
    """Return why the numbers of a row cannot be those of its recipe; empty where nothing is known against them."""
    found = (record for records in line.cells.values() for record in records)
    return next((record.reason for record in found if is_broken(record)), "")


def is_broken(record: Record) -> bool:
    """Say whether a trial was stopped since its numbers would not have been those of its recipe."""
    return record.outcome is Outcome.CRASHED and BROKEN in record.reason[: len(BROKEN) + 40]


def _values(
    table: TrialTable, measure: str, failed: Sequence[tuple[int, int]], broken: Sequence[str]
) -> NDArray[np.float64]:
    return _marked(table.scores(measure).oriented(), failed, broken)


def _marked(
    values: NDArray[np.float64], failed: Sequence[tuple[int, int]], broken: Sequence[str]
) -> NDArray[np.float64]:
    """Return the values with rows that are broken not there, and failed where a search gave nothing to evaluate."""
    marked = values.copy()
    for row, at in failed:
        there = ~np.isnan(values[:, at]).all(axis=0)
        marked[row, at, there if there.any() else slice(0, 1)] = -math.inf
    marked[[bool(why) for why in broken]] = math.nan
    return marked


def _rank(
    grid: list[list[Entry | None]], position: int, head: ColumnHead, of_task: Ranking, broken: Sequence[str]
) -> None:
    """Give every entry of one column its place, and its rank by the median where two rows have one."""
    held = [(row, entry) for row, line in enumerate(grid) if (entry := line[position]) and not broken[row]]
    medians = [(row, entry, entry.final.estimate) for row, entry in held if entry.final is not None]
    if len(medians) < 2:
        return
    ranks = average_ranks([estimate for _, _, estimate in medians], head.better)
    told = any(place.place > 1 for place in of_task.places if place is not None)
    for (row, entry, estimate), rank in zip(medians, ranks, strict=True):
        place = of_task.places[row]
        first = place is not None and place.place == 1
        grid[row][position] = replace(entry, rank=rank, place=place, leads=told and first and math.isfinite(estimate))


def _row(line: BoardLine, entries: Sequence[Entry | None], heads: Sequence[ColumnHead], broken: str) -> Row:
    ranks = [entry.rank for entry in entries if entry is not None and entry.rank is not None]
    return Row(
        label=line.label,
        name=line.name,
        settings=line.settings,
        entries=tuple(entries),
        mean_rank=sum(ranks) / len(ranks) if ranks else None,
        ranked=len(ranks),
        twins=line.twins,
        of=tuple(line.of.get(head.column, line.settings) for head in heads),
        broken=broken,
        chosen=tuple(line.chosen.get(head.column, "") for head in heads),
        exact=tuple(line.exact.get(head.column, {}) for head in heads),
        tuning_cost=line.tuning_cost,
        robust_decades=line.robust_decades,
    )


def _reference_times(
    rows: Sequence[Row], kind: str, lines: Sequence[BoardLine], columns: Sequence[Column]
) -> list[float | None]:
    """Return, of each column, the time of a step of the baseline, where it counts."""
    found: list[float | None] = []
    for at, column in enumerate(columns):
        task = next((record.task for line in lines for record in line.cells.get(column, ())), None)
        name = joined_name(task.baseline.get(kind)) if task else ""
        held = [(row, entry) for row in rows if (entry := row.entries[at]) is not None]
        chosen = [entry for _, entry in held if entry.is_baseline] or [entry for row, entry in held if row.name == name]
        found.append(chosen[0].step_milliseconds if chosen else None)
    return found


def _step_ratio(row: Row, reference: Sequence[float | None]) -> float | None:
    known = [
        entry.step_milliseconds / time
        for entry, time in zip(row.entries, reference, strict=True)
        if entry is not None and entry.step_milliseconds is not None and time
    ]
    return median(known) if known else None


def _below(row: Row) -> tuple[bool, int, float, str]:
    """Return the order of rows without a place: a mean over fewer tasks is another quantity, and broken ones have none."""
    return bool(row.broken), -row.ranked, row.mean_rank or math.inf, row.label


def _reordered(one: Ranking, order: Sequence[int], place: Mapping[int, int]) -> Ranking:
    """Return a ranking of the same rows in another order."""
    return replace(
        one,
        places=tuple(one.places[at] for at in order),
        order=tuple(place[at] for at in one.order),
        cliques=tuple(tuple(place[at] for at in clique) for clique in one.cliques),
    )

"""Whether the verdict on two rows of a leaderboard holds on other instances of its tasks, which stand on leaderboards of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchsuite.analysis.beyond_instance import BeyondInstance, beyond_instance, judged_instances
from benchsuite.analysis.comparison_beyond import name_of
from benchsuite.analysis.leaderboard import Leaderboard, Row
from benchsuite.analysis.row_verdicts import BoardVerdicts
from benchsuite.analysis.sample import Column, differs
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import Verdict
from benchsuite.instance_names import base_of, is_variant, number_of


def rows_beyond(
    of: BoardVerdicts, every: Iterable[BoardVerdicts], a: Row, b: Row, verdict: Verdict
) -> tuple[BeyondInstance, ...]:
    """Return of each task of a leaderboard what its variants say of the verdict on two rows; nothing of tasks without any.

    Args:
        of: The leaderboard of the published instances, and its verdicts.
        every: All leaderboards, those of variants among them.
        a: The first row.
        b: The second.
        verdict: On the two.
    """
    columns = {head.label: head.column for head in of.board.columns}
    sides: defaultdict[Column, list[TwoSides]] = defaultdict(list)
    published = {_alike(column): column for column in columns.values()}
    for other in every:
        if not _same_but_for_instance(of.board, other.board):
            continue
        rows = {row.label: row for row in other.board.rows}
        if a.label not in rows or b.label not in rows:
            continue
        for one, _ in other.sides(rows[a.label], rows[b.label]):
            column = one.column
            if column is None or not is_variant(column.task):
                continue
            if (base := published.get(_alike(replace(column, task=base_of(column.task))))) is not None:
                sides[base].append(one)
    found = []
    for task in verdict.tasks:
        held = sorted(sides.get(columns[task.task], ()), key=lambda one: number_of(name_of(one)))
        if held:
            judged = judged_instances(held, a=verdict.a, b=verdict.b, kind=verdict.kind)
            found.append(beyond_instance(columns[task.task].task, task, judged))
    return tuple(found)


def variants_among(columns: Iterable[Column], base: Column) -> Iterator[Column]:
    """Yield the columns that are variants of a task under its budget, in the order of their numbers."""
    held = [
        one for one in columns if is_variant(one.task) and _alike(replace(one, task=base_of(one.task))) == _alike(base)
    ]
    yield from sorted(held, key=lambda one: (number_of(one.task), one))


def _alike(column: Column) -> Column:
    """Return a column without what a variant may have of its own: its batch size."""
    return replace(column, batch_size=0)


def _same_but_for_instance(published: Leaderboard, other: Leaderboard) -> bool:
    """Say whether a leaderboard is that of other instances, with the same kind, track, protocol and changes of studies."""
    heads = [head.column for head in other.columns]
    return bool(
        heads
        and published.kind == other.kind
        and replace(published.protocol, rule="") == replace(other.protocol, rule="")
        and published.change != other.change
        and {differs(base_of(column.task), column.change) for column in heads} == {published.change}
    )

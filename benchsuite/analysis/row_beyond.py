"""Whether the verdict on two rows of a leaderboard holds on other instances of its tasks, which stand on leaderboards of their own."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from benchsuite.analysis.beyond_instance import BeyondInstance, beyond_instance, judged_instances
from benchsuite.analysis.comparison_beyond import name_of
from benchsuite.analysis.leaderboard import Leaderboard, Row
from benchsuite.analysis.row_verdicts import BoardVerdicts
from benchsuite.analysis.sample import Column, differs
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import Verdict
from benchsuite.instance_names import base_of, is_variant, variant_in


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
        if not same_but_for_instance(of.board, other.board):
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
        held = _each_once(sides.get(columns[task.task], ()))
        if held:
            judged = judged_instances(held, a=verdict.a, b=verdict.b, kind=verdict.kind)
            found.append(beyond_instance(columns[task.task].task, task, judged))
    return tuple(found)


def _each_once(held: Iterable[TwoSides]) -> list[TwoSides]:
    """Return the variants in the order of their numbers; one that stands on several leaderboards counts once."""
    found: dict[int, TwoSides] = {}
    for one in sorted(held, key=lambda one: (variant_in(name_of(one)), one.column.batch_size if one.column else 0)):
        found.setdefault(variant_in(name_of(one)), one)
    return list(found.values())


def other_instances(columns: Iterable[Column], base: Column) -> list[Column]:
    """Return the columns of the variants of a published task under its budget, in the order of their numbers.

    Args:
        columns: All that there are.
        base: That of the published instance; another one has none.
    """
    wanted = _alike(base)
    held = [one for one in columns if variant_in(one.task) and _alike(replace(one, task=base_of(one.task))) == wanted]
    return sorted(held, key=lambda one: (variant_in(one.task), one))


def same_order(here: Mapping[str, float], there: Mapping[str, float]) -> tuple[int, int]:
    """Return of how many pairs of rows the same one is ahead on two instances, and how many pairs differ on both.

    Args:
        here: Row → its value, larger better.
        there: Likewise.
    """
    common = sorted(here.keys() & there.keys())
    signs = [
        ((here[a] > here[b]) - (here[a] < here[b]), (there[a] > there[b]) - (there[a] < there[b]))
        for a, b in itertools.combinations(common, 2)
    ]
    both = [(one, other) for one, other in signs if one and other]
    return sum(one == other for one, other in both), len(both)


def _alike(column: Column) -> Column:
    """Return a column without what a variant may have of its own: its batch size."""
    return replace(column, batch_size=0)


def same_but_for_instance(published: Leaderboard, other: Leaderboard) -> bool:
    """Say whether a leaderboard is that of other instances, with the same kind, track, protocol and changes of studies."""
    heads = [head.column for head in other.columns]
    return bool(
        heads
        and published.kind == other.kind
        and replace(published.protocol, rule="") == replace(other.protocol, rule="")
        and published.change != other.change
        and {differs(base_of(column.task), column.change) for column in heads} == {published.change}
    )

"""Leaderboards of what was tuned: one for every kind, track, instance, changed baseline and protocol of the tuning."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchsuite.analysis.board_making import CHANCE, BoardLine, make_board
from benchsuite.analysis.budget_curves import budget_check
from benchsuite.analysis.intervals import median
from benchsuite.analysis.leaderboard import Leaderboard, Protocol
from benchsuite.analysis.rate_robustness import robustness_of_search
from benchsuite.analysis.sample import Column, Sample, column_labels, differs
from benchsuite.analysis.searched_rows import column_of_search, whole_scores
from benchsuite.analysis.settings import joined_name, text
from benchsuite.analysis.test_part import TestParts
from benchsuite.kinds import kind_order
from benchsuite.record import Record
from benchsuite.searches import Search
from benchsuite.text import by_numbers

TOLERANCE = 0.05
"""What a learning rate may lose: this part of the way from the lower quarter of what was tried to the best of it."""


def tuned_leaderboards(
    records: Sample | Iterable[Record],
    searches: Iterable[Search],
    *,
    confidence: float = 0.95,
    measure: str | None = None,
    parts: TestParts | None = None,
) -> list[Leaderboard]:
    """Build the leaderboards of what was tuned: a row for each selection, its values those of the chosen setting.

    Every kind, track, changed baseline and protocol (tuner, budget, tuning seeds, folds, knobs) has a board of its own: a row must not look
    better because more was spent on it.

    Args:
        records: Among them those of the evaluations.
        searches: The searches.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
        measure: What is measured; what each kind is judged by unless given.
        parts: What is known of the parts that accuracies are measured on; nothing unless given.

    Raises:
        BenchsuiteError: If the measure means nothing, or nothing to these tasks.
    """
    by_id = {record.id: record for record in Sample.of(records).records}
    boards: defaultdict[tuple[str, str, Protocol], list[Search]] = defaultdict(list)
    for search in searches:
        boards[search.kind, differs(search.task, search.change), _protocol(search)].append(search)
    names = column_labels(sorted({column_of_search(search, by_id) for held in boards.values() for search in held}))
    found = []
    for key in sorted(boards, key=lambda key: (by_numbers(key[1]), kind_order(key[0]), _order(key[2]))):
        kind, change, protocol = key
        held = _newest(boards[key], by_id)
        lines = _lines(kind, held, by_id)
        if not lines:
            continue
        rule = "; ".join(sorted({search.rule for search in held if search.rule}))
        board = make_board(
            kind,
            lines,
            names,
            change=change,
            protocol=replace(protocol, rule=rule),
            measure=measure,
            confidence=confidence,
            parts=parts,
        )
        checked = budget_check(held, by_id, np.random.default_rng(CHANCE)) if protocol.budget > 1 else None
        found.append(replace(board, more_budget=checked.overall if checked else None))
    return found


def searches_of_board(
    board: Leaderboard, searches: Iterable[Search], records: Mapping[str, Record]
) -> dict[tuple[str, Column], Search]:
    """Return row and column → the search by which a setting of a board was chosen.

    Args:
        board: One of :func:`tuned_leaderboards`.
        searches: The searches, of whatever board.
        records: Id → record, of the evaluations.
    """
    own = (board.kind, board.change, replace(board.protocol, rule=""))
    held = [
        search for search in searches if (search.kind, differs(search.task, search.change), _protocol(search)) == own
    ]
    return {(search.selection, column_of_search(search, records)): search for search in _newest(held, records)}


def _protocol(search: Search) -> Protocol:
    """Return how the setting of a search was chosen; names of hyperparameters have a dot, those of a task's knobs none."""
    knobs = tuple(sorted(name for name in search.searched if "." not in name))
    return Protocol(search.track, search.tuner, search.budget, search.folds, search.tuning_seeds, knobs)


def _order(protocol: Protocol) -> tuple[object, ...]:
    return protocol.track, protocol.budget, protocol.tuner, protocol.folds, protocol.seeds, protocol.knobs


def _newest(searches: Sequence[Search], by_id: Mapping[str, Record]) -> list[Search]:
    """Return one search for each selection and column: of several the last by id, in whatever order they come."""
    found = {
        (search.selection, column_of_search(search, by_id)): search
        for search in sorted(searches, key=lambda one: one.id)
    }
    return [found[key] for key in sorted(found)]


def _lines(kind: str, searches: Sequence[Search], by_id: Mapping[str, Record]) -> list[BoardLine]:
    rows: defaultdict[str, dict[Column, Search]] = defaultdict(dict)
    for search in searches:
        rows[search.selection][column_of_search(search, by_id)] = search
    lines = []
    for selection in sorted(rows):
        held = rows[selection]
        cells = {column: _known(search.evaluated, by_id) for column, search in held.items()}
        failed = {
            column: _known(search.tuning_ids, by_id)
            for column, search in held.items()
            if not cells[column] and search.chosen is None
        }
        cells, failed = ({column: one for column, one in some.items() if one} for some in (cells, failed))
        if not cells and not failed:
            continue
        of = {column: found[0].trial.recipe.get(kind) for column, found in {**failed, **cells}.items()}
        decades = [found for search in held.values() if (found := _decades(search)) is not None]
        lines.append(
            BoardLine(
                label=selection,
                name=joined_name(of[min(of)]),
                settings=of[min(of)],
                of=of,
                cells=cells,
                failed=failed,
                chosen={column: _chosen(search) for column, search in held.items()},
                exact={
                    column: dict(search.setting)
                    for column, search in held.items()
                    if search.searched and search.chosen is not None
                },
                tuning_cost=sum(search.spent for search in held.values()) / len(held),
                robust_decades=median(decades) if decades else None,
            )
        )
    return lines


def _known(ids: Iterable[str], by_id: Mapping[str, Record]) -> list[Record]:
    return [by_id[id] for id in ids if id in by_id]


def _chosen(search: Search) -> str:
    """Return the setting that was chosen, in words."""
    if not search.searched:
        return ""
    if search.chosen is None:
        return "none could be chosen"
    short = {name: name.rpartition(".")[2] for name in search.setting}
    unique = len(set(short.values())) == len(short)
    edges = {name: f" (at the {end} edge)" for name, end in search.edges.items()}
    return ", ".join(
        f"{short[name] if unique else name}={_short(value)}{edges.get(name, '')}"
        for name, value in search.setting.items()
    )


def _short(value: Any) -> str:
    """Return a value with three digits, or as many as it takes to come within 1 % of it and of its distance from 1.

    A decay of 0.999851 is not 1, which would mean something else.
    """
    if not isinstance(value, float) or not math.isfinite(value):
        return text(value)
    near = abs(1 - value) if 0 < value < 1 else math.inf
    near = min(abs(value), near)
    return next(
        (shown for digits in range(3, 17) if abs(float(shown := text(value, digits)) - value) <= near / 100),
        text(value),
    )


def _decades(search: Search) -> float | None:
    """Return over how many powers of ten the learning rate may vary; ``None`` where it was not searched."""
    scores = whole_scores(search)
    known = scores[np.isfinite(scores)]
    if not len(known):
        return None
    found = robustness_of_search(search, TOLERANCE * float(known.max() - np.quantile(known, 0.25)))
    return None if found is None else found.decades

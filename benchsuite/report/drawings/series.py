"""What there is to draw of one column of a leaderboard, as plain data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis import Interval, Leaderboard
from benchsuite.record import Record
from benchsuite.report.drawings.palette import Style, Styles
from benchsuite.report.drawings.room import WHOLE, Room
from benchsuite.report.shown import best_of_each

CurvePoints = tuple[tuple[float, ...], tuple[float, ...]]
"""Steps and values."""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of a leaderboard on one task, as plain data to draw.

    ``finals`` has the test value of each seed that counts, ``None`` if it failed; ``curves`` one (steps, values) pair of
    the validation metric per completed seed, in a cross-validation the mean over its folds; ``shade`` (0 to 1) tells
    rows of one name apart.
    """

    label: str
    style: Style
    finals: tuple[float | None, ...]
    interval: Interval | None
    curves: tuple[CurvePoints, ...]
    failed: int
    shade: float = 1.0


def series_of(
    board: Leaderboard, position: int, records: Mapping[str, Record], styles: Styles, room: Room = WHOLE
) -> list[Series]:
    """Return what there is to draw of one column of a leaderboard, best rank first.

    Args:
        board: The leaderboard.
        position: Which of its columns.
        records: Records by id; the curves come from them.
        styles: The style of each (kind, name).
        room: Of the figure.
    """
    head = board.columns[position]
    held = [(row, entry) for row in board.rows if (entry := row.entries[position]) is not None and entry.counted]
    held.sort(key=lambda pair: (pair[1].rank is None, pair[1].rank or 0.0, pair[0].label))
    held = best_of_each(held, room.rows, lambda pair: pair[0].name, lambda pair: pair[1].is_baseline)
    variants, before = Counter(row.name for row, _ in held), Counter[str]()
    result = []
    for row, entry in held:
        result.append(
            Series(
                label=row.label,
                style=styles[board.kind, row.name],
                finals=tuple(seed.final for seed in entry.seeds if seed.counts),
                interval=entry.final,
                curves=tuple(
                    curve
                    for seed in entry.seeds
                    if seed.outcome.finished
                    and (curve := _seed_curve([records[id] for id in seed.ids], head.primary)) is not None
                ),
                failed=entry.failed,
                shade=1.0 - 0.6 * before[row.name] / max(variants[row.name] - 1, 1),
            )
        )
        before[row.name] += 1
    return result


def _seed_curve(records: Sequence[Record], primary: str) -> CurvePoints | None:
    """Return the curve of a trial, or the mean over the folds of a seed, evaluation by evaluation, up to the shortest."""
    found = [curve for record in records if (curve := _curve(record, primary)) is not None]
    if not found:
        return None
    # Folds may differ by an example and so by a step an epoch.
    steps, values = (
        tuple(math.fsum(column) / len(found) for column in zip(*(curve[part] for curve in found), strict=False))
        for part in (0, 1)
    )
    return steps, values


def _curve(record: Record, primary: str) -> CurvePoints | None:
    values = record.curves.get(f"validation_{primary}")
    # A value that is not finite is NaN here and leaves a gap in the line.
    return (
        None if values is None or not len(values) else (tuple(record.curves["step"].tolist()), tuple(values.tolist()))
    )

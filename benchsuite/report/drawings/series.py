"""What there is to draw of one column of a leaderboard, as plain data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis import Interval, Leaderboard
from benchsuite.analysis.intervals import median
from benchsuite.analysis.trial_measure import timing_counts
from benchsuite.record import Record
from benchsuite.report.drawings.marks import component_of
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
    rows of one name apart, ``component`` says whose the row is.
    """

    label: str
    style: Style
    finals: tuple[float | None, ...]
    interval: Interval | None
    curves: tuple[CurvePoints, ...]
    failed: int
    shade: float = 1.0
    component: str = ""


def series_of(
    board: Leaderboard, position: int, records: Mapping[str, Record], styles: Styles, room: Room = WHOLE,
    across: str = "step", names: Collection[str] = (),
) -> list[Series]:  # fmt: skip
    """Return what there is to draw of one column of a leaderboard, best rank first.

    Args:
        board: The leaderboard.
        position: Which of its columns.
        records: Records by id; the curves come from them.
        styles: The style of each (kind, name).
        room: Of the figure.
        across: What curves run over: ``step``, ``epoch``, or ``seconds`` of training, where those are the trial's own: then
            each evaluation lies at its median time over the seeds of the row.
        names: The components that are wanted; all unless given.
    """
    head = board.columns[position]
    held = [(row, entry) for row in board.rows if (entry := row.entries[position]) is not None and entry.counted]
    held = [pair for pair in held if not names or pair[0].name in names]
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
                curves=_curves(
                    [[records[id] for id in seed.ids] for seed in entry.seeds if seed.outcome.finished],
                    head.primary,
                    across,
                ),
                failed=entry.failed,
                shade=1.0 - 0.6 * before[row.name] / max(variants[row.name] - 1, 1),
                component=component_of(board.kind, row.name),
            )
        )
        before[row.name] += 1
    return result


def _curves(seeds: Sequence[Sequence[Record]], primary: str, across: str) -> tuple[CurvePoints, ...]:
    """Return the curves of a row's seeds."""
    if across != "seconds":
        return tuple(curve for trials in seeds if (curve := _seed_curve(trials, primary, across)) is not None)
    timed = [
        record for trials in seeds for record in trials if timing_counts(record) and len(record.costs.train_seconds_at)
    ]
    shortest = min((len(record.costs.train_seconds_at) for record in timed), default=0)
    seconds = [median([record.costs.train_seconds_at[at] for record in timed]) for at in range(shortest)]
    found = (_seed_curve(trials, primary, "step") for trials in seeds)
    return tuple(
        (tuple(seconds[: len(curve[1])]), curve[1][: len(seconds)]) for curve in found if curve is not None and seconds
    )


def _seed_curve(records: Sequence[Record], primary: str, across: str = "step") -> CurvePoints | None:
    """Return the curve of a trial, or the mean over the folds of a seed, evaluation by evaluation, up to the shortest."""
    found = [curve for record in records if (curve := _curve(record, primary, across)) is not None]
    if not found:
        return None
    # Folds may differ by an example and so by a step an epoch.
    steps, values = (
        tuple(math.fsum(column) / len(found) for column in zip(*(curve[part] for curve in found), strict=False))
        for part in (0, 1)
    )
    return steps, values


def _curve(record: Record, primary: str, across: str) -> CurvePoints | None:
    values = record.curves.get(f"validation_{primary}")
    # A value that is not finite is NaN here and leaves a gap in the line.
    return (
        None if values is None or not len(values) else (tuple(record.curves[across].tolist()), tuple(values.tolist()))
    )

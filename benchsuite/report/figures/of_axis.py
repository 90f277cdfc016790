"""The figure of a comparison along an axis: of the columns of a task that differ in one knob, or in one value of its instance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.along_axis import AlongAxis, AxisRecords, along_axis
from benchsuite.analysis.axis_columns import FEWEST, axes_of, own_value, shared_on
from benchsuite.analysis.comparison import About
from benchsuite.analysis.sample import Column
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.instance_names import base_of
from benchsuite.record import Record
from benchsuite.report.drawings.marks import component_of
from benchsuite.report.drawings.picture import Picture
from benchsuite.report.drawings.scaling import Side, scaling_picture
from benchsuite.report.figures.asked import TRACKS, FigureChoice, FigureSource, one_task


@dataclass(frozen=True)
class _Place:
    """A column of a leaderboard as a place on an axis.

    Args:
        board: The leaderboard.
        at: Which of its columns.
        value: Of the axis.
        usual: Whether it is the task's own.
    """

    board: Leaderboard
    at: int
    value: float
    usual: bool


def scalings(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return the figure of two components along an axis of a task.

    Raises:
        BenchsuiteError: If these are not two, or no task has both at two values of the axis or more.
    """
    if len(asked.components) != 2:
        given = ", ".join(asked.components) or "none"
        raise BenchsuiteError(
            f"a comparison along an axis is of two {asked.kind.replace('_', ' ')}s. Received: {given}. "
            "Name two: `benchsuite plot scaling adam sgd --over width`."
        )
    found = _axes(source, asked)
    of_axis = {column: places for (axis, column), places in found.items() if axis == asked.over}
    if not of_axis:
        axes = sorted({axis for axis, _ in found})
        raise unknown(f"axis along which {' and '.join(asked.components)} were trained:", asked.over, axes)
    task = one_task(asked.task, [column.task for column in of_axis], f"task on which {asked.over} was varied:")
    pictures = []
    for column, places in of_axis.items():
        if column.task == task:
            held = _along(source, asked, column, places)
            name = f"scaling {asked.kind} {asked.over} {task} {' '.join(asked.components)} {_key(column)}".strip()
            pictures.append(scaling_picture(held, name, _sides(source, asked, places[0])))
    return pictures


def _sides(source: FigureSource, asked: FigureChoice, place: _Place) -> tuple[Side, Side]:
    """Return how both are drawn: as in every other figure."""
    names = [row.name for name in asked.components if (row := _row(place.board, name))]
    first, second = (Side(source.styles[asked.kind, name], component_of(asked.kind, name)) for name in names)
    return first, second


def _key(column: Column) -> str:
    """Return what tells studies of one task along one axis apart, beside the axis."""
    return " ".join([column.change] * bool(column.change) + [f"{column.epochs} epochs"] * bool(column.epochs))


def _axes(source: FigureSource, asked: FigureChoice) -> dict[tuple[str, Column], list[_Place]]:
    """Return the axes along which both were trained: axis and what all places share → the places, from small to large."""
    boards = [board for board in source.contents.by_test if board.kind == asked.kind]
    tracks = [track for track in TRACKS if any(board.protocol.track == track for board in boards)]
    track = asked.track or (tracks[0] if tracks else "default")
    found: defaultdict[tuple[str, Column], dict[float, _Place]] = defaultdict(dict)
    usual: list[_Place] = []
    for board in boards:
        if board.protocol.track != track or (asked.budget is not None and board.protocol.budget != asked.budget):
            continue
        if any(_row(board, name) is None for name in asked.components):
            continue
        for at, head in enumerate(board.columns):
            if any(row is None or row.entries[at] is None for row in (_row(board, name) for name in asked.components)):
                continue
            for axis, value, column in axes_of(head.column):
                found[axis, column].setdefault(value, _Place(board, at, value, usual=False))
            usual.append(_Place(board, at, 0.0, usual=True))
    for place in usual:
        column = place.board.columns[place.at].column
        for (axis, shared), places in found.items():
            own = _own(source, axis, column)
            if own is not None and shared_on(column, axis) == shared:
                places.setdefault(own, replace(place, value=own))
    return {
        key: [places[value] for value in sorted(places)]
        for key, places in sorted(found.items(), key=lambda item: item[0])
        if len(places) >= FEWEST and (key[1].change == asked.change)
    }


def _own(source: FigureSource, axis: str, column: Column) -> float | None:
    """Return a task's own value of an axis, if it is known; of budgets the column says it."""
    said = own_value(column, axis)
    return said if said is not None else source.own_values.get(base_of(column.task), {}).get(axis)


def _row(board: Leaderboard, name: str) -> Row | None:
    """Return the row of a label, or else the only one of a name."""
    of_name = [row for row in board.rows if name in row.names]
    return next((row for row in board.rows if row.label == name), of_name[0] if len(of_name) == 1 else None)


def _along(source: FigureSource, asked: FigureChoice, column: Column, places: list[_Place]) -> AlongAxis:
    parts = source.contents.parts
    first = places[0].board
    a, b = asked.components
    about = About(
        asked.kind, a, b, TrialMeasure.named(asked.measure or "test"), track=first.protocol.track,
        sizes=parts.sizes if parts else {}, right=parts.right if parts else None, reference=source.contents.reference,
    )  # fmt: skip
    held = [
        AxisRecords(place.value, _records(source, place, a), _records(source, place, b), place.usual) for place in places
    ]  # fmt: skip
    return along_axis(column.task, asked.over, held, about)


def _records(source: FigureSource, place: _Place, name: str) -> list[Record]:
    row = _row(place.board, name)
    entry = row.entries[place.at] if row else None
    return [source.records[id] for seed in entry.seeds for id in seed.ids] if entry else []

"""Columns as places on an axis: which of a task's columns differ in one knob alone, or in one value of its instance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from benchsuite.analysis.sample import Column
from benchsuite.instance_names import MARK, read_value
from benchsuite.kinds import KNOBS

FEWEST = 2
"""Values that make an axis."""


def axes_of(column: Column) -> Iterator[tuple[str, float, Column]]:
    """Yield each axis on which a column has a value of its own, the value, and what the column shares with the others on it."""
    changes = re.split(r",\s*(?![^\[]*\])", column.change)
    for part, value in _numbers(changes):
        name = part.partition("=")[0]
        rest = ", ".join(other for other in changes if other != part)
        yield name, value, shared_on(replace(column, change=rest), name)
    base, *values = column.task.split(MARK)
    for part, value in _numbers(values):
        others = [other for other in values if other != part]
        yield part.partition("=")[0], value, replace(column, task=MARK.join((base, *others)))


def shared_on(column: Column, axis: str) -> Column:
    """Return a column without what an axis decides of it."""
    if axis not in KNOBS:
        return column
    return replace(column, epochs=0) if axis == "epochs" else replace(column, batch_size=0)


def along(columns: Iterable[Column], column: Column) -> dict[str, list[tuple[float | None, Column]]]:
    """Return the axes on which a column lies with others: axis → value and column, from small to large.

    The value is ``None`` where it is the task's own and a column does not say it; such a column stands first.

    Args:
        columns: All that there are.
        column: One of them.
    """
    held = list(columns)
    wanted = {(axis, rest) for axis, _, rest in axes_of(column)}
    wanted |= {(axis, rest) for one in held for axis, _, rest in axes_of(one) if shared_on(column, axis) == rest}
    found: dict[str, list[tuple[float | None, Column]]] = {}
    for axis, rest in sorted(wanted):
        places: list[tuple[float | None, Column]] = [
            (value, one) for one in held for name, value, other in axes_of(one) if (name, other) == (axis, rest)
        ]
        places += [(own_value(one, axis), one) for one in held if shared_on(one, axis) == rest]
        if len(places) >= FEWEST:
            found[axis] = sorted(places, key=lambda place: (place[0] is not None, place[0] or 0.0, place[1]))
    return found


def own_value(column: Column, axis: str) -> float | None:
    """Return a task's own value of an axis where the column of its own baseline says it."""
    return float(getattr(column, axis)) if axis in KNOBS else None


def _numbers(parts: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield those of ``name=value`` whose value is a number, and the number."""
    for part in parts:
        value = read_value(part.partition("=")[2])
        if value is not None:
            yield part, value

"""What ``benchsuite scale`` runs: at each value of an axis the study of two selections, on the task's instance or with a change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from benchsuite.changes import read_changes
from benchsuite.components import Axis, Task
from benchsuite.components.axis import EXAMPLES
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.instance_names import base_of
from benchsuite.instances import check_limits, read_name
from benchsuite.kinds import KNOBS
from benchsuite.registry import Registry
from benchsuite.selection import read_value
from benchsuite.studies.comparing import Comparing
from benchsuite.studies.comparison import Rivals, contest
from benchsuite.studies.scaling import Scaling
from benchsuite.study import Study

MOST_VALUES = 100
PER_STEP = ("batch_size", EXAMPLES)
"""Axes along which an epoch has another number of steps."""


@dataclass(frozen=True)
class AxisPlace:
    """One value of an axis, and the study that is made there.

    Args:
        value: The value.
        study: Both selections, on the task or its instance, with the change if it is a knob.
        task: Name of the task or of its instance.
        usual: Whether it is the task's own value: then its trials are those of any other study of the task.
    """

    value: float
    study: Study
    task: str
    usual: bool


@dataclass(frozen=True)
class AxisPlan:
    """A comparison along an axis.

    Args:
        task: The task.
        axis: The name of the axis.
        rivals: What is compared.
        places: From small to large.
    """

    task: Task
    axis: str
    rivals: Rivals
    places: tuple[AxisPlace, ...]


def axis_plan(asked: Scaling, known: Registry) -> AxisPlan:
    """Return what is to be run.

    Raises:
        BenchsuiteError: If a name does not exist, the task has no such axis, or a value cannot be.
    """
    if not (asked.task and asked.a and asked.b and asked.over):
        raise BenchsuiteError(
            "a comparison along an axis needs a task, two selections of one kind and the axis. "
            "Example: benchsuite scale digits_mlp adam sgd --over width."
        )
    task = known.task(asked.task)
    rivals = contest(Comparing(asked.a, asked.b, kind=asked.kind), known)
    axis = asked.over.replace("-", "_")
    if axis in dict(read_changes(asked.with_)) or (axis == "epochs" and asked.epochs is not None):
        flag = "--epochs" if axis == "epochs" and asked.epochs is not None else "--with"
        raise BenchsuiteError(
            f"--over {axis} sets {axis} at each value, and {flag} sets it everywhere. Leave one of them out."
        )
    if axis == "epochs" and asked.hold == "steps":
        raise BenchsuiteError(
            "--hold steps has as many steps at every value, and --over epochs changes how many there are. Received: both. "
            "Leave --hold out, or take another axis."
        )
    own = _own_value(task, axis)
    values = _values(asked, task, axis)
    return AxisPlan(task, axis, rivals, tuple(_place(asked, rivals, task, axis, value, own) for value in values))


def possible_axes(task: Task) -> list[str]:
    """Return what a task can be scaled along: the axes that it declares, its own knobs and those that every task has."""
    return sorted({*task.axes, *task.architecture, *task.knobs})


def own_values(known: Registry, names: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return task → axis → its own value, of the tasks that are there; budgets are left out, which records say themselves.

    Args:
        known: The plugins that were found.
        names: Of tasks and of their instances.
    """
    tasks = [known.task(name) for name in sorted({base_of(name) for name in names} & set(known.names("task")))]
    return {
        task.name: {
            axis: own for axis in possible_axes(task) if axis not in KNOBS and (own := _own_value(task, axis)) is not None
        }
        for task in tasks
    }  # fmt: skip


def is_knob(task: Task, axis: str) -> bool:
    """Say whether an axis acts as a change of the baseline, not by another instance of the task."""
    return axis in task.architecture or axis in KNOBS


def _own_value(task: Task, axis: str) -> float | None:
    """Return the task's own value of an axis.

    Raises:
        BenchsuiteError: If it has no such axis.
    """
    if axis not in possible_axes(task):
        raise unknown(f"axis of {task.title}:", axis, possible_axes(task))
    if axis in KNOBS:
        return float(getattr(task, axis))
    found = task.architecture[axis].default if axis in task.architecture else task.axes[axis].default
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _values(asked: Scaling, task: Task, axis: str) -> list[float]:
    declared: Axis | None = task.axes.get(axis)
    texts = [part.strip() for text in asked.values for part in text.split(",")]
    if not texts:
        if declared is None:
            raise BenchsuiteError(
                f"{task.title} declares no values of {axis}. Name some: --values 16,32,64. "
                f"It declares values of: {', '.join(sorted(task.axes)) or 'none'}."
            )
        return [_short(value) for value in declared.values if isinstance(value, int | float)]
    numbers = sorted({_short(value) for text in texts if (value := _number(text)) is not None})
    if len(numbers) < 2 or len(numbers) < len(texts) or len(numbers) > MOST_VALUES:
        raise BenchsuiteError(
            f"--values must be 2 to {MOST_VALUES} numbers that differ, separated by commas, such as 16,32,64. "
            f"Received: {', '.join(texts)}{_what_is_wrong(texts)}."
        )
    for value in numbers:
        _check_value(task, axis, value)
    return numbers


def _number(text: str) -> float | None:
    value = read_value(text)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _what_is_wrong(texts: Sequence[str]) -> str:
    """Say what is wrong with the first of texts that are no two or more numbers that differ."""
    seen: set[float] = set()
    for text in texts:
        value = _number(text)
        if value is None:
            return f": {text!r} is no number"
        if value in seen:
            return f": {text} stands there twice"
        seen.add(value)
    return ", which is one alone" if len(texts) == 1 else f", which are {len(texts):,}"


def _short(value: float) -> float:
    """Return a whole number as one, so that 1.0 and 1 are one value with one name."""
    return int(value) if float(value).is_integer() else value


def _check_value(task: Task, axis: str, value: float) -> None:
    if axis in task.architecture:
        task.architecture[axis].checked(value, f"{axis} of {task.title}")
    elif axis in (*KNOBS, EXAMPLES) and not (isinstance(value, int) and value >= 1):
        raise BenchsuiteError(f"{axis} of {task.title} must be a whole number from 1. Received: {value!r}.")
    if axis in task.axes and axis not in task.architecture:
        check_limits(task, axis, value)


def _place(asked: Scaling, rivals: Rivals, task: Task, axis: str, value: float, own: float | None) -> AxisPlace:
    usual = value == own
    name = task.name if usual or is_knob(task, axis) else _instance(task.name, axis, value)
    changes = (f"{axis}={json.dumps(value)}",) if is_knob(task, axis) and not usual else ()
    study = Study(
        task=(name,), components={rivals.kind: (asked.a, asked.b)}, with_=(*asked.with_, *changes), seeds=asked.seeds,
        epochs=_epochs(asked, task, axis, value, own), track=asked.track, budget=asked.budget, tuner=asked.tuner,
        tuning_seeds=asked.tuning_seeds, precision=asked.precision, lanes=asked.lanes, device=asked.device,
    )  # fmt: skip
    return AxisPlace(value, study, name, usual)


def _instance(task: str, axis: str, value: float) -> str:
    """Return the name of the task, or of its variant, with another value on an axis."""
    held = read_name(task)
    return replace(held, values={**held.values, axis: value}).name


def _epochs(asked: Scaling, task: Task, axis: str, value: float, own: float | None) -> int | None:
    """Return the budget at a value that has as many steps as the task's own; what was asked for where epochs are held."""
    if asked.hold == "epochs" or axis not in PER_STEP or not own or task.steps_per_epoch is not None:
        return asked.epochs
    longer = value / own if axis == "batch_size" else own / value
    return max(1, round((asked.epochs or task.epochs) * longer))

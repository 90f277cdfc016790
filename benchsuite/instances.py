"""Instances of a task: their names, and how one is made from the task.

``t`` is the published instance, ``t~3`` variant 3 of it, ``t~noise=0.5`` the task with another value on an axis, and
``t~3~noise=0.5`` both. One instance has one name: the variant first, then the axes, sorted, each value in its shortest form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchsuite.components import Draw, Task
from benchsuite.components.axis import EXAMPLES
from benchsuite.components.fields import shown
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.instance_names import (
    LONGEST,
    MARK,
    MOST_VARIANT,
    NoName,
    NoVariant,
    OtherName,
    base_of,
    is_instance,
    name_of_parts,
    parts_of,
    value_text,
)
from benchsuite.kinds import KNOBS
from benchsuite.text import shortened

__all__ = [
    "FORM",
    "LONGEST",
    "MARK",
    "Instance",
    "base_of",
    "certify_command",
    "check_limits",
    "checked_values",
    "instance_of",
    "is_instance",
    "no_variants",
    "read_name",
    "refuse_examples",
    "value_text",
    "variant_of",
]

FORM = "Write TASK~3, TASK~axis=value, or both: TASK~3~axis=value."


@dataclass(frozen=True)
class Instance:
    """Which instance of which task.

    Args:
        base: Name of the task.
        variant: 1, 2, …; 0 for the published one.
        values: Axis → value, of axes on which it has another value than the task itself.
    """

    base: str
    variant: int = 0
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its one name."""
        return name_of_parts(self.base, self.variant, self.values)

    @property
    def published(self) -> bool:
        """Whether it is the task itself."""
        return not self.variant and not self.values


def certify_command(name: str) -> str:
    """Return the command that certifies an instance, or the one that it is drawn from: a variant, or the task itself."""
    variant = re.match(rf"{MARK}(\d{{1,10}})", name[len(base_of(name)) :])
    return f"benchsuite certify {base_of(name)}{f' --variants {variant[1]}' if variant else ''} --write"


def variant_of(base: str, variant: int) -> str:
    """Return the name of a variant: ``t~3``."""
    return Instance(base, variant).name


def read_name(name: str) -> Instance:
    """Read the name of an instance.

    Raises:
        BenchsuiteError: If it is not formed as such names are, or is not the one name of its instance.
    """
    try:
        return Instance(*parts_of(name))
    except NoVariant as error:
        raise BenchsuiteError(
            f"the variant of a task must be a whole number from 1 to {MOST_VARIANT:,}. Received: {str(error)!r} in {name!r}. {FORM}"
        ) from None
    except OtherName as error:
        raise BenchsuiteError(f"an instance has one name. Received: {name!r}. Write {error}.") from None
    except NoName:
        raise _cannot_read(name) from None


def _cannot_read(name: str) -> BenchsuiteError:
    return BenchsuiteError(f"cannot read the name of an instance {shown(name)}. {FORM}")


def no_variants(names: str, having: Iterable[str]) -> BenchsuiteError:
    """Build the error about tasks that have no variants.

    Args:
        names: Of the tasks.
        having: Names of those that have some.
    """
    others = ", ".join(having)
    then = f"Tasks that have some: {others}." if others else "Write variation=bs.Variation(…) into the task."
    return BenchsuiteError(f"there are no variants of {shortened(names, 200)}: no variation is declared. {then}")


def instance_of(task: Task, instance: Instance) -> Task:
    """Make an instance of a task: a task of its own, named like the instance, with the version, tier and kinds of its task.

    Args:
        task: The task itself.
        instance: Which one.

    Raises:
        BenchsuiteError: If the task has no variants, no such axis, its ``instance`` returns what no task has, or it would keep
            fewer examples than a batch has.
    """
    from benchsuite.varied import varied

    if instance.published:
        return task
    if instance.variant and task.variation is None:
        raise no_variants(task.name, ())
    values = checked_values(task, instance)
    own = {axis: value for axis, value in values.items() if axis != EXAMPLES}
    draw = Draw(task.name, instance.variant, own)
    kept = values.get(EXAMPLES)
    made = varied(task, draw, instance.name, kept if isinstance(kept, int) else None)
    refuse_examples(made, made.batch_size)
    return made


def refuse_examples(task: Task, batch_size: int, most: int | None = None) -> None:
    """Refuse an instance that keeps fewer examples than a batch has, or more than there are.

    Args:
        task: The instance.
        batch_size: Examples a step.
        most: How many examples the training part has; ``None`` where nobody knows.

    Raises:
        BenchsuiteError: Naming the number.
    """
    kept = read_name(task.name).values.get(EXAMPLES) if is_instance(task.name) else None
    if kept is None:
        return
    if kept < batch_size:
        raise BenchsuiteError(
            f"examples of {task.title} must be at least its batch size, {batch_size:,}. Received: {kept:,}. "
            "Take more examples, or a smaller batch with --with batch_size=N."
        )
    if most is not None and kept > most:
        raise BenchsuiteError(
            f"examples of {task.title} must be at most those of its training part, {most:,}. Received: {kept:,}. Take fewer."
        )


def check_limits(task: Task, axis: str, value: float) -> None:
    """Refuse a value below the least or above the largest that an axis of a task declares.

    Raises:
        BenchsuiteError: Naming the values.
    """
    values = task.axes[axis].values
    if not values[0] <= value <= values[-1]:
        raise BenchsuiteError(
            f"{axis} of {task.title} must lie from {value_text(values[0])} to {value_text(values[-1])}. "
            f"Received: {value_text(value)}. Its values: {', '.join(map(value_text, values))}."
        )


def checked_values(task: Task, instance: Instance) -> dict[str, float]:
    """Return the values of an instance on the axes of its task, each in the type of its axis.

    Raises:
        BenchsuiteError: If there is no such axis, it is a knob, which a study changes, or the value is none of its type, lies
            outside of its values, or is the task's own.
    """
    found: dict[str, float] = {}
    for axis, value in instance.values.items():
        if axis in task.architecture or axis in KNOBS:
            raise BenchsuiteError(
                f"{axis} of {task.title} is a knob, and no axis that makes an instance. Received: {instance.name!r}. "
                f"Use --with {axis}={value_text(value)}."
            )
        if axis not in task.axes:
            raise unknown(f"axis of {task.title}:", axis, [name for name in task.axes if name not in task.architecture])
        known = task.axes[axis]
        whole = all(isinstance(each, int) for each in known.values)
        if (not isinstance(value, int) and whole) or (axis == EXAMPLES and not (isinstance(value, int) and value >= 1)):
            raise BenchsuiteError(
                f"{axis} of {task.title} must be a whole number{' from 1' if axis == EXAMPLES else ''}. "
                f"Received: {value_text(value)}. Its values: {', '.join(map(value_text, known.values))}."
            )
        check_limits(task, axis, float(value))
        if value == known.default:
            without = {name: each for name, each in instance.values.items() if name != axis}
            raise BenchsuiteError(
                f"{axis}={value_text(value)} is what {task.title} has itself. Received: {instance.name!r}. "
                f"Write {Instance(instance.base, instance.variant, without).name}."
            )
        found[axis] = value if whole and isinstance(value, int) else float(value)
    return found

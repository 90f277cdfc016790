"""What ``--with`` changes in the baseline of a whole study: components, batch size, budget, and knobs that tasks declare."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from benchsuite.checks import Check
from benchsuite.components import RECIPE_KINDS, Task
from benchsuite.components.base import NAME
from benchsuite.components.fields import LARGEST_COUNT
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import KNOBS, change_order
from benchsuite.recipe import Recipe
from benchsuite.selection import Components, baseline, expand, read_value, split, value_text, written
from benchsuite.spaces import Value


class NotAllowed(BenchsuiteError):
    """Raised where a task does not allow a change; its text is the reason, without a full stop."""


Changes = tuple[tuple[str, str], ...]
"""Kind → selection of the one alternative, or knob → value; in the order of the kinds, the knobs last."""

FORM = (
    "write kind=selection, batch_size=N or epochs=N, separated by commas, such as schedule=warmup+cosine,batch_size=128"
)


def read_changes(texts: Iterable[str]) -> Changes:
    """Return what users wrote, by kind or knob; whether components and knobs exist is not looked at.

    Args:
        texts: Each ``kind=selection`` or ``knob=value``, or several of them separated by commas.

    Raises:
        BenchsuiteError: If it cannot be read, or names something twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        try:
            parts = split(text, ",")
        except BenchsuiteError:
            raise BenchsuiteError(f"cannot read {text!r} in --with: {FORM}.") from None
        for part in parts:
            key, equals, value = (side.strip() for side in part.partition("="))
            if not equals or not value or not NAME.fullmatch(key.replace("-", "_")):
                raise BenchsuiteError(f"cannot read {part!r} in --with: {FORM}.")
            name = key.replace("-", "_")
            if name in found:
                raise BenchsuiteError(f"--with changes {name} twice: {found[name]} and {value}. Leave one of them out.")
            found[name] = _number(name, value) if name in KNOBS else value
    return tuple(sorted(found.items(), key=lambda item: change_order(item[0])))


def spelled(value: Any) -> Any:
    """Return a study file's table of changes as the command line takes it; what is no such table as it is."""
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value
    plain = all(isinstance(held, str | int) and not isinstance(held, bool) for held in value.values())
    return tuple(f"{key}={held}" for key, held in value.items()) if plain else value


def settle(changes: Changes, components: Components, declared: Collection[str] = ()) -> Changes:
    """Return the changes with each selection written as short as it can be, so that equal ones are equal.

    Args:
        changes: As they were read.
        components: Where components are looked up.
        declared: The knobs that tasks declare.

    Raises:
        BenchsuiteError: If a name is neither a kind nor a knob, a selection names what does not exist or cannot be, or means
            several alternatives.
    """
    settled = []
    for name, text in changes:
        if name not in (*RECIPE_KINDS, *KNOBS, *declared):
            raise unknown("kind or knob in --with:", name, {*RECIPE_KINDS, *KNOBS, *declared})
        if name in declared and name not in (*RECIPE_KINDS, *KNOBS):
            text = value_text(read_value(text))
        elif name not in KNOBS:
            alternatives = expand(name, [text], components)
            if len(alternatives) != 1:
                raise BenchsuiteError(
                    f"--with gives every trial the same {name.replace('_', ' ')}. Received: {text!r}, which means "
                    f"{len(alternatives)}. To compare them, leave it out of --with and use --{name.replace('_', '-')}."
                )
            text = written(alternatives[0], components)
        settled.append((name, text))
    return tuple(settled)


def changed_baseline(task: Task, components: Components, changes: Changes) -> Recipe:
    """Return a task's baseline recipe with the changes.

    Args:
        task: The task.
        components: Where components are looked up.
        changes: Settled; none for the baseline as it is.

    Raises:
        NotAllowed: If the task does not allow one of them.
        BenchsuiteError: If its baseline itself cannot be made.
    """
    recipe = baseline(task, components)
    for name, text in changes:
        if name in KNOBS:
            if name not in task.knobs:
                others = f", only {task.knobs[0]}" if task.knobs else ""
                raise NotAllowed(f"{name} cannot be changed there{others}")
            continue
        if name not in RECIPE_KINDS:
            _own_knob(task, name, text)
            continue
        if name not in recipe:
            raise NotAllowed(f"there is a {name.replace('_', ' ')} of its own, which cannot be replaced")
        (settings,) = expand(name, [text], components)
        recipe = recipe.replaced(name, settings)
    return recipe


def own_knobs(task: Task, changes: Changes) -> tuple[tuple[str, Value], ...]:
    """Return the values of a task's own knobs after the changes, of those that are not as the task has them.

    Raises:
        NotAllowed: If it has no such knob, or the value lies outside.
    """
    chosen = {name: _own_knob(task, name, text) for name, text in changes if name not in (*RECIPE_KINDS, *KNOBS)}
    return task.unusual(chosen)


def _own_knob(task: Task, name: str, text: str) -> Value:
    if name not in task.architecture:
        raise NotAllowed(f"it has no knob {name}")
    value, space = read_value(text), task.architecture[name]
    if not space.contains(value):
        raise NotAllowed(f"{name} must be {space.describe()}")
    return space.checked(value, f"{name} of {task.title}")


def change_text(changes: Changes) -> str:
    """Return changes as they are typed."""
    return ",".join(f"{name}={text}" for name, text in changes)


def knob(changes: Changes, name: str, usual: int) -> int:
    """Return the value of a knob: what the changes say, else the usual one."""
    return int(dict(changes).get(name, usual))


def _number(name: str, text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,18}", text) or not 1 <= int(text) <= LARGEST_COUNT:
        raise BenchsuiteError(
            f"{name} in --with must be a whole number from 1 to {LARGEST_COUNT:,}. Received: {text!r}."
        )
    return str(int(text))


class _ReadableChanges(Check):
    """The check of :func:`read_changes`, whose refusal says what is wrong."""

    def refusal(self, called: str, value: Any) -> BenchsuiteError:
        """Return the error about changes that cannot be read."""
        try:
            read_changes(value)
        except BenchsuiteError as error:
            return error if called == "--with" else BenchsuiteError(str(error).replace("--with", called, 1))
        return super().refusal(called, value)


def _readable(texts: Mapping[str, str] | Iterable[str]) -> bool:
    try:
        read_changes(texts)
    except BenchsuiteError:
        return False
    return True


CHANGES = _ReadableChanges("be changes such as schedule = 'cosine' and batch_size = 128", _readable)

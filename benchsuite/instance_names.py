"""What in the name of an instance tells it from its task, for whoever reads records: no task is needed to read it.

The grammar of such names stands here alone: ``TASK~3``, ``TASK~axis=value``, ``TASK~3~axis=value``; the variant first, then the
axes, sorted, each number in its shortest form. So one instance has one name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

MARK = "~"
"""Stands in no name of a task, and begins what makes an instance of one."""
LONGEST = 200
"""Letters of the name of an instance: it is the name of a file."""
MOST_VARIANT = 2**31 - 1
"""The largest number of a variant."""
BASE = re.compile(r"[a-z][a-z0-9_]*")
"""A name that a task may have."""

Parts = tuple[str, int, Mapping[str, float]]
"""Task, variant (0 for the published one), and axis → value."""


class NoName(Exception):
    """Raised for what names no instance."""


class NoVariant(NoName):
    """Raised for a number that is none of a variant: its text is that number."""


class OtherName(NoName):
    """Raised for what is not the one name of its instance: its text is that name."""


def parts_of(name: str) -> Parts:
    """Read the name of an instance, to the letter.

    Raises:
        NoVariant: If the number of its variant is none.
        OtherName: If the instance has another name.
        NoName: If it is not formed as such names are.
    """
    base, *parts = name.split(MARK)
    if not BASE.fullmatch(base) or len(name) > LONGEST:
        raise NoName
    variant = 0
    values: dict[str, float] = {}
    if parts and "=" not in parts[0]:
        text = parts.pop(0)
        if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not 1 <= int(text) <= MOST_VARIANT:
            raise NoVariant(text)
        variant = int(text)
    for part in parts:
        axis, equals, text = part.partition("=")
        value = read_value(text)
        if not equals or not axis.isidentifier() or axis in values or value is None:
            raise NoName
        values[axis] = value
    one = name_of_parts(base, variant, values)
    if one != name:
        raise OtherName(one)
    return base, variant, values


def name_of_parts(base: str, variant: int, values: Mapping[str, object]) -> str:
    """Return the one name of an instance."""
    parts = [str(variant)] if variant else []
    parts += [f"{axis}={value_text(value)}" for axis, value in sorted(values.items())]
    return MARK.join((base, *parts))


def value_text(value: object) -> str:
    """Return the one text of a number in the name of an instance: the shortest that is read as the same."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def read_value(text: str) -> float | int | None:
    """Return the number that a text is, as one stands behind ``=``; ``None`` where it is none, or not finite."""
    if re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return int(text)
    if not re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?", text, re.ASCII):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def is_instance(name: str) -> bool:
    """Say whether a name is one of an instance that is not the published one, well formed or not."""
    return MARK in name


@lru_cache(maxsize=4096)
def well_formed(name: str) -> bool:
    """Say whether a name is one of a task, whatever it is, or the one name of an instance."""
    if not is_instance(name):
        return True
    try:
        parts_of(name)
    except NoName:
        return False
    return True


def base_of(name: str) -> str:
    """Return the name of the task that an instance is one of; of the published one its own."""
    return name.partition(MARK)[0]


def is_variant(name: str) -> bool:
    """Say whether a name is one of a variant, on every axis where its task is."""
    return name.count(MARK) == 1 and variant_in(name) > 0


def variant_in(name: str) -> int:
    """Return the variant in a name, whatever else it says; 0 where it names none, and where it is no name of an instance."""
    return parts_of(name)[1] if is_instance(name) and well_formed(name) else 0


def instance_words(name: str) -> str:
    """Return which instance of its task a name means, such as ``variant 3, noise=0.5``; empty for the published one."""
    return ", ".join(f"variant {part}" if part.isdecimal() else part for part in name.split(MARK)[1:])

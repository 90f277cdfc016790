"""The settings of an optimizer that are part of its graph: what two of them must have in common to share a program.

That is its configuration, ``get_config()``, without what differs between any two objects (names that Keras counts) and without what
is set at each step: its learning rate, and those of optimizers inside it that follow when it is set.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchsuite.engine.fed.likeness import described
from benchsuite.engine.fed.number import Fed, key
from benchsuite.engine.fed.swapping import array_of

SET_ALONE = ("learning_rate", "name")
"""Entries of an optimizer's own configuration that no graph depends on."""
COUNTED = ("name", "build_config", "compile_config")
"""Entries of an object inside it that Keras counts, or fills in when it is built."""


def settings(optimizer: Any) -> dict[str, Any]:
    """Return name → setting, of which equal ones are equal. A fed number stands for itself, whatever its present value.

    Args:
        optimizer: Where it has a learning rate, that was set to the same number as the other's with which it is compared.
    """
    configuration = optimizer.get_config() if hasattr(optimizer, "get_config") else {}
    return {str(name): _plain(value) for name, value in configuration.items() if name not in SET_ALONE}


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the names of the settings that differ, in order."""
    nothing = object()
    return sorted(name for name in one.keys() | other.keys() if one.get(name, nothing) != other.get(name, nothing))


def _plain(value: Any) -> Any:
    if isinstance(value, Fed):
        return ("fed", key(value))
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in COUNTED}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str | bytes | bool | int | float | None):
        return value
    array = array_of(value)
    if array is not None:
        return ("array", array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes())
    if isinstance(value, type):
        return ("class", value.__module__, value.__qualname__)
    if hasattr(value, "get_config"):  # an optimizer, a schedule, a regularizer, handed over as it is
        return (type(value).__module__, type(value).__qualname__, _plain(value.get_config()))
    return (
        "object",
        {place: _plain(held) if isinstance(held, Fed) else held for place, held in described(value).items()},
    )

"""Whether a plugin imports a large library when it is loaded, and what it has: so that lists need not load it again."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from types import ModuleType
from typing import Any

from benchsuite.components import Component, Task

LIBRARIES = ("keras", "tensorflow", "torch", "jax")
"""Those that take seconds to import."""
LARGEST = 2**15
"""Letters of what a plugin has; of one that has more nothing is kept, and it is loaded each time."""


def imported_by(module: ModuleType, loaded: Collection[str]) -> str:
    """Return the library that a plugin imports at its top, itself or by what it imports; empty if there is none.

    Args:
        module: The plugin.
        loaded: Libraries that the process had before it.
    """
    new = [name for name in LIBRARIES if name in sys.modules and name not in loaded]
    if new:
        return new[0]
    held = {name for value in list(vars(module).values()) for name in _packages(value)}
    return next((name for name in LIBRARIES if name in held), "")


def listed(components: Sequence[Component | Task]) -> list[list[str]]:
    """Return kind, name, summary and mark of each; nothing if that is too much, or if any has a say in other components."""
    rows = [[one.kind, one.name, one.summary, _mark(one)] for one in components]
    return rows if len(json.dumps(rows)) <= LARGEST else []


def _mark(one: Component | Task) -> str:
    if isinstance(one, Task):
        return str(one.tier)
    return "default" if one.default else "yardstick" if one.yardstick else ""


def _packages(value: Any) -> list[str]:
    """Return the packages that a value at the top of a module comes from: its own, or those of the classes it inherits from."""
    if type(value) is ModuleType:
        names = [vars(value).get("__name__")]
    elif isinstance(value, type):
        names = [vars(one).get("__module__") for one in type.mro(value)]
    else:
        names = [getattr(value, "__module__", None)] if callable(value) else []
    return [name.partition(".")[0] for name in names if isinstance(name, str)]

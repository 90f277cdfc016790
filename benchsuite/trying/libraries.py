"""Whether a plugin imports a large library when it is loaded, and what it has: so that lists need not load it again."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchsuite.components import Claim, Registrable, Task

LIBRARIES = ("keras", "tensorflow", "torch", "jax")
"""Those that take seconds to import."""
AT_ITS_TOP = re.compile(rf"^(?:import|from) +({'|'.join(LIBRARIES)})\b", re.MULTILINE)
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


def imported_before_it_failed(source: Path | str, loaded: Collection[str]) -> str:
    """Return the library that a plugin imported before it raised; empty if there is none.

    Args:
        source: Its file, or its name.
        loaded: Libraries that the process had before it.
    """
    new = [name for name in LIBRARIES if name in sys.modules and name not in loaded]
    if new or not isinstance(source, Path):
        return next(iter(new), "")
    try:
        found = AT_ITS_TOP.search(source.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return found[1] if found is not None and found[1] in sys.modules else ""


def listed(components: Sequence[Registrable]) -> list[list[str]]:
    """Return kind, name, summary and mark of each; nothing if that is too much, or if any has a say in other components."""
    rows = [[one.kind, one.name, one.summary, _mark(one)] for one in components]
    return rows if len(json.dumps(rows)) <= LARGEST else []


def _mark(one: Registrable) -> str:
    if isinstance(one, Task):
        return str(one.tier)
    if isinstance(one, Claim):
        return one.number
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

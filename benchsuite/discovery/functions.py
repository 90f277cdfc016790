"""The functions of other modules, which a plugin may replace while it is imported: found, and put back.

Only what can be called is looked at. Modules fill their other names as they go, and no harm is in that.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

HEAP_TYPE = 1 << 9
"""Flag of classes made by a ``class`` statement; of all others nothing can be replaced."""
GONE = object()


class Functions:
    """Every function and class of every module that is loaded, as they are now."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, dict[str, Any]]] = []
        self._modules = frozenset(sys.modules)
        for name, module in list(sys.modules.items()):
            if type(module) is ModuleType:
                called = _called(vars(module))
                self._kept.append((module, called))
                self._kept += [(cls, _called(_names(cls))) for cls in called.values() if _is_class_of(cls, name)]

    def restore(self, plugin: OwnCode) -> list[str]:
        """Put back what a plugin has replaced; return what it is called, such as ``rich.console.Console.print``.

        What a library has replaced that the plugin imports stays: it fits that library.
        """
        restored = []
        for owner, before in self._kept:
            now = _names(owner)
            changed = [(name, value) for name, value in before.items() if now.get(name, GONE) is not value]
            for name, value in changed:
                if not _of_library(now.get(name, GONE), plugin):
                    with contextlib.suppress(Exception):
                        setattr(owner, name, value)
                        restored.append(f"{_title(owner)}.{name}")
        return restored

    def modules_given_to(self, plugin: OwnCode) -> list[str]:
        """Return the modules, loaded since, that hold a function of this plugin's: whoever wants them back has to load them before."""
        found = []
        for name, module in list(sys.modules.items()):
            if name in self._modules or type(module) is not ModuleType or plugin.owns(vars(module)):
                continue
            values = list(vars(module).values())
            inner = (value for cls in values if _is_class_of(cls, name) for value in list(_names(cls).values()))
            if any(type(value) is FunctionType and plugin.owns(value.__globals__) for value in (*values, *inner)):
                found.append(name)
        return found


@dataclass(frozen=True)
class OwnCode:
    """Which code is a plugin's own.

    Args:
        name: Of its module.
        root: For a file of the user's: the folder in which it may find what it imports.
    """

    name: str
    root: Path | None = None

    def owns(self, names: Mapping[str, Any]) -> bool:
        """Say whether the names of a module are those of one of its own."""
        name, file = names.get("__name__"), names.get("__file__")
        if isinstance(name, str) and name.partition(".")[0] == self.name.partition(".")[0]:
            return True
        if self.root is None or not isinstance(file, str) or file.startswith(sys.prefix):
            return False
        return file.startswith(f"{self.root.absolute()}{os.sep}")


def _of_library(value: Any, plugin: OwnCode) -> bool:
    if type(value) is FunctionType:
        return not plugin.owns(value.__globals__)
    module = sys.modules.get(str(_names(value).get("__module__"))) if issubclass(type(value), type) else None
    return module is not None and not plugin.owns(vars(module))


def _called(names: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in names.items()
        if type(name) is str and (callable(value) or type(value) in (staticmethod, classmethod, property))
    }


def _names(owner: Any) -> Mapping[str, Any]:
    # Of classes too: what a metaclass would say is not asked.
    return vars(owner) if type(owner) is ModuleType else type.__getattribute__(owner, "__dict__")


def _is_class_of(value: Any, module: str) -> bool:
    """Say whether this is a class that a module has made, and whose functions can be replaced."""
    return (
        issubclass(type(value), type)
        and bool(type.__getattribute__(value, "__flags__") & HEAP_TYPE)
        and _names(value).get("__module__") == module
    )


def _title(owner: Any) -> str:
    if type(owner) is ModuleType:
        return str(owner.__name__)
    return f"{_names(owner).get('__module__')}.{type.__getattribute__(owner, '__qualname__')}"

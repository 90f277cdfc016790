"""Which line of the author's a finding on numbers names: where an operation was made, or the method that gives them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchsuite.components import Component, Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.places import Own, Place, own_files, place_made
from benchsuite.registry import Registry

METHODS = ("update_step", "update_all", "step", "apply", "call", "__call__", "after_step", "batch", "in_training", "mask",
           "after_epoch", "transform", "fit", "adapt", "evaluation_values")  # fmt: skip
"""Where the numbers of components' objects come from."""


class Blame:
    """Writes findings about one component, with the line that they are about.

    Args:
        component: The component or task.
        registry: Where it is registered.
    """

    def __init__(self, component: Component | Task, registry: Registry) -> None:
        self._component = component
        self._made = place_made(component)
        entry = registry.tables.get(component.kind, {}).get(component.name)
        if entry is not None and entry.plugin.module is not None:
            self.own: Own = own_files(entry.plugin.module, entry.plugin.root)
        else:
            file = self._made.file if self._made else ""
            self.own = lambda name: name == file

    def broken(self, promise: str, problem: str, cure: str, place: Place | None = None) -> Finding:
        """Return a broken promise.

        Args:
            promise: In words.
            problem: What happened.
            cure: The likely mistake, and what to write instead.
            place: The author's line; where the component is made unless given.
        """
        place = place or self._made
        return Finding(promise, problem, "", str(place or ""), cure, place.source if place else "")

    def calls(self, calls: Sequence[tuple[str, int, str]]) -> Place | None:
        """Return the deepest of some calls that stands in a file of the author's.

        Args:
            calls: File, number of the line and name of the function, innermost last.
        """
        own = [Place(file, line, name) for file, line, name in calls if self.own(file)]
        return own[-1] if own else None

    def method(self, made: Any, names: Iterable[str] = METHODS) -> Place | None:
        """Return where the numbers of an object come from: its first method of such a name that is the author's."""
        functions = [made] if inspect.isfunction(made) else [getattr(type(made), name, None) for name in names]
        for function in functions:
            if function is not None and (place := self._of(function)) is not None:
                return place
        return None

    def _of(self, function: Callable[..., Any]) -> Place | None:
        function = inspect.unwrap(function)
        code = getattr(function, "__code__", None)
        if code is None or not Path(code.co_filename).is_file() or not self.own(code.co_filename):
            return None
        return Place(code.co_filename, code.co_firstlineno, code.co_name)

"""What came of importing a plugin in a process of its own."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchsuite.components import KINDS
from benchsuite.discovery.functions import Functions
from benchsuite.trying.read_meanwhile import is_as_it_was

BELIEVED_SECONDS = 3600.0
"""So long an end of the process is believed without trying again: what it depends on may be mended elsewhere."""


@dataclass(frozen=True)
class Listed:
    """A component or task of a plugin that was not loaded here, as lists show it.

    Args:
        kind: A kind, or ``task``.
        name: Its name.
        summary: One line.
        mark: What stands before its origin: ``default`` or ``yardstick``, or the tier of a task; empty for most.
    """

    kind: str
    name: str
    summary: str
    mark: str = ""


@dataclass(frozen=True)
class TriedFirst:
    """What came of it.

    Args:
        reason: Why it cannot be imported here, in one line; empty if it can. One that merely raises can.
        printed: The end of what it printed, where it cannot.
        replaced: Modules in which it replaces functions, loaded before it to have these back.
        imports: The large library that it imports when it is loaded, if any: everybody waits for that who loads it.
        listed: What it has, where it imports such a library: lists can show it without loading it again.
        failed: Why it raised, where it did after it imported such a library: lists need not wait for that again.
        files: What it read meanwhile → what that was like.
        variables: Environment variables that it read → hash of the value.
        at: When it was tried, in seconds since 1970.
    """

    reason: str = ""
    printed: str = ""
    replaced: tuple[str, ...] = ()
    imports: str = ""
    listed: tuple[Listed, ...] = ()
    failed: str = ""
    files: Mapping[str, str] = field(default_factory=dict, compare=False)
    variables: Mapping[str, str] = field(default_factory=dict, compare=False)
    at: float = field(default_factory=time.time, compare=False)

    @property
    def counts(self) -> bool:
        """Whether it need not be tried again: that it works counts as long as its files, and what it read, are the same."""
        if not is_as_it_was(self.files, self.variables):
            return False
        return not (self.reason or self.failed) or 0 <= time.time() - self.at < BELIEVED_SECONDS

    def to_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        listed = [[one.kind, one.name, one.summary, one.mark] for one in self.listed]
        told = {"reason": self.reason, "printed": self.printed, "replaced": list(self.replaced), "at": self.at}
        told |= {"failed": self.failed, "files": dict(self.files), "variables": dict(self.variables)}
        return {**told, "imports": self.imports, "listed": listed}

    @classmethod
    def from_json(cls, data: Any) -> TriedFirst | None:
        """Read it; ``None`` if this is something else."""
        if not isinstance(data, Mapping):
            return None
        reason, printed, replaced, at = (data.get(key) for key in ("reason", "printed", "replaced", "at"))
        imports, listed, failed = data.get("imports", ""), data.get("listed", []), data.get("failed", "")
        files, variables = data.get("files", {}), data.get("variables", {})
        if not (isinstance(reason, str) and isinstance(printed, str) and isinstance(at, float)):
            return None
        if not (isinstance(replaced, list) and all(isinstance(name, str) for name in replaced)):
            return None
        if not (isinstance(imports, str) and isinstance(listed, list) and all(map(_is_row, listed))):
            return None
        if not (isinstance(failed, str) and _are_texts(files) and _are_texts(variables)):
            return None
        rows = tuple(Listed(*row) for row in listed)
        return cls(reason, printed, tuple(replaced), imports, rows, failed, files, variables, at)


def _are_texts(data: Any) -> bool:
    return isinstance(data, dict) and all(isinstance(text, str) for item in data.items() for text in item)


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 4 and all(isinstance(text, str) for text in row) and row[0] in KINDS


def functions_before(tried: TriedFirst) -> Functions:
    """Return all functions as they are before a plugin is imported that replaces some."""
    for name in tried.replaced:
        try:
            importlib.import_module(name)
        except Exception:  # it was there when the plugin was tried; it says itself what is wrong with it now
            continue
    return Functions()

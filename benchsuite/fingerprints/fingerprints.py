"""The fingerprint of a component: of its own code, and that of the components it wraps."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from benchsuite.fingerprints.source_files import SourceFiles, hashed


class Fingerprints:
    """The fingerprints of the components of a registry, each made when it is first asked for.

    Args:
        tables: Kind → name → what is registered, with its ``component`` and its ``plugin``.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._tables = tables
        self._sources = SourceFiles()
        self._known: dict[tuple[str, ...], tuple[str, frozenset[Path]]] = {}

    def remember(self, plugins: Iterable[tuple[ModuleType, Path | None]]) -> None:
        """Read the files of plugins and of what they have loaded already: they may be edited before anybody asks.

        Args:
            plugins: Modules; for a file of the user's with the folder in which it may find what it imports.
        """
        packages, roots = set(), set()
        for module, root in plugins:
            packages.add(module.__name__.partition(".")[0])
            if root is not None:
                roots.add(f"{root.absolute()}{os.sep}")
        for name, module in list(sys.modules.items()):
            try:
                file = getattr(module, "__dict__", {}).get("__file__")  # without waking a module that is loaded lazily
            except Exception:  # anything may stand there, and say anything of itself
                continue
            if isinstance(file, str) and (
                name.partition(".")[0] in packages
                # Not the libraries of an environment that lies in the user's folder.
                or (not file.startswith(sys.prefix) and any(file.startswith(root) for root in roots))
            ):
                self._sources.remember(Path(file), module.__dict__.get("__loader__"))

    def of(self, kind: str, name: str, hyperparameters: Mapping[str, Any], verify: bool = False) -> str:
        """Return the fingerprint of a component, see :meth:`benchsuite.registry.Registry.fingerprint`."""
        wrapped = self._wrapped(f"{kind}:{name}", hyperparameters)
        found, files = self._both(kind, name, wrapped)
        if verify and self._sources.edited(files):
            return _short([found, "edited while it was used"])
        return found

    def files(self, kind: str, name: str) -> frozenset[Path]:
        """Return the files that the fingerprint of a component with its defaults stands for."""
        return self._both(kind, name, self._wrapped(f"{kind}:{name}", {}))[1]

    def imported(self, kind: str, name: str) -> list[tuple[str, str]]:
        """Return kind and name of each component whose plugin the code of another one imports, sorted; not its own plugin's.

        Args:
            kind: Of the one that imports.
            name: Likewise.
        """
        own = self._entry(f"{kind}:{name}").plugin
        files = self._files(f"{kind}:{name}").values()
        return sorted(
            (other, each)
            for other, table in self._tables.items()
            for each, entry in table.items()
            if entry.plugin is not own and Path(str(getattr(entry.plugin.module, "__file__", ""))) in files
        )

    def _both(self, kind: str, name: str, wrapped: tuple[str, ...]) -> tuple[str, frozenset[Path]]:
        key = (kind, name, *wrapped)
        if key not in self._known:
            self._known[key] = self._made(f"{kind}:{name}", wrapped)
        return self._known[key]

    def _made(self, title: str, wrapped: Iterable[str]) -> tuple[str, frozenset[Path]]:
        own = self._files(title)
        files, lines, seen, waiting = set(own.values()), [], {title}, list(wrapped)
        while waiting:
            inner = waiting.pop()
            if inner in seen:
                continue
            seen.add(inner)
            if self._entry(inner) is None:
                lines.append(f"{inner} is missing")
                continue
            reached = self._files(inner)
            files.update(reached.values())
            lines.append(f"{inner} {self._sources.digest(reached)}")
            waiting += self._wrapped(inner, {})
        return _short([self._sources.digest(own), *sorted(lines)]), frozenset(files)

    def _entry(self, title: str) -> Any:
        kind, _, name = title.partition(":")
        return self._tables[kind].get(name)

    def _files(self, title: str) -> dict[str, Path]:
        entry = self._entry(title)
        return self._sources.closure(entry.plugin.module, entry.plugin.root, entry.component)

    def _wrapped(self, title: str, hyperparameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return ``kind:name`` of each component that a component's hyperparameters name; its defaults where not given."""
        component = self._entry(title).component
        wraps: Mapping[str, str] = getattr(component, "wraps", {})  # a task has none
        return tuple(
            f"{kind}:{hyperparameters[key] if key in hyperparameters else component.space[key].default}"
            for key, kind in wraps.items()
        )


def _short(lines: Iterable[str]) -> str:
    return hashed(lines)[:16]

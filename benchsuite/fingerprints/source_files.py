"""The files that a component is made of: its plugin's, and all that this imports.

Imports are followed in the text, also those inside functions, within the bundled packages, the packages of installed
distributions that register plugins, and the user's own files. ``benchsuite`` itself is never followed, nor any other
library: their versions stand in the record.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from benchsuite.fingerprints.import_places import ImportPlaces, Module, place_of, shared_places
from benchsuite.syntax import Code, Reference, read


@dataclass
class File:
    """One file as it was when it was first read.

    Args:
        source: Its bytes.
        seen: What told then whether it changes: time, size, number.
    """

    source: bytes
    seen: tuple[int, ...]

    @property
    def code(self) -> Code:
        """What matters of it."""
        return read(self.source)


class SourceFiles:
    """The files that plugins are made of, each as it was when it was first read.

    Args:
        shared: Where imports of every plugin are followed.
    """

    def __init__(self, shared: Callable[[], ImportPlaces] = shared_places) -> None:
        self._shared = functools.cache(shared)
        self._found_there = functools.cache(lambda name: self._shared().find(name))
        self._files: dict[Path, File] = {}

    def remember(self, path: Path, loader: Any = None) -> None:
        """Read a file now, unless it was read before; ``loader`` reads what lies in an archive."""
        self._file(path, loader)

    def find(self, name: str) -> Path | None:
        """Return the file of a module that can be imported by its dotted name, without importing it."""
        own = ImportPlaces({name.partition(".")[0]: place_of(name.partition(".")[0])})
        found = self._find(name, own)
        return found[-1].path if found and found[-1].name == name else None

    def closure(self, module: ModuleType, root: Path | None, component: Any) -> dict[str, Path]:
        """Return name → file of all code that a component is made of; the plugin's own file has no name.

        Args:
            module: The plugin.
            root: For a file of the user's: the folder in which it may find what it imports.
            component: What it registered.
        """
        path = Path(getattr(module, "__file__", None) or module.__name__)
        own = (
            ImportPlaces()
            if root is None and _top(module) in self._shared().packages
            else _own_places(module, path, root)
        )
        waiting = [found for function in functions_of(component) for found in self._of_function(function, own, root)]
        waiting += self._own(module, path, root, own)  # the plugin's own file last: it is taken first
        found: dict[str, Path] = {}
        while waiting:
            current = waiting.pop()
            if current.name in found:
                continue
            found[current.name] = current.path
            for reference in self._file(current.path).code.references:
                waiting += self._meant(reference, current, own)
        return {"" if number == 0 else name: file for number, (name, file) in enumerate(found.items())}

    def digest(self, files: Mapping[str, Path]) -> str:
        """Return what the code of some files hashes to, as it was when they were first read."""
        return hashed(f"{name}={self._file(path).code.digest}" for name, path in sorted(files.items()))

    def edited(self, files: Iterable[Path]) -> bool:
        """Say whether the code of a file is no longer what was first read."""
        return any(self._edited(path) for path in files)

    def _file(self, path: Path, loader: Any = None) -> File:
        if path not in self._files:
            self._files[path] = _read(path, loader)
        return self._files[path]

    def _edited(self, path: Path) -> bool:
        known = self._file(path)
        if _seen(path) == known.seen:
            return False
        now = _read(path)
        if now.code.digest != known.code.digest:
            return True
        known.seen = now.seen  # touched, or another comment
        return False

    def _find(self, name: str, own: ImportPlaces) -> list[Module]:
        return own.find(name) or self._found_there(name)

    def _own(self, module: ModuleType, path: Path, root: Path | None, own: ImportPlaces) -> list[Module]:
        """Return the plugin's own module, after the packages that importing it runs."""
        name = module.__name__
        if root is not None:  # its name was made up
            if "." not in name and "__path__" not in vars(module):
                return [Module(path.stem, path)]
            name = path.parent.name if path.stem == "__init__" else f"{path.parent.name}.{path.stem}"
        return [*(found for found in self._find(name, own) if found.name != name), Module(name, path)]

    def _of_function(self, function: Any, own: ImportPlaces, root: Path | None) -> list[Module]:
        """Return the module that a function of a component comes from, however it got there."""
        name = getattr(function, "__module__", None) or ""
        if found := self._find(name, own):
            return found
        file = getattr(sys.modules.get(name), "__file__", None)
        if root is not None and file and Path(file).is_relative_to(root) and not name.startswith("benchsuite_local_"):
            return [Module(Path(file).stem, Path(file))]
        return []

    def _meant(self, reference: Reference, current: Module, own: ImportPlaces) -> list[Module]:
        name = reference.name
        if reference.level:
            parts = current.package.split(".") if current.package else []
            if reference.level > len(parts):  # beyond the package: it fails when it is run
                return []
            name = ".".join([*parts[: len(parts) - reference.level + 1], *([name] if name else [])])
        found = self._find(name, own)
        if reference.everything and found and found[-1].name == name:
            for exported in self._file(found[-1].path).code.exported:
                found = [*found, *self._find(f"{name}.{exported}", own)]
        return found


def _own_places(module: ModuleType, path: Path, root: Path | None) -> ImportPlaces:
    """Return where a plugin's own imports are followed, beside what all share."""
    if root is not None:
        return ImportPlaces({root.resolve().name: (root,)}, (root, path.parent))
    name = _top(module)
    alone = name == module.__name__ and "__path__" not in vars(module)
    if alone and not any(path.parent.glob("*.dist-info")):  # a module of the user's, and not all that is installed
        return ImportPlaces({}, (path.parent,))
    return ImportPlaces({name: place_of(name)})


def _top(module: ModuleType) -> str:
    return module.__name__.partition(".")[0]


def functions_of(value: Any) -> Iterator[Any]:
    """Yield every function and class in a component: its ``make``, the formulas of its metrics, however they are wrapped."""
    if isinstance(value, functools.partial):
        yield from functions_of(value.func)
    elif inspect.isroutine(value) or inspect.isclass(value) or hasattr(value, "__wrapped__"):
        yield inspect.unwrap(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from functions_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from functions_of(item)
    elif is_dataclass(value) or callable(value):
        yield type(value)
        for each in fields(value) if is_dataclass(value) else ():
            yield from functions_of(getattr(value, each.name))


def hashed(lines: Iterable[str]) -> str:
    """Return 64 hexadecimal digits for some lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read(path: Path, loader: Any = None) -> File:
    seen = _seen(path)  # before it is read: what changes in between shows later
    try:
        return File(path.read_bytes(), seen)
    except OSError:
        pass
    try:
        return File(loader.get_data(str(path)), seen)  # inside an archive
    except (AttributeError, OSError):
        return File(b"", seen)


def _seen(path: Path) -> tuple[int, ...]:
    try:
        about = os.stat(path)
    except OSError:
        return ()
    return about.st_mtime_ns, about.st_size, about.st_ino

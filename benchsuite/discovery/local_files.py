"""The plugin files in ``./plugins`` and ``./tasks`` of a working folder, which may be anybody's: found without running one.

A file counts if its code names ``hookimpl`` of benchsuite and it lies directly in one of the two folders, or directly in
a package (a folder with an ``__init__.py``) directly in one of them. ``_*.py`` and ``test_*.py`` are helpers and tests.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchsuite.syntax import is_plugin, parse

LARGEST = 2**20
"""Bytes; a larger file is no plugin."""
MOST = 2000
"""Entries of a folder; one that has more is no folder of plugins, and looking through it takes long."""

NO_HOOKIMPL = "no bs.hookimpl in"
NO_PACKAGE = "no __init__.py in"
TOO_LARGE = "too large"
TOO_MANY = f"over {MOST} entries in"
UNREADABLE = "cannot read"
NO_FILE = "no regular file:"
NAMED_IN_FULL = "… `benchsuite doctor` names all"


@dataclass(frozen=True)
class Found:
    """A plugin file.

    Args:
        path: The file.
        package: The folder of the package that it is in.
    """

    path: Path
    package: Path | None = None


@dataclass(frozen=True)
class Skipped:
    """What was left alone.

    Args:
        path: File or folder, from the working folder; a folder ends with a slash.
        reason: Why; reads on with the path.
    """

    path: str
    reason: str


@dataclass
class LocalSearch:
    """What was found in one folder, and what was left alone."""

    found: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def search(working: Path, name: str, without: set[Path], bundled: set[Path]) -> LocalSearch:
    """Look through one folder of the working folder.

    Args:
        working: The working folder.
        name: ``plugins`` or ``tasks``.
        without: Files that were found in another way.
        bundled: Folders that are never read again, and nothing below them.
    """
    here = _Looking(working, {*without}, bundled)
    entries = here.entries(working / name)
    folders = [entry for entry in entries if _is_folder(entry)]
    for file in entries:
        if _may_be_plugin(file) and file not in folders:
            here.look_at(file)
    for folder in folders:  # after the files: one that is linked from a package belongs to where it lies
        here.look_into(folder)
    return here.search


@dataclass
class _Looking:
    working: Path
    seen: set[Path]
    bundled: set[Path]
    search: LocalSearch = field(default_factory=LocalSearch)

    def skip(self, path: Path, reason: str, slash: str = "") -> None:
        self.search.skipped.append(Skipped(f"{path.relative_to(self.working)}{slash}", reason))

    def entries(self, folder: Path) -> list[Path]:
        """Return what is in a folder, sorted; nothing of one that must not or cannot be read."""
        try:
            real = folder.resolve()
            if not os.path.isdir(folder) or any(real == place or place in real.parents for place in self.bundled):
                return []
            if real in self.seen:  # a link to a folder that was looked through
                return []
            self.seen.add(real)
            names = _names(folder, MOST + 1)
        except (OSError, RuntimeError):  # no right to read; links that go in circles
            self.skip(folder, UNREADABLE, "/")
            return []
        if len(names) > MOST:
            self.skip(folder, TOO_MANY, "/")
            return []
        return sorted(folder / name for name in names)

    def look_into(self, folder: Path) -> None:
        """Find the plugins of a package; say so if there is Python in a folder that counts for nothing."""
        if not os.path.isfile(folder / "__init__.py"):  # pathlib's raises where it must not look
            try:
                if any(name.endswith(".py") for name in _names(folder, MOST)):
                    self.skip(folder, NO_PACKAGE, "/")
            except OSError:
                self.skip(folder, UNREADABLE, "/")
            return
        files = [
            path
            for path in self.entries(folder)
            if path.name == "__init__.py" or (_may_be_plugin(path) and not _is_folder(path))
        ]
        inner = _Looking(self.working, self.seen, self.bundled)
        for path in files:
            inner.look_at(path, folder)
        if inner.search.found:
            self.search.found += inner.search.found
            self.search.skipped += [skip for skip in inner.search.skipped if not skip.path.endswith("__init__.py")]
        elif files:
            self.skip(folder, NO_HOOKIMPL, "/")

    def look_at(self, path: Path, package: Path | None = None) -> None:
        """Decide about one file, which is read but not run."""
        try:
            real = path.resolve()
            if real in self.seen or any(place in real.parents for place in self.bundled):
                return
            about = path.stat()
            if not stat.S_ISREG(about.st_mode):  # reading a pipe would wait for ever
                self.skip(path, NO_FILE)
                return
            if about.st_size > LARGEST:
                self.skip(path, TOO_LARGE)
                return
            source = path.read_bytes()
        except (OSError, RuntimeError):
            self.skip(path, UNREADABLE)
            return
        if is_plugin(source):
            self.seen.add(real)
            # One that cannot be parsed ends as broken, and its package is not run for that.
            self.search.found.append(Found(path, package if parse(source) else None))
        else:
            self.skip(path, NO_HOOKIMPL)


def _names(folder: Path, most: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in itertools.islice(entries, most)]


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path) and path.name != "__pycache__" and not path.name.startswith(".")


def _may_be_plugin(path: Path) -> bool:
    return path.suffix == ".py" and not path.name.startswith(("_", ".", "test_"))


def described(skipped: list[Skipped], width: int | None = None) -> str:
    """Return one line that says what was skipped, rare reasons first; empty if nothing was.

    Args:
        skipped: What was skipped.
        width: Of the line; names that do not fit are left out. All are named unless given.
    """
    if not skipped:
        return ""
    return _cut(f"skipped {len(skipped)}: " + "; ".join(_by_reason(skipped)), width)


def _by_reason(skipped: list[Skipped]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for skip in skipped:
        groups.setdefault(skip.reason, []).append(skip.path)
    for reason, paths in sorted(groups.items(), key=lambda group: (len(group[1]), group[0])):
        yield f"{reason} {', '.join(paths)}"


def _cut(line: str, width: int | None) -> str:
    if width is None or len(line) <= width:
        return line
    fits = max(width - len(NAMED_IN_FULL), 1)
    ends = [match.start() for match in re.finditer(r"[,;:] ", line[: fits + 1])]  # no reason stands without a name
    return f"{line[: max(ends, default=0)]} {NAMED_IN_FULL}".lstrip()

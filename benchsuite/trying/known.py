"""What is known of plugins that were tried before, in files of the user's own.

A file is named after all that the outcome depends on: the code of the plugin and of what it imports of its own, the
version of Python, and which packages are installed. Nothing in there is believed that somebody else could have written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from benchsuite.discovery import Candidate
from benchsuite.fingerprints import SourceFiles
from benchsuite.remembered import Remembered
from benchsuite.trying.tried import TriedFirst

FORM = "3"
"""Of a file, and of what trying finds out: another one makes all that is known unknown."""


class Known:
    """What was found out before. Where nothing can be kept, each time is the first."""

    def __init__(self) -> None:
        self._remembered = Remembered("tried")

    def get(self, name: str | None) -> TriedFirst | None:
        """Return what is known under a name."""
        tried = TriedFirst.from_json(self._remembered.get(name)) if name is not None else None
        return tried if tried is not None and tried.counts else None

    def forget(self, name: str | None) -> None:
        """Forget what is known under a name: it turned out to be otherwise."""
        if name is not None:
            self._remembered.put(name, None)

    def put(self, name: str | None, tried: TriedFirst) -> None:
        """Keep what was found out."""
        if name is not None:
            self._remembered.put(name, tried.to_json())


def remembered_as(candidates: Sequence[Candidate]) -> Iterator[str | None]:
    """Yield the name under which what comes of each is kept; none where its code cannot be found without importing it."""
    sources, surroundings = SourceFiles(), _surroundings()
    for candidate in candidates:
        try:
            files = _files(candidate, sources)
        except Exception:  # links in circles, text that nobody can parse: it is tried each time
            files = {}
        if not files:
            yield None
            continue
        # Places count too: a plugin may look beside itself.
        lines = [FORM, candidate.key, os.getcwd(), *surroundings]
        for name, path in sorted(files.items()):
            lines += [name, str(path.resolve()), hashlib.sha256(path.read_bytes()).hexdigest()]
        yield f"{hashlib.sha256(json.dumps(lines).encode()).hexdigest()}.json"


def _files(candidate: Candidate, sources: SourceFiles) -> dict[str, Path]:
    """Return the plugin's file and all that it imports of its own, found in the text."""
    source = candidate.source
    if isinstance(source, Path):
        if not source.is_file():
            return {}
        package = candidate.root is not None and source.parent != candidate.root
        name, path = f"{source.parent.name}.{source.stem}" if package else source.stem, source
    else:
        name = candidate.module
        place = sources.find(name)
        if place is None:
            return {}
        path = place
    module = ModuleType(name)
    module.__file__ = str(path)
    if path.stem == "__init__":
        module.__path__ = [str(path.parent)]
    return sources.closure(module, candidate.root, ())


def _surroundings() -> list[str]:
    """Return the version of Python and what is installed, by the names of folders: asking each for its version takes long."""
    found = [sys.version, sys.platform, sys.prefix]
    for place in sys.path:
        with contextlib.suppress(OSError), os.scandir(place or ".") as entries:
            found += sorted(
                entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth"))
            )
    return found

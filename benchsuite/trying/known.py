"""What is known of plugins that were tried before, in files of the user's own.

A file is named after all that the outcome depends on: the code of the plugin and of what it imports of its own, the
version of Python, and which packages are installed. Nothing in there is believed that somebody else could have written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from benchsuite.discovery import Candidate
from benchsuite.files import cache_folder, write_whole
from benchsuite.fingerprints import SourceFiles
from benchsuite.trying.tried import Tried

FORM = "1"
"""Of a file, and of what trying finds out: another one makes all that is known unknown."""
MOST = 2000
"""Files; the oldest go."""
LARGEST = 2**16


class Known:
    """What was found out before. Where nothing can be kept, each time is the first."""

    def __init__(self) -> None:
        self._folder = cache_folder() / "tried"

    def get(self, name: str | None) -> Tried | None:
        """Return what is known under a name."""
        if name is None or not self._is_ours():
            return None
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(descriptor, "rb") as file:
                about = os.fstat(file.fileno())
                if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_size > LARGEST:
                    return None
                tried = Tried.from_json(json.loads(file.read(LARGEST)))
        except (OSError, ValueError, RecursionError):
            return None
        return tried if tried is not None and tried.counts else None

    def put(self, name: str | None, tried: Tried) -> None:
        """Keep what was found out."""
        if name is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._is_ours():
                write_whole(self._folder / name, json.dumps(tried.to_json()).encode())
                self._drop_oldest()

    def _is_ours(self) -> bool:
        try:
            about = os.lstat(self._folder)
        except OSError:
            return False
        return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022

    def _drop_oldest(self) -> None:
        with os.scandir(self._folder) as entries:
            files = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.path) for entry in entries]
        for _, path in sorted(files)[: max(0, len(files) - MOST)]:
            with contextlib.suppress(OSError):
                os.unlink(path)


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

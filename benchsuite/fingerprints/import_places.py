"""Where imports are followed, and what a dotted name means there: found in folders, without importing anything."""

from __future__ import annotations

import importlib.machinery
import importlib.metadata
import importlib.util
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchsuite.discovery import BUNDLED, entry_points

SUFFIXES = (".py", *importlib.machinery.EXTENSION_SUFFIXES)
NEVER = "benchsuite"


@dataclass(frozen=True)
class Module:
    """A module as files see it.

    Args:
        name: Dotted, as it is imported.
        path: Its file.
    """

    name: str
    path: Path

    @property
    def package(self) -> str:
        """What its relative imports start from."""
        return self.name if self.path.stem == "__init__" else self.name.rpartition(".")[0]


@dataclass(frozen=True)
class ImportPlaces:
    """Where imports are followed.

    Args:
        packages: Top-level name → its places: paths without ``.py``, several for a namespace package.
        folders: Where every other name is looked for.
    """

    packages: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()

    def find(self, name: str) -> list[Module]:
        """Return the modules that importing a dotted name runs, packages first; its end may be an attribute, which is left out."""
        found: list[Module] = []
        places: list[Path] = []
        parts = name.split(".")
        if parts[0] == NEVER:
            return []
        for number, part in enumerate(parts, 1):
            if not part.isidentifier():
                break
            if number == 1:
                places = list(self.packages.get(part) or (folder / part for folder in self.folders))
            else:
                places = [place / part for place in places]
            file = next(filter(None, map(_file, places)), None)
            if file is not None:
                found.append(Module(".".join(parts[:number]), file))
                if not file.name.startswith("__init__."):
                    break
            places = [place for place in places if os.path.isdir(place)]
            if not places:
                break
        return found


def _file(place: Path) -> Path | None:
    """Return the file that importing a place runs; none for a folder without ``__init__``, and where there is nothing."""
    for stem in (place / "__init__", place):
        for suffix in SUFFIXES:
            file = stem.with_name(stem.name + suffix)
            if os.path.isfile(file):  # pathlib's raises where it must not look
                return file
    return None


def place_of(name: str) -> tuple[Path, ...]:
    """Return where a top-level module or package lies, without importing it; nothing if there is none."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return ()
    if spec is None:
        return ()
    if spec.submodule_search_locations is not None:
        return tuple(Path(folder) for folder in spec.submodule_search_locations)
    return (_without_suffix(Path(spec.origin)),) if spec.has_location and spec.origin else ()


def _without_suffix(file: Path) -> Path:
    suffix = next((suffix for suffix in SUFFIXES if file.name.endswith(suffix)), file.suffix)
    return file.with_name(file.name.removesuffix(suffix))


def shared_places() -> ImportPlaces:
    """Return the packages of everything that is always found: what is bundled, and installed distributions with plugins."""
    names = set(BUNDLED)
    for entry_point in entry_points():
        names.add(entry_point.module.partition(".")[0])
        try:
            if entry_point.dist is not None:
                names.update(_top_level(entry_point.dist))
        except Exception:  # its metadata cannot be read: its own module is known
            continue
    names.discard(NEVER)
    return ImportPlaces({name: places for name in sorted(names) if (places := place_of(name))})


def _top_level(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    """Yield the names that a distribution can be imported by; an editable one lists its files nowhere."""
    if distribution.metadata["Name"] == NEVER:
        return
    yield from (distribution.read_text("top_level.txt") or "").split()
    for file in distribution.files or ():
        if file.suffix == ".py" and file.parts[0] != "..":
            yield file.parts[0].removesuffix(".py")

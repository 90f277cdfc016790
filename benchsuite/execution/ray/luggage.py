"""Files of the user's that go to each node: plugins that are not installed, and what they import or lie with.

What was installed does not travel: a node must have the same, see :mod:`benchsuite.execution.ray.agreement`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from benchsuite.discovery import PluginSearch
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Plugin, Registry

LARGEST = 64 * 2**20
"""Bytes that travel, all files together."""
LOCAL = ("plugins", "tasks")
NEVER = ("__pycache__",)


@dataclass(frozen=True)
class Luggage:
    """Files, and where plugins are looked for once they lie somewhere.

    Args:
        files: Path below the folder where they are unpacked → content.
        search: Where plugins are looked for; its places are below that folder.
    """

    files: Mapping[str, bytes]
    search: PluginSearch

    def unpack(self, folder: Path) -> PluginSearch:
        """Write the files and return where plugins are looked for now.

        Args:
            folder: An empty one.
        """
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        working = folder / self.search.folder
        working.mkdir(parents=True, exist_ok=True)
        moved = tuple((given, str(folder / place)) for given, place in self.search.moved)
        return replace(self.search, folder=str(working), moved=moved)


def packed(search: PluginSearch, registry: Registry) -> Luggage:
    """Take what the plugins that were found need of this machine's files.

    Of ``./plugins`` and ``./tasks`` all that lies in them goes, data included. Of a file that was given with ``--plugin`` the file
    goes and what it imports from its folder; the folder may be anybody's home. Folders keep their names: modules are found by them.

    Args:
        search: Where plugins were looked for.
        registry: What was found.

    Raises:
        BenchsuiteError: If something cannot travel.
    """
    here = Path(search.folder).absolute()
    working = here.resolve().name or "folder"
    files: dict[str, bytes] = {}
    size = 0

    def take(file: Path, name: PurePosixPath) -> None:
        nonlocal size
        if str(name) in files:
            return
        try:
            size += file.stat().st_size
            if size > LARGEST:
                raise BenchsuiteError(
                    f"the plugins of {here} do not travel to nodes: with {file} they have more than {LARGEST >> 20} MiB. "
                    "Keep data out of ./plugins and ./tasks, or install them on every node as a package."
                )
            files[str(name)] = file.read_bytes()
        except OSError as error:
            raise BenchsuiteError(
                f"{file} does not travel to nodes: {error.strerror}. Mend that, or move it."
            ) from None

    own = [plugin for plugin in registry.plugins if plugin.root is not None]
    for folder in LOCAL:
        if any(plugin.origin.startswith(f"./{folder}/") for plugin in own):
            for file in _below(here / folder):
                take(file, PurePosixPath(working, *file.relative_to(here).parts))
    moved = []
    for number, given in enumerate(dict.fromkeys(search.plugins)):
        plugin = next((each for each in registry.plugins if each.origin == f"--plugin {given}"), None)
        if plugin is None:
            continue
        if plugin.root is None:
            _refuse_module(plugin, given)
            continue
        root = plugin.root.absolute()
        base = PurePosixPath(f"given-{number}", root.resolve().name or "folder")
        path = Path(here, given)
        for file in sorted({path, *_code_of(plugin, registry)}):
            if file.absolute().is_relative_to(root):
                take(file, PurePosixPath(base, *file.absolute().relative_to(root).parts))
        moved.append((given, str(PurePosixPath(base, *path.absolute().relative_to(root).parts))))
    return Luggage(files, PluginSearch(search.plugins, working, search.local, tuple(moved)))


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, those behind links to folders not among them; hidden ones and compiled code stay."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in NEVER and not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and (file := Path(at, name)).is_file():
                yield file


def _code_of(plugin: Plugin, registry: Registry) -> set[Path]:
    """Return the files that the fingerprints of a plugin's components stand for."""
    return {
        file
        for kind, table in registry.tables.items()
        for name, entry in table.items()
        if entry.plugin is plugin
        for file in registry.code_files(kind, name)
    }


def _refuse_module(plugin: Plugin, given: str) -> None:
    """Refuse a module that no node could have."""
    if plugin.distribution is None:
        raise BenchsuiteError(
            f"--plugin {given} is a module of no installed distribution, and does not travel to nodes. "
            "Give its file, or install it on every node as a package."
        )

"""Files of the user's that go to each node: plugins that are not installed, and what they import, name or lie with.

What was installed does not travel: a node must have the same, see :mod:`benchsuite.execution.ray.agreement`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from benchsuite.discovery import PluginSearch
from benchsuite.discovery.candidates import BUNDLED_ORIGIN
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.ray.named import files_named, variables_named, words_of
from benchsuite.registry import Plugin, Registry

LARGEST = 64 * 2**20
"""Bytes that travel, all files together."""
LOCAL = ("plugins", "tasks")
NEVER = ("__pycache__",)
MOST_NAMED = 3
"""Of what stays; a line says how much more it is."""


@dataclass(frozen=True)
class Luggage:
    """Files, and where plugins are looked for once they lie somewhere.

    Args:
        files: Path below the folder where they are unpacked → content.
        search: Where plugins are looked for; its places are below that folder.
        variables: Of the environment, which workers have as the command has them: name → value, ``None`` for none.
        stays: Lines about what does not travel though plugins may read it.
    """

    files: Mapping[str, bytes]
    search: PluginSearch
    variables: Mapping[str, str | None] = field(default_factory=dict)
    stays: tuple[str, ...] = ()

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
    """Take what the plugins that were found need of this machine's files and of its environment.

    Of ``./plugins`` and ``./tasks`` all that lies in them goes, data included. Of a file that was given with ``--plugin`` the file
    goes and what it imports from its folder; the folder may be anybody's home. Of the folder of such code, and of the working
    folder, go files that the code names in quotes, and so do environment variables. Folders keep their names: modules are
    found by them.

    Args:
        search: Where plugins were looked for.
        registry: What was found.

    Raises:
        BenchsuiteError: If something cannot travel.
    """
    here = Path(search.folder).absolute()
    working = here.resolve().name or "folder"
    bag = _Bag()
    own = [plugin for plugin in registry.plugins if plugin.root is not None]
    for folder in LOCAL:
        if any(plugin.origin.startswith(f"./{folder}/") for plugin in own):
            for file in _below(here / folder):
                bag.take(file, PurePosixPath(working, *file.relative_to(here).parts))
    moved, given_code = [], []
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
                name = PurePosixPath(base, *file.absolute().relative_to(root).parts)
                bag.take(file, name)
                given_code.append((file.absolute(), name))
        moved.append((given, str(PurePosixPath(base, *path.absolute().relative_to(root).parts))))
    words = bag.take_named()
    for plugin in (each for each in registry.plugins if each.root is None and each.origin != BUNDLED_ORIGIN):
        for file in _code_of(plugin, registry):
            with suppress(OSError):
                words |= words_of(file.read_bytes())
    for file in files_named(here, words):
        bag.take(file, PurePosixPath(working, *file.relative_to(here).parts), wanted=False)
    for file, name in given_code:
        bag.leave_beside(file, name)
    return Luggage(
        bag.files,
        PluginSearch(search.plugins, working, search.local, tuple(moved)),
        variables_named(words, os.environ),
        tuple(bag.stays),
    )


class _Bag:
    """Takes files, as long as they are not too many bytes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.stays: list[str] = []
        self._size = 0
        self._from: dict[str, Path] = {}

    def take(self, file: Path, name: PurePosixPath, *, wanted: bool = True) -> None:
        """Take a file.

        Args:
            file: It.
            name: Where it is unpacked.
            wanted: Whether there is no doing without it; otherwise a line says that it stays.

        Raises:
            BenchsuiteError: If it is wanted and cannot be taken.
        """
        if str(name) in self.files:
            return
        try:
            size = file.stat().st_size
            if self._size + size <= LARGEST:
                self.files[str(name)] = file.read_bytes()
                self._from[str(name)] = file
                self._size += size
                return
            why = f"with it there would be more than {LARGEST >> 20} MiB"
        except OSError as error:
            why = str(error.strerror)
        if not wanted:
            self.stays.append(f"{file}, which a plugin names, does not travel to nodes: {why}")
            return
        raise BenchsuiteError(
            f"{file} does not travel to nodes: {why}. Mend that, or move it: keep large data out of ./plugins and ./tasks, "
            "or install them on every node as a package."
        )

    def take_named(self) -> set[str]:
        """Take the files that code names which lie in its own folder, and return all words of the code."""
        words: set[str] = set()
        for name, file in list(self._from.items()):
            if file.suffix == ".py":
                said = words_of(self.files[name])
                words |= said
                for one in files_named(file.parent, said):
                    self.take(
                        one,
                        PurePosixPath(name).parent / PurePosixPath(*one.relative_to(file.parent).parts),
                        wanted=False,
                    )
        return words

    def leave_beside(self, file: Path, name: PurePosixPath) -> None:
        """Note what lies beside a file of code and stays, where the code may look there."""
        if b"__file__" not in self.files.get(str(name), b""):
            return
        try:
            beside = sorted(each.name for each in os.scandir(file.parent) if _is_data(each))
        except OSError:
            return
        at = PurePosixPath(name).parent
        left = [each for each in beside if not any(PurePosixPath(one).is_relative_to(at / each) for one in self.files)]
        if left:
            more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
            self.stays.append(
                f"not everything beside {file.name} travels to nodes: it looks there (__file__) and does not name "
                f"{', '.join(left[:MOST_NAMED])}{more}. If that is read, put it and {file.name} into ./plugins"
            )


def _is_data(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and not entry.name.endswith(".py") and entry.name not in NEVER


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

"""Where plugins are looked for, and how each is imported; nothing is imported here yet.

Order: bundled packages, ``--plugin`` files and modules, ``./plugins`` and ``./tasks`` of the working folder, entry
points of the group ``benchsuite``. The working folder may be anybody's, so of these two folders only files are imported
that name benchsuite's ``hookimpl`` in their code, see :mod:`benchsuite.discovery.local_files`.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from benchsuite.discovery.local_files import Found, Skipped, search
from benchsuite.errors import BenchsuiteError

ENTRY_POINT_GROUP = "benchsuite"
BUNDLED = ("benchsuite_plugins", "benchsuite_tasks")
BUNDLED_ORIGIN = "bundled"
LOCAL_FOLDERS = ("plugins", "tasks")

Distribution = tuple[str, str]
"""Name and version."""


@dataclass(frozen=True)
class PluginSearch:
    """Where plugins are looked for, beside the bundled ones; enough for a worker process to find the same.

    Args:
        plugins: Files and module names given with ``--plugin``.
        folder: The working folder, whose ``./plugins`` and ``./tasks`` count.
        local: Whether these two count.
        moved: File given with ``--plugin``, and where it lies on this machine, of those that came from another one.
    """

    plugins: tuple[str, ...] = ()
    folder: str = "."
    local: bool = True
    moved: tuple[tuple[str, str], ...] = ()

    def path(self, given: str) -> Path:
        """Return where a file that was given with ``--plugin`` lies."""
        return Path(self.folder, dict(self.moved).get(given, given))


@dataclass(frozen=True)
class Candidate:
    """A module that may be a plugin.

    Args:
        name: What it is called where it cannot be imported.
        origin: Where it comes from, as lists show it.
        load: Imports it.
        asked: Whether the user named this very one.
        distribution: The installed distribution that it belongs to.
        root: For a file of the user's: the folder in which it may find what it imports.
        source: What is imported: a file of the user's, or the dotted name of a module.
    """

    name: str
    origin: str
    load: Callable[[], ModuleType]
    asked: bool = False
    distribution: Distribution | None = None
    root: Path | None = None
    source: Path | str = ""

    @property
    def bundled(self) -> bool:
        """Whether it ships with benchsuite."""
        return self.origin == BUNDLED_ORIGIN

    @property
    def module(self) -> str:
        """The name of the module, up to what was made up for a file of the user's."""
        return self.source.stem if isinstance(self.source, Path) else self.source.partition(":")[0].strip()

    @property
    def key(self) -> str:
        """What it is called in every process that searches in the same places."""
        return "\n".join((self.origin, self.name, str(self.source)))


def find(wanted: PluginSearch) -> tuple[list[Candidate], list[Skipped]]:
    """Return everything that may be a plugin, in order, and what of the working folder is left alone."""
    local: list[Candidate] = []
    skipped: list[Skipped] = []
    if wanted.local:
        asked = {wanted.path(given).resolve() for given in wanted.plugins}
        for name in LOCAL_FOLDERS:
            here = search(Path(wanted.folder), name, asked, _bundled_folders())
            skipped += here.skipped
            packages: dict[Path, _LocalPackage] = {}
            local += [_local(found, wanted, packages) for found in here.found]
    return [*_bundled(), *_given(wanted), *local, *_installed()], skipped


def _bundled_folders() -> set[Path]:
    return {Path(path).resolve() for package in BUNDLED for path in importlib.import_module(package).__path__}


def _bundled() -> Iterator[Candidate]:
    try:
        version = importlib.metadata.version("benchsuite")
    except importlib.metadata.PackageNotFoundError:  # a source tree that is not installed
        version = "unknown"
    for package in BUNDLED:
        for module in _modules_of(package):
            yield Candidate(
                module, BUNDLED_ORIGIN, _by_name(module), distribution=("benchsuite", version), source=module
            )


def _modules_of(package: str) -> list[str]:
    root = importlib.import_module(package)
    return sorted(
        module.name
        for module in pkgutil.walk_packages(root.__path__, f"{package}.")
        if not module.ispkg and not module.name.rsplit(".", 1)[1].startswith("_")
    )


def _given(wanted: PluginSearch) -> Iterator[Candidate]:
    for given in wanted.plugins:
        path = wanted.path(given)
        if given.endswith(".py") or path.is_file():
            yield Candidate(path.stem, f"--plugin {given}", _by_path(path), True, root=path.parent, source=path)
        else:
            yield Candidate(given, f"--plugin {given}", _by_name(given), True, _distribution(given), source=given)


def _distribution(module: str) -> Distribution | None:
    """Return the distribution that a module was installed with."""
    try:
        for name in importlib.metadata.packages_distributions().get(module.partition(".")[0], []):
            return name, importlib.metadata.version(name)
    except Exception:  # the metadata of some distribution cannot be read
        return None
    return None


def _local(found: Found, wanted: PluginSearch, packages: dict[Path, _LocalPackage]) -> Candidate:
    origin = f"./{found.path.relative_to(wanted.folder)}"
    if found.package is None:
        return Candidate(found.path.stem, origin, _by_path(found.path), root=found.path.parent, source=found.path)
    package = packages.setdefault(found.package, _LocalPackage(found.package))
    name = found.package.name if found.path.stem == "__init__" else found.path.stem
    return Candidate(name, origin, package.loader(found.path.stem), root=found.package.parent, source=found.path)


def _installed() -> Iterator[Candidate]:
    for entry_point in entry_points():
        known = _distribution_of(entry_point)
        # An entry point that cannot be loaded is named by where it comes from.
        name = " ".join(known) if known else entry_point.name
        yield Candidate(name, name, entry_point.load, distribution=known, source=entry_point.value)


def _distribution_of(entry_point: importlib.metadata.EntryPoint) -> Distribution | None:
    try:
        found = entry_point.dist
        return (str(found.name), str(found.version)) if found else None
    except Exception:  # it has no METADATA, or one that cannot be read
        return None


def entry_points() -> list[importlib.metadata.EntryPoint]:
    """Return what installed distributions register, in a fixed order, without those whose metadata cannot be read."""
    try:
        found = list(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP))
    except Exception:  # one distribution is enough: ask each
        found = [
            entry_point for distribution in importlib.metadata.distributions() for entry_point in _of(distribution)
        ]
    return sorted(found, key=lambda e: (e.name, e.value))


def _of(distribution: importlib.metadata.Distribution) -> list[importlib.metadata.EntryPoint]:
    try:
        return list(distribution.entry_points.select(group=ENTRY_POINT_GROUP))
    except Exception:
        return []


def _by_name(name: str) -> Callable[[], ModuleType]:
    return lambda: importlib.import_module(name)


def _local_name(path: Path) -> str:
    """Return a module's name that holds a hash of the whole path, so that no two files and no installed module can clash."""
    return f"benchsuite_local_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"


def _by_path(path: Path) -> Callable[[], ModuleType]:
    def load() -> ModuleType:
        if not path.is_file():
            raise BenchsuiteError(f"no such file: {path}")
        return _execute(_local_name(path), path)

    return load


def _execute(name: str, path: Path, folders: list[str] | None = None) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folders)
    if spec is None or spec.loader is None:
        raise BenchsuiteError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs, so that dataclasses and pickle in it work
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


class _LocalPackage:
    """A package below ``./plugins`` or ``./tasks``: its modules can import each other relatively."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = _local_name(folder)
        self.loaded = False

    def loader(self, stem: str) -> Callable[[], ModuleType]:
        """Return what imports one of its modules, and the package before the first one."""

        def load() -> ModuleType:
            if not self.loaded:
                for module in [name for name in sys.modules if name.partition(".")[0] == self.name]:
                    del sys.modules[module]  # of an earlier search: the files may be others now
                importlib.invalidate_caches()
                _execute(self.name, self.folder / "__init__.py", [str(self.folder)])
                self.loaded = True
            return sys.modules[self.name] if stem == "__init__" else importlib.import_module(f"{self.name}.{stem}")

        return load

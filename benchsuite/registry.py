"""Every component and every task, bundled ones included, through one door.

Each plugin is loaded inside its own guard, see :mod:`benchsuite.loading`: a broken one is kept with its reason, and the rest works.
Where plugins are looked for: :mod:`benchsuite.discovery`. What a component's numbers depend on: :mod:`benchsuite.fingerprints`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pluggy

from benchsuite.components import KINDS, RECIPE_KINDS, Claim, Component, Task
from benchsuite.discovery import (
    PluginSearch,
    Skipped,
    described,
    find,
    hook_manager,
)
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.fingerprints import Fingerprints
from benchsuite.instances import base_of, instance_of, is_instance, no_variants, read_name
from benchsuite.loading import add, add_broken
from benchsuite.owners import Plugin, Registered
from benchsuite.spaces import Value
from benchsuite.text import shortened
from benchsuite.trying import Listed, TriedFirst, forget_unless_it_has, try_first

__all__ = ["Plugin", "PluginSearch", "Registered", "Registry", "load_registry"]

MOST_NAMED = 10
"""Broken plugins that an error about something else names; `benchsuite list` names all."""


@dataclass
class Registry:
    """Every component by kind and name, every plugin, broken ones included, and what of the working folder was left alone."""

    plugins: list[Plugin] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    slow: dict[str, str] = field(default_factory=dict)
    """Origin → the large library that a plugin imports when it is loaded."""
    unloaded: dict[str, list[Listed]] = field(default_factory=dict)
    """Origin → what a plugin has that was not loaded, since a list was all that was asked for."""
    tables: dict[str, dict[str, Registered]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    conflicts: dict[tuple[str, str], str] = field(default_factory=dict)
    hooks: pluggy.PluginManager = field(default_factory=hook_manager)

    def __post_init__(self) -> None:
        self._fingerprints = Fingerprints(self.tables)
        self._instances: dict[str, Registered] = {}

    @property
    def broken(self) -> list[Plugin]:
        """The plugins that could not be used."""
        return [plugin for plugin in self.plugins if plugin.reason]

    def entry(self, kind: str, name: str) -> Registered:
        """Return a component with its owner; an instance of a task by its own name, which no table lists.

        Raises:
            BenchsuiteError: If there is none of that name, or the task has no such instance.
        """
        if kind == "task" and is_instance(name):
            return self._instance(name)
        table = self.tables[kind]
        if name not in table:
            then = []  # it may be there, and that may be why it is not found
            if self.broken:
                named = "; ".join(f"{p.origin} ({shortened(p.reason, 200)})" for p in self.broken[:MOST_NAMED])
                more = f"; … ({len(self.broken)} in all)" if len(self.broken) > MOST_NAMED else ""
                then.append(f"Broken plugins: {named}{more}.")
            if self.skipped:
                then.append(f"In ./plugins and ./tasks, {described(self.skipped, 120)}.")
            raise unknown(kind.replace("_", " "), name, table, then=" ".join(then))
        return table[name]

    def _instance(self, name: str) -> Registered:
        """Return an instance of a task, the same object each time, with the owner of the task."""
        if name not in self._instances:
            instance = read_name(name)
            base = self.entry("task", instance.base)
            if instance.variant and base.component.variation is None:
                raise no_variants(instance.base, self.with_variants)
            self._instances[name] = replace(base, component=instance_of(base.component, instance))
        return self._instances[name]

    @property
    def with_variants(self) -> list[str]:
        """The names of the tasks that have variants."""
        return [name for name in self.names("task") if self.task(name).variation is not None]

    def has(self, kind: str, name: str) -> bool:
        """Say whether there is a component of that name, or such an instance of a task."""
        if kind != "task" or not is_instance(name):
            return name in self.tables.get(kind, {})
        try:
            self._instance(name)
        except BenchsuiteError:
            return False
        return True

    def refuse_conflict(self, kind: str, name: str) -> None:
        """Refuse a name that the user asked for and two plugins claim; whoever merely uses the first owner is not disturbed.

        Raises:
            BenchsuiteError: Naming both owners.
        """
        if (kind, name) in self.conflicts:
            raise BenchsuiteError(self.conflicts[kind, name])

    def component(self, kind: str, name: str) -> Component:
        """Return a component of one of the recipe's kinds."""
        component = self.entry(kind, name).component
        assert isinstance(component, Component)
        return component

    def task(self, name: str) -> Task:
        """Return a task."""
        task = self.entry("task", name).component
        assert isinstance(task, Task)
        return task

    def claim(self, name: str) -> Claim:
        """Return a claim by its name or its number.

        Raises:
            BenchsuiteError: If there is none.
        """
        table = self.tables["claim"]
        numbers = {entry.component.number: each for each, entry in table.items() if entry.component.number}
        if name not in table and name not in numbers:
            raise unknown("claim", name, [*table, *numbers], then="`benchsuite claim list` shows them.")
        self.refuse_conflict("claim", name)
        claim = table[numbers.get(name, name)].component
        assert isinstance(claim, Claim)
        return claim

    def names(self, kind: str) -> list[str]:
        """Return the names of a kind, sorted."""
        return sorted(self.tables[kind])

    def fingerprint(
        self, kind: str, name: str, hyperparameters: Mapping[str, Value] | None = None, *, verify: bool = False
    ) -> str:
        """Return 16 hexadecimal digits that stand for all code that a component's numbers depend on, as it was loaded.

        Args:
            kind: A kind, or ``task``.
            name: Of the component.
            hyperparameters: Where one of them names a component that this one wraps, that one's code counts too; its
                defaults unless given.
            verify: Look again: if the code was edited since it was loaded, which version ran nobody knows, and what
                is returned is no fingerprint of any.

        Raises:
            BenchsuiteError: If there is none of that name.
        """
        self.entry(kind, name)
        name = base_of(name) if kind == "task" else name  # an instance is made by its task's code
        return self._fingerprints.of(kind, name, hyperparameters or {}, verify)

    def code_files(self, kind: str, name: str) -> frozenset[Path]:
        """Return the files of the code that a component's numbers depend on, with every hyperparameter at its default."""
        return self._fingerprints.files(kind, name)

    def imported(self, kind: str, name: str) -> list[tuple[str, str]]:
        """Return kind and name of each component whose plugin the code of another one imports, sorted; not its own plugin's.

        Raises:
            BenchsuiteError: If there is none of that name.
        """
        self.entry(kind, name)
        return self._fingerprints.imported(kind, name)

    def remember_sources(self) -> None:
        """Read the source of all that plugins have loaded, which may be edited before a fingerprint is asked for."""
        self._fingerprints.remember(
            (plugin.module, plugin.root) for plugin in self.plugins if plugin.module is not None
        )

    def default(self, kind: str) -> Component:
        """Return the component that a baseline uses when it does not name this kind."""
        found = [entry.component for entry in self.tables[kind].values() if entry.component.default]
        if not found:
            raise BenchsuiteError(f"no {kind.replace('_', ' ')} is the default one. Name it in the task's baseline.")
        component = found[0]
        assert isinstance(component, Component)
        return component

    @property
    def same_as(self) -> dict[tuple[str, str], str]:
        """(kind, name) → the component of that kind that it says to be, of those that say so."""
        return {
            (kind, name): entry.component.same_as
            for kind, table in self.tables.items()
            for name, entry in table.items()
            if isinstance(entry.component, Component) and entry.component.same_as
        }

    def yardstick(self, kind: str) -> Component:
        """Return the component that the costs of a kind are told relative to."""
        found = [entry.component for entry in self.tables[kind].values() if entry.component.yardstick]
        return found[0] if found else self.default(kind)


def load_registry(
    search: PluginSearch | None = None,
    *,
    trying: bool = False,
    listing: bool = False,
    only: Collection[str] | None = None,
    importing: Callable[[str], None] = lambda _: None,
) -> Registry:
    """Find, import and register every plugin.

    Args:
        search: Where, beside the bundled ones; the present folder unless given.
        trying: Whether what does not ship with benchsuite is imported in a process of its own first, see
            :mod:`benchsuite.trying`: one that ends its process is broken, and this process goes on.
        listing: Whether lists are all that it is for: with ``trying``, a plugin that imports a large library when it is loaded
            is not loaded here, and what it has stands in ``unloaded``.
        only: The origins of those to load beside the bundled ones, for a worker; a broken one of them is kept as broken.
        importing: Told, with ``only``, the origin of each plugin that is not bundled before it is imported.

    Raises:
        BenchsuiteError: If a plugin that was asked for with ``--plugin`` is broken. Others are kept as broken.
    """
    search = search or PluginSearch()
    candidates, skipped = find(search)
    foreign = [candidate for candidate in candidates if not candidate.bundled]
    tried = try_first(search, foreign) if trying and foreign else {}
    registry = Registry(skipped=skipped)
    files: set[Path] = set()
    for candidate in candidates:
        told = tried.get(candidate.key, TriedFirst())
        if listing and told.failed:  # and nobody waits for the library again
            add_broken(registry, candidate, told.failed, told.printed)
            continue
        if told.imports and not told.reason and not told.failed:
            registry.slow[candidate.origin] = told.imports
            if listing and told.listed and candidate.origin not in registry.unloaded:
                registry.unloaded[candidate.origin] = list(told.listed)
                continue
        if only is not None and not candidate.bundled:
            if candidate.origin not in only:
                continue
            importing(candidate.origin)
        # A worker is its plugins' own: what they change there is found and told.
        guard = only is None and not candidate.bundled
        try:
            add(registry, candidate, told, files, guard)
        except BenchsuiteError:
            if only is None:
                raise
        plugin = registry.plugins[-1] if registry.plugins else None
        if told.imports and plugin is not None and plugin.module is not None and plugin.origin == candidate.origin:
            entries = [entry for table in registry.tables.values() for entry in table.values()]
            forget_unless_it_has(candidate, told, [entry.component for entry in entries if entry.plugin is plugin])
    if registry.unloaded and _may_clash(registry):
        return load_registry(search, trying=trying, only=only, importing=importing)
    registry.remember_sources()
    return registry


def _may_clash(registry: Registry) -> bool:
    """Say whether what was not loaded has a name twice, or more to say than a list shows: who owns what is known by loading all."""
    rows = [one for listed in registry.unloaded.values() for one in listed]
    names = {(one.kind, one.name) for one in rows}
    marked = any(one.mark for one in rows if one.kind in RECIPE_KINDS)
    return marked or len(names) < len(rows) or any(name in registry.tables[kind] for kind, name in names)

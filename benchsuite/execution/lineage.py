"""Lineages: which plugins a trial needs beside the bundled ones, and so which worker processes may run it.

A plugin may change whatever it likes in the process that imports it, and Python has nothing that would prevent it. So
no process that has imported one ever trains a trial of anybody else.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from benchsuite.components import Component, Task
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe
from benchsuite.registry import Registered, Registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial

Lineage = tuple[str, ...]
"""The origins of plugins that are not bundled, sorted; empty for a trial of bundled components."""

BUNDLED: Lineage = ()

IMPORTS_BELIEVED = 2
"""A plugin that a worker could not import gets a fresh worker; so many times in a row, it is the plugin's own doing."""


class Lineages:
    """The lineage of any trial. A plugin counts if it owns the task, or a component of the recipe or of the task's baseline.

    What a component wraps counts as well.

    Args:
        registry: Knows the owners.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._foreign = any(plugin.origin != "bundled" for plugin in registry.plugins)
        self._of_tasks: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[str, str], Lineage] = {}

    def of(self, trial: Trial) -> Lineage:
        """Return the lineage of a trial."""
        if not self._foreign:
            return BUNDLED
        key = trial.task, trial.recipe.text
        if key not in self._known:
            found = {*self._of_task(trial.task), *self._owners(trial.recipe)}
            self._known[key] = tuple(sorted(found - {"bundled"}))
        return self._known[key]

    def _of_task(self, name: str) -> frozenset[str]:
        if name not in self._of_tasks:
            entry = self._registry.entry("task", name)
            usual = baseline(self._registry.task(name), self._registry)  # a worker asks for it, too
            self._of_tasks[name] = frozenset((entry.plugin.origin, *self._owners(usual)))
        return self._of_tasks[name]

    def strangers(self, trial: Trial) -> list[Component | Task]:
        """Return what of a trial is no bundled component: its task, what its recipe names, and what that wraps."""
        if not self._foreign:
            return []
        entries = [self._registry.entry("task", trial.task), *self._entries(trial.recipe)]
        return [entry.component for entry in entries if entry.plugin.origin != "bundled"]

    def _owners(self, recipe: Recipe) -> Iterator[str]:
        """Yield the origin of everything that a recipe names, directly or as what another component wraps."""
        return (entry.plugin.origin for entry in self._entries(recipe))

    def _entries(self, recipe: Recipe) -> Iterator[Registered]:
        waiting = [(s.kind, s.name, s.hyperparameters) for _, settings in recipe.settings for s in settings]
        seen = set()
        while waiting:
            kind, name, hyperparameters = waiting.pop()
            entry = self._registry.tables[kind].get(name)
            if entry is None:  # a wrapped one that nobody registered: the trial says so itself
                continue
            yield entry
            for key, wrapped in entry.component.wraps.items():
                inner = wrapped, str(hyperparameters.get(key, entry.component.space[key].default))
                if inner not in seen:
                    seen.add(inner)
                    waiting.append((*inner, {}))


@dataclass(frozen=True)
class ImportFailure:
    """A worker could not import a plugin.

    Args:
        plugin: Where it comes from.
        outcome: Of every trial that needs it.
        how: What happened, in one line.
        printed: The traceback, or the end of what was printed.
        sure: Whether another try would be in vain.
    """

    plugin: str
    outcome: Outcome
    how: str
    printed: str
    sure: bool = False

    @property
    def reason(self) -> str:
        """The reason in the records of these trials."""
        return f"the plugin {self.plugin} cannot be imported in a worker: {self.how}"


class Imports:
    """What came of importing the plugins of each lineage; known to all workers, so that not each of them tries again and again."""

    def __init__(self) -> None:
        self._failed: Counter[Lineage] = Counter()
        self._verdicts: dict[Lineage, ImportFailure] = {}
        self._lock = threading.Lock()

    def verdict(self, lineage: Lineage) -> ImportFailure | None:
        """Return why no worker can import these plugins, if that is known: of all of them, or of some of them alone."""
        with self._lock:
            for known, failure in self._verdicts.items():
                if set(known) <= set(lineage):
                    return failure
        return None

    def failed(self, lineage: Lineage, failure: ImportFailure) -> None:
        """Count a failure."""
        with self._lock:
            self._failed[lineage] += 1
            if self._failed[lineage] >= IMPORTS_BELIEVED or failure.sure:
                self._verdicts[lineage] = failure

    def succeeded(self, lineage: Lineage) -> None:
        """Forget the failures of before: only those in a row count."""
        with self._lock:
            self._failed[lineage] = 0

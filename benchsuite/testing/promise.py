"""One promise as a test, and the process that tries those of a plugin."""

from __future__ import annotations

import atexit
import unittest
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from benchsuite.components import RECIPE_KINDS
from benchsuite.conformance.account import in_words
from benchsuite.conformance.apart import Told, tried_apart
from benchsuite.conformance.course import words_of_training
from benchsuite.conformance.courses import steps_of
from benchsuite.conformance.step import Looked
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.registry import PluginSearch, Registered, Registry, load_registry


class Trials:
    """What came of the promises of a plugin: they are tried in order, as far as somebody asks.

    Args:
        search: Where the plugin is.
        registry: What was found there.
        wanted: Kind and name of each of its components and tasks.
    """

    def __init__(self, search: PluginSearch, registry: Registry, wanted: list[tuple[str, str]]) -> None:
        self._search, self._registry, self._wanted = search, registry, wanted
        self._told: dict[tuple[str, str, str], Looked] = {}
        self._ended: set[tuple[str, str]] = set()
        self._trying: Generator[Told, None, None] | None = None
        self._at = 0
        # Of some promises alone, whoever tries them waits for the next; and later than this nothing can be ended any more.
        atexit.register(self.close)

    def close(self) -> None:
        """End the process that tries them."""
        if self._trying is not None:
            self._trying.close()

    def looked(self, kind: str, name: str, key: str) -> Looked | None:
        """Return what came of a step; ``None`` if it was not taken, since a step that it needs broke."""
        place = self._wanted.index((kind, name))
        if (kind, name) not in self._ended and (self._trying is None or place < self._at):
            # From here on: somebody may have asked for the promises of one component alone.
            rest = [one for one in self._wanted[place:] if one not in self._ended]
            self.close()
            self._trying = tried_apart(self._search, rest, self._registry)
            self._at = place
        while (kind, name, key) not in self._told and (kind, name) not in self._ended:
            assert self._trying is not None
            told = next(self._trying)
            self._at = self._wanted.index((told.kind, told.name))
            self._told[told.kind, told.name, told.key] = told.looked
            if told.last:
                self._ended.add((told.kind, told.name))
                if self._ended.issuperset(self._wanted):
                    self.close()
        return self._told.get((kind, name, key))


@dataclass(frozen=True)
class Promise:
    """One promise of a component or task.

    Args:
        kind: Its kind.
        name: Its name.
        key: Of the step that tries it.
        words: The promise, in words.
    """

    kind: str
    name: str
    key: str
    words: str
    trials: Trials = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name} {self.words}"

    def check(self) -> None:
        """Try it.

        Raises:
            AssertionError: If it is broken: with what happened, the author's line, the likely mistake and its cure.
            SkipTest: If there is nothing to look at, since the component does not train there; pytest takes it as skipped.
        """
        __tracebackhide__ = True
        looked = self.trials.looked(self.kind, self.name, self.key)
        if looked is None:
            raise unittest.SkipTest("a promise that it needs is broken")
        broken = [finding for finding in looked.findings if finding.problem]
        if broken:
            raise AssertionError("\n".join(in_words(finding) for finding in broken))
        if looked.tried is not None and not looked.tried.trained:
            raise unittest.SkipTest(f"{looked.tried.task}: {looked.tried.finding.problem}")
        if not looked.findings:
            raise unittest.SkipTest("it says nothing about this component")


def promises(plugin: str, only: str | None) -> list[Promise]:
    """Return the promises of a plugin; see :func:`benchsuite.testing.promises_of`."""
    search = PluginSearch(plugins=(plugin,), folder=str(Path.cwd()), local=False)
    registry = load_registry(search, trying=True)
    registered = [
        (kind, name)
        for kind, table in registry.tables.items()
        for name, entry in table.items()
        if entry.plugin.origin.startswith("--plugin ") or _is_of(entry, plugin)
    ]
    if not registered:
        raise BenchsuiteError(f"{plugin} registers no component and no task: there is no promise to try.")
    if only is not None:
        if only not in (names := [name for _, name in registered]):
            raise unknown(f"component or task of {plugin}", only, names)
        registered = [(kind, name) for kind, name in registered if name == only]
    trials = Trials(search, registry, registered)
    return [
        Promise(kind, name, key, words, trials)
        for kind, name in registered
        for key, words in _steps(registry, kind, name)
    ]


def _is_of(entry: Registered, plugin: str) -> bool:
    """Whether a component is of a file that was found already: one in the folder of those that are bundled is not read twice."""
    file = getattr(entry.plugin.module, "__file__", None)
    return file is not None and Path(file).resolve() == Path(plugin).resolve()


def _steps(registry: Registry, kind: str, name: str) -> list[tuple[str, str]]:
    component = registry.entry(kind, name).component
    steps = [(step.key, step.promise) for step in steps_of(component, registry, Path())]
    return [*steps, ("trains", words_of_training(component))] if kind in RECIPE_KINDS else steps

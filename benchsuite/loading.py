"""Bringing a plugin into a registry: it is imported inside its own guard, and all of it is registered or nothing."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.components import RECIPE_KINDS
from benchsuite.discovery import Candidate, check_module, components_of, guarded
from benchsuite.discovery.functions import OwnCode
from benchsuite.discovery.guard import Interruption
from benchsuite.errors import BenchsuiteError
from benchsuite.fingerprints import functions_of
from benchsuite.owners import Plugin, Registered
from benchsuite.standard_error import LIBRARY_LOG, without_lines
from benchsuite.text import LONGEST_TRACEBACK, reason_of, shortened, traceback_of
from benchsuite.trying import TriedFirst, functions_before

if TYPE_CHECKING:
    from benchsuite.registry import Registry


def add(registry: Registry, candidate: Candidate, tried: TriedFirst, files: set[Path], guard: bool) -> None:
    """Import and register one candidate, unless its file is registered already.

    Args:
        registry: Where.
        candidate: The plugin, as it was found.
        tried: What came of it in a process of its own.
        files: Those that are registered; its own is added.
        guard: Whether what it changes in this process as it is imported is undone.

    Raises:
        BenchsuiteError: If it is broken and was asked for.
    """
    if tried.reason:
        add_broken(registry, candidate, tried.reason, tried.printed)
        return
    around = guarded() if guard else contextlib.nullcontext(Interruption())
    quiet = without_lines(LIBRARY_LOG) if tried.imports else contextlib.nullcontext()
    with quiet, around as interruption:
        functions = functions_before(tried) if tried.replaced else None
        try:
            try:
                _add_whole(registry, candidate, files)
            finally:
                if functions:
                    functions.restore(OwnCode(candidate.module, candidate.root))
        # A plugin may raise anything, SystemExit included; only the user's own Ctrl-C passes.
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and (candidate.bundled or interruption.came):
                raise
            add_broken(
                registry,
                candidate,
                f"{reason_of(error)}{_hint(candidate, error)}",
                shortened(traceback_of(error), LONGEST_TRACEBACK),
                error,
            )


def _add_whole(registry: Registry, candidate: Candidate, files: set[Path]) -> None:
    module = candidate.load()
    try:
        check_module(module)
    except BenchsuiteError:
        for name in [name for name, held in sys.modules.items() if held is module]:
            del sys.modules[name]  # others look through all modules, and trust what these say of themselves
        raise
    # A file is what was found there, whatever it calls itself.
    known = candidate.source if isinstance(candidate.source, Path) else module.__file__ or candidate.name
    file = Path(known).resolve()
    if file not in files:  # it may be reached in two ways, such as --plugin and an entry point
        files.add(file)
        _register(registry, _plugin(candidate, module.__name__, module=module))


def _hint(candidate: Candidate, error: BaseException) -> str:
    """Return what to do where a plugin cannot find a module that lies beside it."""
    if not isinstance(error, ModuleNotFoundError) or candidate.root is None or not isinstance(error.name, str):
        return ""
    if not (candidate.root / f"{error.name}.py").is_file():
        return ""
    return f". {error.name}.py lies beside it: make both a package, plugins/NAME/__init__.py, and import it relatively"


def add_broken(
    registry: Registry, candidate: Candidate, reason: str, traceback: str, error: BaseException | None = None
) -> None:
    """Keep a plugin as broken.

    Args:
        registry: Where.
        candidate: The plugin, as it was found.
        reason: Why it is broken, in one line.
        traceback: The whole of it.
        error: What it raised.

    Raises:
        BenchsuiteError: If it was asked for.
    """
    plugin = _plugin(candidate, candidate.name, reason=reason, traceback=traceback)
    registry.plugins.append(plugin)
    if candidate.asked:
        raise BenchsuiteError(f"the plugin given with {plugin.origin} is broken: {reason}") from error


def _plugin(candidate: Candidate, name: str, **rest: Any) -> Plugin:
    return Plugin(name, candidate.origin, distribution=candidate.distribution, root=candidate.root, **rest)


def _register(registry: Registry, plugin: Plugin) -> None:
    """Register all of a plugin or nothing of it."""
    assert plugin.module is not None
    found = [Registered(component, plugin, registry) for component in components_of(plugin.module, registry.hooks)]
    try:
        for entry in found:
            list(functions_of(entry.component))  # found now: what a function says of itself may raise
        _refuse_clashes(registry, plugin, found)
    except BaseException:
        registry.hooks.unregister(plugin.module)
        raise
    for entry in found:
        registry.tables[entry.component.kind][entry.component.name] = entry
    registry.plugins.append(plugin)


def _refuse_clashes(registry: Registry, plugin: Plugin, found: list[Registered]) -> None:
    """Refuse a second owner of a name, and a second default or yardstick of a kind."""
    seen: dict[tuple[str, str], Plugin] = {}
    for entry in found:
        key = (entry.component.kind, entry.component.name)
        owner = registry.tables[key[0]].get(key[1])
        first = owner.plugin if owner else seen.get(key)
        if first is not None:
            message = (
                f"two plugins claim {entry.component.title}: {_place(first)} and {_place(plugin)}. Rename one: in a benchmark the "
                "wrong one would be a wrong number."
            )
            registry.conflicts[key] = message
            raise BenchsuiteError(message)
        _refuse_number(registry, entry, found)
        for mark in ("default", "yardstick") if entry.component.kind in RECIPE_KINDS else ():
            if not getattr(entry.component, mark):
                continue
            others = [other for other in registry.tables[key[0]].values() if getattr(other.component, mark)]
            if others:
                raise BenchsuiteError(
                    f"{mark}=True of {entry.component.title}: {others[0].component.title} is the {mark} already."
                )
        seen[key] = plugin


def _refuse_number(registry: Registry, entry: Registered, found: list[Registered]) -> None:
    """Refuse a second claim with one number: it selects the claim as its name does."""
    number = getattr(entry.component, "number", "")
    if entry.component.kind != "claim" or not number:
        return
    others = [*registry.tables["claim"].values(), *(one for one in found if one.component.kind == "claim")]
    for other in others:
        if other.component.number == number and other.component.name != entry.component.name:
            raise BenchsuiteError(
                f"two claims have the number {number}: {other.component.name} in {_place(other.plugin)}, and "
                f"{entry.component.name} in {_place(entry.plugin)}. Give one of them another, or none: its name selects it as well."
            )


def _place(plugin: Plugin) -> str:
    return f"{plugin.name} (bundled)" if plugin.origin == "bundled" else plugin.origin

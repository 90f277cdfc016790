"""The hooks of one plugin: are they spelt right, and what do they give."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pluggy

from benchsuite import hookspecs
from benchsuite.components import HOOKS, KINDS, RECIPE_KINDS, Component, Registrable, settled
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.text import shortened

MOST = 20_000
"""Components of a kind that one plugin may have: a generator that never ends is a mistake."""


def hook_manager() -> pluggy.PluginManager:
    """Return a manager that knows every hook."""
    manager = pluggy.PluginManager("benchsuite")
    manager.add_hookspecs(hookspecs)
    return manager


def check_module(module: Any) -> None:
    """Refuse what was imported if it is no module, or one that no longer says which it is.

    Raises:
        BenchsuiteError: Naming what it is.
    """
    if not issubclass(type(module), ModuleType):
        raise BenchsuiteError(f"it must be a module with hooks. Received: {shortened(repr(module), 200)}.")
    for what, kinds in (("__name__", str), ("__file__", str | None)):
        value = vars(module).get(what)
        if not isinstance(value, kinds):
            raise BenchsuiteError(f"a module must keep its {what}. Received: {shortened(repr(value), 200)}.")


def check_hooks(module: ModuleType, manager: pluggy.PluginManager) -> None:
    """Refuse a misspelt hook: without this, pluggy ignores it without a word.

    Raises:
        BenchsuiteError: If a marked function is no hook, or none is marked.
    """
    known = _known_hooks()
    marked = [name for name in vars(module) if manager.parse_hookimpl_opts(module, name) is not None]
    for name in marked:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise BenchsuiteError(f"unknown hook {name!r}.{hint} Known: {', '.join(known)}.")
    if not marked:
        raise BenchsuiteError("it implements no hook. Mark a function such as register_optimizers with @bs.hookimpl.")


@cache
def _known_hooks() -> list[str]:
    manager = hook_manager()
    return [name for name in vars(hookspecs) if manager.parse_hookspec_opts(hookspecs, name) is not None]


def components_of(module: ModuleType, manager: pluggy.PluginManager) -> list[Registrable]:
    """Register a plugin's hooks and return all that it has, of every kind; nothing of it is registered where this raises.

    Raises:
        BenchsuiteError: If a hook is misspelt or has other arguments, or gives what is no component.
    """
    check_module(module)
    check_hooks(module, manager)
    manager.register(module)  # checks the arguments of every hook
    try:
        return [settled(component) for kind in HOOKS for component in _ask(module, manager, kind)]
    except BaseException:
        manager.unregister(module)
        raise


def _ask(module: ModuleType, manager: pluggy.PluginManager, kind: str) -> Iterator[Registrable]:
    """Ask this plugin alone for its components of a kind, so that each answer has an owner."""
    hook, expected = HOOKS[kind], KINDS[kind]
    # What a module's own __getattr__ makes up is no hook.
    if hook not in vars(module) or manager.parse_hookimpl_opts(module, hook) is None:
        return
    returned = getattr(module, hook)()
    if not isinstance(returned, list | tuple):
        raise BenchsuiteError(
            f"{hook} must return a list of bs.{expected.__name__}. Received: {type(returned).__name__}."
        )
    for number, component in enumerate(returned):
        if number == MOST:
            raise BenchsuiteError(f"{hook} must return at most {MOST:,} components. Received: more.")
        if not isinstance(component, expected):
            raise BenchsuiteError(
                f"{hook} must return a list of bs.{expected.__name__}. Received in it: {shortened(repr(component), 200)}."
            )
        if type(component) is not expected:
            raise BenchsuiteError(
                f"{hook} must return a list of bs.{expected.__name__}. Received in it: a {type(component).__name__} that "
                "inherits from it. There is nothing to inherit: give what it needs to make."
            )
        for wrapped in component.wraps.values() if isinstance(component, Component) else ():
            if wrapped not in RECIPE_KINDS:
                raise unknown(f"kind in wraps of {component.title}:", wrapped, RECIPE_KINDS)
        yield component

"""Reference components: what plugins name as the methods over which the resolution of a task is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

from benchsuite.components import RECIPE_KINDS
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.registry import Registry
from benchsuite.selection import expand, written
from benchsuite.text import reason_of, shortened

FEWEST = 2
"""Of a kind: fewer make no pair."""


def reference_components(registry: Registry) -> dict[str, tuple[str, ...]]:
    """Return the reference components that all plugins name: kind → selections as tables write them, each once.

    The kinds are in the order in which tables show them; those that nobody names are left out.

    Args:
        registry: The plugins that were found.

    Raises:
        BenchsuiteError: If a plugin names what is no kind, or a selection that does not exist or means several settings.
    """
    found: dict[str, dict[str, None]] = {kind: {} for kind in RECIPE_KINDS}
    # In the order in which plugins were loaded: the bundled ones stand first.
    for implementation in registry.hooks.hook.register_reference_components.get_hookimpls():
        owner = implementation.plugin_name
        for kind, selections in _given(implementation.function, owner).items():
            if kind not in RECIPE_KINDS:
                raise unknown(f"kind in register_reference_components of {owner}:", kind, RECIPE_KINDS)
            for selection in selections:
                found[kind][_one(kind, selection, owner, registry)] = None
    return {kind: tuple(selections) for kind, selections in found.items() if selections}


def same_method(kind: str, one: str, other: str, registry: Registry) -> bool:
    """Say whether two selections say to be one method: a pair of them tells nothing of a task.

    Args:
        kind: Of both.
        one: A selection of one component or several.
        other: Likewise.
        registry: The plugins that were found.
    """
    return _methods(kind, one, registry) == _methods(kind, other, registry)


def _methods(kind: str, selection: str, registry: Registry) -> str:
    """Return a selection with each component by the name of the method that it says to be; settings as they are."""
    ((*settings,),) = expand(kind, [selection], registry)
    same = registry.same_as
    names = [(same.get((kind, setting.name), setting.name), written([setting], registry)) for setting in settings]
    return "+".join(
        name + text.removeprefix(setting.name) for (name, text), setting in zip(names, settings, strict=True)
    )


def _given(register: Callable[[], object], owner: str) -> Mapping[str, Sequence[str]]:
    try:
        given = register()
    except Exception as error:
        raise BenchsuiteError(f"register_reference_components of {owner} raised {reason_of(error)}") from error
    if not _fits(given):
        raise BenchsuiteError(
            f"register_reference_components of {owner} must return a dictionary of kinds and lists of selections, such as "
            f'{{"optimizer": ["sgd", "adam"]}}. Received: {shortened(repr(given), 200)}.'
        )
    return given


def _fits(given: object) -> TypeGuard[Mapping[str, Sequence[str]]]:
    return isinstance(given, Mapping) and all(
        isinstance(kind, str) and isinstance(held, list | tuple) and all(isinstance(one, str) for one in held)
        for kind, held in given.items()
    )


def _one(kind: str, selection: str, owner: str, registry: Registry) -> str:
    alternatives = expand(kind, [selection], registry)
    if len(alternatives) != 1:
        raise BenchsuiteError(
            f"each reference component is one setting. Received from {owner}: {selection!r}, which means {len(alternatives)}. "
            "Name them one by one."
        )
    return written(alternatives[0], registry)

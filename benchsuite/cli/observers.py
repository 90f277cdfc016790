"""Observers that a run is asked for by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.components import Observer
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.text import reason_of, shortened

if TYPE_CHECKING:
    from benchsuite.registry import Registry


def all_observers(known: Registry) -> dict[str, Observer]:
    """Return every observer by name.

    Raises:
        BenchsuiteError: If two plugins claim a name, or a plugin gives what is no observer.
    """
    found: dict[str, Observer] = {}
    owners: dict[str, str] = {}
    for implementation in known.hooks.hook.register_observers.get_hookimpls():
        owner = implementation.plugin_name
        for observer in _given(implementation.function, owner):
            if observer.name in found:
                raise BenchsuiteError(
                    f"two plugins claim observer {observer.name!r}: {owners[observer.name]} and {owner}. Rename one."
                )
            found[observer.name], owners[observer.name] = observer, owner
    return found


def chosen(known: Registry, names: Sequence[str]) -> list[Observer]:
    """Return the observers of these names, each once.

    Raises:
        BenchsuiteError: If there is none of a name, two plugins claim it, or a plugin gives what is no observer.
    """
    wanted = list(dict.fromkeys(part.strip() for name in names for part in name.split(",")))
    if not wanted:
        return []
    found = all_observers(known)
    for name in wanted:
        if name not in found:
            raise unknown("observer", name, found)
    return [found[name] for name in wanted]


def switch_on(known: Registry, observers: Sequence[Observer], results: Path) -> None:
    """Make observers, and let them see what happens from now on.

    Raises:
        BenchsuiteError: If one cannot be made, or has none of the hooks.
    """
    for observer in observers:
        try:
            made = observer.make(results)
            plugin = known.hooks.register(made, f"observer {observer.name}")
        except BenchsuiteError:
            raise
        except Exception as error:
            raise BenchsuiteError(f"make of observer {observer.name!r} raised {reason_of(error)}") from error
        if plugin is None or not known.hooks.get_hookcallers(made):
            raise BenchsuiteError(
                f"observer {observer.name!r} sees nothing: none of its methods is a hook. Mark methods such as "
                "trial_finished with @bs.hookimpl."
            )


def _given(register: Callable[[], object], owner: str) -> list[Observer]:
    try:
        given = register()
    except Exception as error:
        raise BenchsuiteError(f"register_observers of {owner} raised {reason_of(error)}") from error
    if not isinstance(given, list | tuple) or not all(isinstance(one, Observer) for one in given):
        raise BenchsuiteError(
            f"register_observers of {owner} must return a list of bs.Observer. Received: {shortened(repr(given), 200)}."
        )
    return list(given)

"""What a registry holds: plugins as they were found, and components with the plugin that owns them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from benchsuite.discovery import Distribution

if TYPE_CHECKING:
    from benchsuite.registry import Registry


@dataclass(frozen=True)
class Plugin:
    """One plugin as found.

    Args:
        name: Module name.
        origin: Where it came from, as lists show it: ``bundled``, ``--plugin FILE``, ``./plugins/FILE`` or ``NAME
            VERSION``.
        module: The imported module, unless broken.
        reason: Why it is broken, in one line; empty otherwise.
        traceback: The whole traceback of a broken one.
        distribution: Name and version of the installed distribution that it belongs to; none for a file of the user's.
        root: For a file of the user's: the folder in which it may find what it imports.
    """

    name: str
    origin: str
    module: ModuleType | None = None
    reason: str = ""
    traceback: str = ""
    distribution: Distribution | None = None
    root: Path | None = None


@dataclass(frozen=True)
class Registered:
    """A component or task and the plugin that owns it.

    Args:
        component: The component or task.
        plugin: Its owner.
        registry: Where it is registered.
    """

    component: Any
    plugin: Plugin
    registry: Registry = field(repr=False, compare=False)

    @property
    def fingerprint(self) -> str:
        """The fingerprint with every hyperparameter at its default, see :meth:`Registry.fingerprint`."""
        return self.registry.fingerprint(self.component.kind, self.component.name)

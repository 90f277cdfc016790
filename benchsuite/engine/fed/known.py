"""What was found of components by other processes: a search takes a tenth of a second, and a worker makes dozens of them.

A finding depends on the component's code, on its hyperparameters, on this package's code, and on the versions and the machine that
compute; all of these are in the name under which it is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from benchsuite.components import Component
from benchsuite.engine.code import code_fingerprint
from benchsuite.engine.compiled.here import kind_of
from benchsuite.recipe import Setting
from benchsuite.remembered import Remembered
from benchsuite.trial import RATE


class KnownFindings:
    """Findings on the disk; off until it is switched on. There is one, :data:`KNOWN`."""

    def __init__(self) -> None:
        self._code: Callable[[Setting], str | None] = lambda _: None
        self._remembered: Remembered | None = None
        self._where = ""

    def switch_on(self, code: Callable[[Setting], str | None]) -> None:
        """Use the disk from now on.

        Args:
            code: Returns a fingerprint of all code of a setting's component; ``None`` where some of it may be left out.
        """
        self._code, self._remembered = code, Remembered("found")
        self._where = kind_of()

    def get(self, component: Component, setting: Setting) -> Mapping[str, Any] | None:
        """Return what was kept of a component with these hyperparameters, as JSON has it; ``None`` if there is nothing."""
        name = self._name(component, setting)
        if self._remembered is None or name is None:
            return None
        found = self._remembered.get(name)
        return found if isinstance(found, dict) else None

    def put(self, component: Component, setting: Setting, found: Mapping[str, Any]) -> None:
        """Keep what was found."""
        name = self._name(component, setting)
        if self._remembered is not None and name is not None:
            self._remembered.put(name, found)

    def _name(self, component: Component, setting: Setting) -> str | None:
        code = self._code(setting)
        if code is None:
            return None
        # The values count as well: a hyperparameter whose space has one value is tried with that.
        values = {name: value for name, value in setting.values if (setting.kind, name) != RATE}
        parts = [component.kind, component.name, values, code, code_fingerprint(), self._where]
        return f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.json"


KNOWN = KnownFindings()

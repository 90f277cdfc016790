"""Which hyperparameters of a component a program is fed and which are baked into it; found by trying, and remembered."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from benchsuite.kinds import RECIPE_KINDS
from benchsuite.recipe import Setting
from benchsuite.remembered import Remembered
from benchsuite.trial import ENGINE_VERSION, ON_HOST, RATE, fed_values

if TYPE_CHECKING:
    from benchsuite.components import Component
    from benchsuite.registry import Registered

FED = "; fed: values share a program"


def fed_or_baked(entry: Registered) -> dict[str, str]:
    """Return what is to be said of each hyperparameter that is a number: hyperparameter → the end of a sentence.

    To find it takes TensorFlow and some seconds the first time; afterwards it is known as long as the code stays the same.
    """
    component: Component = entry.component
    if component.kind in ON_HOST or component.required or component.kind not in RECIPE_KINDS:
        return {}
    said = {name: FED for name in component.space if (component.kind, name) == RATE}
    setting = Setting.of(component)
    if not fed_values(setting):
        return said
    remembered, name = Remembered("fed"), _remembered_as(entry)
    found: dict[str, str] | None = remembered.get(name)
    if not (isinstance(found, dict) and all(isinstance(text, str) for text in found.values())):
        found = _found(component, setting)
        remembered.put(name, found)
    return said | found


def _found(component: Component, setting: Setting) -> dict[str, str]:
    from benchsuite.cli.quiet import tensorflow_on_cpu

    tensorflow_on_cpu()
    from benchsuite.engine.fed.finding import finding

    found = finding(component, setting)
    said = dict.fromkeys(sorted(found.fed), FED)
    said |= dict.fromkeys(sorted(found.host), "; no part of a program: it acts between epochs")
    return said | {name: f"; baked into each program: {why}" for name, why in sorted(found.baked.items())}


def _remembered_as(entry: Registered) -> str:
    from importlib.metadata import version

    parts = [entry.component.kind, entry.component.name, entry.fingerprint, ENGINE_VERSION, version("benchsuite")]
    parts += [version(package) for package in ("tensorflow", "keras")]
    return f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.json"

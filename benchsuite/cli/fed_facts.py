"""Which hyperparameters of a component a program is fed and which are baked into it; found by trying, and remembered."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from typing import TYPE_CHECKING

from benchsuite.files import cache_folder, write_whole
from benchsuite.recipe import Setting
from benchsuite.trial import ENGINE_VERSION, ON_HOST, RATE, fed_values

if TYPE_CHECKING:
    from pathlib import Path

    from benchsuite.components import Component
    from benchsuite.registry import Registered

FED = "; fed: one program serves every value"
LARGEST = 2**16


def fed_or_baked(entry: Registered) -> dict[str, str]:
    """Return what is to be said of each hyperparameter that is a number: hyperparameter → the end of a sentence.

    To find it takes TensorFlow and some seconds the first time; afterwards it is known as long as the code stays the same.
    """
    component: Component = entry.component
    if component.kind in ON_HOST or component.required or component.kind == "metric":
        return {}
    said = {name: FED for name in component.space if (component.kind, name) == RATE}
    setting = Setting.of(component)
    if not fed_values(setting):
        return said
    path = _remembered(entry)
    found = _read(path)
    if found is None:
        found = _found(component, setting)
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, json.dumps(found).encode())
    return said | found


def _found(component: Component, setting: Setting) -> dict[str, str]:
    from benchsuite.cli.quiet import tensorflow_on_cpu

    tensorflow_on_cpu()
    from benchsuite.engine.fed.finding import finding

    found = finding(component, setting)
    said = dict.fromkeys(sorted(found.fed), FED)
    said |= dict.fromkeys(sorted(found.host), "; no part of a program: it acts between epochs")
    return said | {name: f"; baked into each program: {why}" for name, why in sorted(found.baked.items())}


def _remembered(entry: Registered) -> Path:
    from importlib.metadata import version

    parts = [entry.component.kind, entry.component.name, entry.fingerprint, ENGINE_VERSION, version("benchsuite")]
    parts += [version(package) for package in ("tensorflow", "keras")]
    return cache_folder() / "fed" / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.json"


def _read(path: Path) -> dict[str, str] | None:
    """Return what is remembered; nothing that somebody else could have written is believed."""
    try:
        folder = os.lstat(path.parent)
        if not stat.S_ISDIR(folder.st_mode) or folder.st_uid != os.geteuid() or folder.st_mode & 0o022:
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_size > LARGEST:
                return None
            found = json.loads(file.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    good = isinstance(found, dict) and all(isinstance(text, str) for text in found.values())
    return found if good else None

"""The checksum of a task's data as they are now, so that a record of other data is found to be stale.

Reading data may take minutes and load TensorFlow, so whoever reads them tells which files that took: while none of them
changed, nor the task's code, the data are known without reading. A certificate says which data a task must have: a trial
with others fails, so nothing is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchsuite.certificates import checksum_of
from benchsuite.data import observed, read
from benchsuite.errors import BenchsuiteError
from benchsuite.opened import Stamp, stamp
from benchsuite.registry import Registry
from benchsuite.remembered import Remembered
from benchsuite.text import reason_of

PLACE = "data_read"
MOST_FILES = 400
"""That are remembered of one task; data of more are read each time."""


class DataNow:
    """Finds the checksums of tasks' data, each once.

    Args:
        registry: Of the plugins that were found.

    Attributes:
        unreadable: Task → why its data cannot be read now: its records count as they are.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._remembered = Remembered(PLACE)
        self._known: dict[str, str | None] = {}
        self.unreadable: dict[str, str] = {}

    def __call__(self, name: str) -> str | None:
        """Return the checksum of a task's data; ``None`` if nobody can say, since the task or its data are not there.

        Args:
            name: Of the task.
        """
        if name not in self._known:
            self._known[name] = self._find(name) if self._registry.has("task", name) else None
        return self._known[name]

    def _find(self, name: str) -> str | None:
        task = self._registry.task(name)
        with contextlib.suppress(BenchsuiteError):  # whoever trains is told of a certificate that is broken
            if certified := checksum_of(task, self._registry):
                return certified
        key = _key(name, self._registry.fingerprint("task", name))
        if checksum := _unchanged(self._remembered.get(key)):
            return checksum
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                checksum = read(task).checksum
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # data() may raise anything, SystemExit included
            self.unreadable[name] = reason_of(error)
            return None
        _keep(name, key, self._remembered)
        return checksum


_kept: set[str] = set()


def remember_data(name: str, fingerprint: str) -> None:
    """Remember which data this process read of a task, if it did and nobody remembered them.

    Args:
        name: Of the task.
        fingerprint: Of its code.
    """
    key = _key(name, fingerprint)
    if key not in _kept:
        _keep(name, key, Remembered(PLACE))
    _kept.add(key)


def _keep(name: str, key: str, remembered: Remembered) -> None:
    found = observed.get(name)
    # Of data that came from no file that anybody saw, none can say whether they changed.
    if found is None or not 0 < len(found.files) <= MOST_FILES or None in found.files.values():
        return
    remembered.put(key, {"checksum": found.checksum, "files": found.files})


def _key(name: str, fingerprint: str) -> str:
    lines = ["1", name, fingerprint, os.getcwd(), sys.version, _numpy()]
    return f"{hashlib.sha256(json.dumps(lines).encode()).hexdigest()}.json"


def _numpy() -> str:
    try:
        return version("numpy")
    except PackageNotFoundError:
        return ""


def _unchanged(kept: Any) -> str | None:
    """Return the checksum that is remembered, if all files are as they were."""
    if not isinstance(kept, dict) or not isinstance(kept.get("files"), dict) or not kept["files"]:
        return None
    same = all(_stamp(was) is not None and stamp(path) == _stamp(was) for path, was in kept["files"].items())
    checksum = kept.get("checksum")
    return checksum if same and isinstance(checksum, str) else None


def _stamp(value: Any) -> Stamp | None:
    return tuple(value) if isinstance(value, list) and len(value) == 4 else None

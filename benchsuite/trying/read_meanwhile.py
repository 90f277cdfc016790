"""Which files and environment variables a plugin reads while it is imported: while they are as they were, so is what it has."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchsuite.opened import listening, stamp

IMPORTING = "<frozen importlib"
"""How the names of the files begin that Python's own imports come from: these look into folders, and read no data."""
PASSED_ON = ("/os.py", "/_collections_abc.py", "<frozen os>", "<frozen _collections_abc>")
"""Files of Python through which a variable is read for somebody else."""
LIBRARIES = tuple({sys.prefix + os.sep, sys.base_prefix + os.sep, "<frozen"})
"""How the names of the files begin that are not the user's."""
MOST = 100
"""Files and variables together; of a plugin that reads more nothing is kept."""


@dataclass
class ReadMeanwhile:
    """What was read.

    Args:
        files: Path of a file or folder → what it was like; ``""`` if there was none.
        variables: Name → hash of its value; ``""`` if it was not set.
    """

    files: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def too_much(self) -> bool:
        """Whether it is more than is kept."""
        return len(self.files) + len(self.variables) > MOST


def is_as_it_was(files: Mapping[str, str], variables: Mapping[str, str]) -> bool:
    """Say whether files and environment variables are what they were."""
    return all(_stamp(path) == before for path, before in files.items()) and all(
        _hashed(os.environ.get(name)) == before for name, before in variables.items()
    )


def _stamp(path: str) -> str:
    """Return what a file is like, or which names a folder holds; empty if there is none."""
    try:
        if os.path.isdir(path):
            return _hashed("\n".join(sorted(name for name in os.listdir(path) if name != "__pycache__")))
    except OSError:
        return ""
    return " ".join(map(str, stamp(path) or ()))


def _hashed(value: str | None) -> str:
    """Return a hash of a value, which may be a secret."""
    return "" if value is None else hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()


@contextmanager
def read_meanwhile(package: str) -> Iterator[ReadMeanwhile]:
    """Note what is read, by whichever thread. What libraries read of their own does not count.

    Args:
        package: The plugin's own, at the top: it may lie where libraries do.
    """
    watch = ReadMeanwhile()

    def see(path: str, _: bool, asks: str) -> None:
        if path in watch.files or asks.startswith(IMPORTING):
            return
        if not path.startswith(LIBRARIES) or package in Path(path).parts:  # a library is known by name and version
            watch.files[path] = ""  # whoever looks at it now would be heard again
            watch.files[path] = _stamp(path)

    held: Any = os.environ
    before = held._data
    held._data = _Variables(before, watch, package)
    try:
        with listening(see):
            yield watch
    finally:
        if isinstance(held._data, _Variables):  # what was set meanwhile stays
            before.clear()
            before.update(held._data)
            held._data = before


class _Variables(dict[Any, Any]):
    """The environment as ``os.environ`` keeps it, which tells who reads what.

    Args:
        values: The environment.
        watch: Told of each variable that is read.
        package: The plugin's own, at the top.
    """

    def __init__(self, values: Mapping[Any, Any], watch: ReadMeanwhile, package: str) -> None:
        super().__init__(values)
        self._first, self._watch, self._package = dict(values), watch, package

    def __getitem__(self, key: Any) -> Any:
        if not _by_a_library(self._package):
            value = self._first.get(key)
            self._watch.variables.setdefault(os.fsdecode(key), _hashed(None if value is None else os.fsdecode(value)))
        return super().__getitem__(key)


def _by_a_library(package: str) -> bool:
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.endswith(PASSED_ON):
        frame = frame.f_back
    if str(frame.f_globals.get("__name__", "")).partition(".")[0] == package:
        return False
    file = frame.f_code.co_filename
    return file.startswith(LIBRARIES)

"""The pytest plugin: ``pytest --benchsuite plugins/my_opt.py`` tries the promises of a plugin, each as a test.

It is found wherever benchsuite is installed, and imports nothing of it before somebody asks.
"""

from __future__ import annotations

import unittest
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from benchsuite.testing.promise import Promise


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--benchsuite``."""
    parser.getgroup("benchsuite").addoption(
        "--benchsuite",
        action="store_true",
        help="Try the promises of the plugins of benchsuite that are named, such as plugins/my_opt.py.",
    )


def pytest_pycollect_makemodule(module_path: Path, parent: Any) -> PluginFile | None:
    """Take a file that was named, and is no file of tests, as a plugin."""
    config = parent.config
    if not config.getoption("--benchsuite") or not parent.session.isinitpath(module_path):
        return None
    if any(fnmatch(module_path.name, pattern) for pattern in config.getini("python_files")):
        return None
    return PluginFile.from_parent(parent, path=module_path)


class PluginFile(pytest.File):
    """A plugin of benchsuite as pytest collects it."""

    def collect(self) -> Iterator[PromiseItem]:
        """Yield its promises."""
        from benchsuite.testing import promises_of

        for promise in promises_of(self.path):
            yield PromiseItem.from_parent(self, name=str(promise), promise=promise)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """Say why a plugin cannot be imported, in one line."""
        from benchsuite.errors import BenchsuiteError

        return str(excinfo.value) if isinstance(excinfo.value, BenchsuiteError) else super().repr_failure(excinfo)


class PromiseItem(pytest.Item):
    """A promise as pytest runs it.

    Args:
        promise: The promise.
    """

    def __init__(self, *, promise: Promise, **rest: Any) -> None:
        super().__init__(**rest)
        self._promise = promise

    def runtest(self) -> None:
        """Try it."""
        try:
            self._promise.check()
        except unittest.SkipTest as reason:
            pytest.skip(str(reason))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """Show the finding alone."""
        return str(excinfo.value) if isinstance(excinfo.value, AssertionError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where it stands and what it is called."""
        return self.path, None, self.name

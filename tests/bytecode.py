"""Python code is compiled once for all processes of a run, also where ``PYTHONDONTWRITEBYTECODE`` is set, as machines for CI have it.

Each of the hundreds of processes that tests start would compile benchsuite anew, for a quarter of a second, and each process of
the suite all its files of tests, for sixteen. Only what lies in the repository is kept: a test that writes a plugin twice within a
second is told nothing of the first one.
"""

from __future__ import annotations

import compileall
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("benchsuite", "plugins", "tasks")


def of_the_product() -> None:
    """Compile what ships, where its source is newer than what was compiled."""
    for folder in FOLDERS:
        compileall.compile_dir(ROOT / folder, quiet=2)


@contextmanager
def kept() -> Iterator[None]:
    """Have what is imported in here compiled once."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def share_files(config: pytest.Config, number: int, of: int) -> None:
    """Import the files of tests that are this process's to compile; by the time it needs the others, they are there.

    Args:
        config: pytest's.
        number: Of this process, from 0.
        of: How many there are.
    """
    from _pytest.pathlib import import_path  # where it is elsewhere, each compiles all

    for place in config.args:
        for path in sorted(Path(config.rootpath, place).rglob("test_*.py"))[number::of]:
            with suppress(Exception, pytest.skip.Exception):  # pytest tells of it when it comes there
                import_path(path, mode="importlib", root=config.rootpath, consider_namespace_packages=False)

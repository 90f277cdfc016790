"""Modules that a library imports where they are installed, though nothing of it that is used here needs them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


@contextmanager
def hidden(names: Iterable[str]) -> Iterator[None]:
    """Have modules look as if they were not installed, for imports in here; those that are imported already stay.

    A library that does without an optional module is imported faster so. Whoever asks for the module afterwards has it.

    Args:
        names: Full names of modules.
    """
    gone = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(gone))  # type: ignore[arg-type]  # None ends an import with ModuleNotFoundError, as documented
    try:
        yield
    finally:
        for name in gone:
            if sys.modules.get(name) is None:
                sys.modules.pop(name, None)

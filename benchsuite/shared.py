"""Parts that many records have in common are read once, and are one object."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Generic, TypeVar

T = TypeVar("T")

MOST = 65536
"""Parts of one type that are remembered; a results folder has a few hundred, or as many as a tuner proposed."""


class Shared(Generic[T]):
    """Reads a part of a record, unless the same was read before. What it returns is not to be changed.

    Args:
        read: Reads it from its JSON value; raises ``ValueError`` for what cannot be read.
    """

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self._known: dict[bytes, T] = {}

    def __call__(self, data: Any) -> T:
        """Return the part."""
        # Unlike ==, these bytes tell 1 from 1.0 and from true. They may be many: their hash is kept. Version 2 has no
        # references, by which equal values could have different bytes.
        try:
            told = marshal.dumps(data, 2)
        except ValueError:  # nested without end, or no JSON
            return self._read(data)
        key = blake2b(told, digest_size=16).digest()
        known = self._known.get(key)
        if known is None:
            known = self._read(data)
            if len(self._known) < MOST:
                self._known[key] = known
        return known

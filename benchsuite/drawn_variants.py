"""Variants of a task that are drawn from a hash: who published under it could not know them before.

The numbers are stable for ever: a statement that names the hash and how many variants were drawn names the variants.
"""

from __future__ import annotations

import hashlib
import re

from benchsuite.errors import BenchsuiteError

FIRST = 100
"""Smaller numbers are those that people type."""
BEYOND = 2**31 - 1
"""No number is as large."""
HASH = re.compile("[0-9a-fA-F]{64}")


def drawn_variants(hash: str, count: int) -> tuple[int, ...]:
    """Return the first variants of a hash, all different.

    The i-th draw, i = 0, 1, …, is 100 + (the first 8 bytes, big-endian, of SHA-256 of the text ``benchsuite variant HASH i``)
    modulo 2³¹ − 101. One that came before is left out.

    Args:
        hash: 64 hexadecimal digits.
        count: How many.

    Raises:
        BenchsuiteError: If it is no such hash.
    """
    if not HASH.fullmatch(hash):
        raise BenchsuiteError(f"variants are drawn from 64 hexadecimal digits. Received: {hash!r}.")
    found: dict[int, None] = {}
    draw = 0
    while len(found) < count:
        digest = hashlib.sha256(f"benchsuite variant {hash.lower()} {draw}".encode()).digest()
        found[FIRST + int.from_bytes(digest[:8], "big") % (BEYOND - FIRST)] = None
        draw += 1
    return tuple(found)

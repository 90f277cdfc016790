"""Names of files for names of anything: of safe letters, never two alike, the same for the same names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
LONGEST = 80
"""Letters of a slug."""
DIGITS = 6
"""Of a hash that stands behind a text which is no file name."""
_SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


def slug(text: str, digits: int = 0) -> str:
    """Return a file name for a text: itself if it is one, else its safe letters and some digits of its hash.

    Args:
        text: Any.
        digits: Of the hash at least; none behind a text that is a file name unless given.
    """
    if not digits and len(text) <= LONGEST and _SAFE.fullmatch(text):
        return text
    digits = max(digits, DIGITS)
    kept = re.sub(r"[^A-Za-z0-9_]+", "-", text[:LONGEST]).strip("-")[: LONGEST - 1 - digits]
    hashed = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:digits]
    return f"{kept}-{hashed}" if kept else f"x-{hashed}"


def slugs(texts: Mapping[K, str] | Iterable[K]) -> dict[K, str]:
    """Return a file name for each text, no two alike where capital letters are not told from small ones.

    Args:
        texts: Key → its text; texts that are their own keys otherwise.
    """
    wanted = dict(texts) if isinstance(texts, Mapping) else {text: str(text) for text in texts}
    found: dict[K, str] = {}
    taken: set[str] = set()
    for key in sorted(wanted, key=lambda one: (wanted[one], repr(one))):
        text, digits = wanted[key], 0
        while (name := slug(text, digits)).lower() in taken:
            digits += DIGITS
            if digits > 60:  # the same text under several keys
                text, digits = f"{text} {key!r}", DIGITS
        taken.add(name.lower())
        found[key] = name
    return found

"""The code of benchsuite itself, as a hash: what was found out with other code is not believed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@cache
def code_fingerprint() -> str:
    """Return a hash of every module of benchsuite, as it lies on the disk when this is first asked."""
    found = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        found.update(f"{path.relative_to(PACKAGE)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:32]

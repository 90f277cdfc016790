"""Which file an address means: one below the folder that is served, reached through no link; anything else means none."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import unquote_to_bytes

LONGEST_ADDRESS = 2000
LARGEST = 200_000_000
"""Bytes of a file that is served."""
TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".csv": "text/csv; charset=utf-8", ".json": "application/json", ".txt": "text/plain; charset=utf-8",
    ".tex": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
}  # fmt: skip
"""How a name ends → what a browser is told; of others it is told to keep its hands off."""
OTHER = "application/octet-stream"


def name_of(address: str) -> str | None:
    """Return the name of the file that an address means, with slashes; ``None`` if it means none.

    Args:
        address: The path of a request, as it was sent.
    """
    path = address.partition("?")[0].partition("#")[0]
    if len(path) > LONGEST_ADDRESS or not path.startswith("/"):
        return None
    try:
        plain = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return None
    if plain == "/":
        return "index.html"
    parts = plain[1:].split("/")
    # Once decoded, never again; no part is empty, hidden or a step up, and no letter is one that a system may obey.
    if any(not part or part.startswith(".") or re.search(r"[\x00-\x1f\x7f\\:]", part) for part in parts):
        return None
    return "/".join(parts)


def read_below(folder: Path, name: str) -> bytes | None:
    """Return the content of a file below a folder; ``None`` if there is no such file, or a link is on the way.

    Args:
        folder: Where files are served from.
        name: Of the file, with slashes; see :func:`name_of`.
    """
    *folders, last = name.split("/")
    opened: list[int] = []
    try:
        opened.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        for part in folders:
            opened.append(os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=opened[-1]))
        file = os.open(
            last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=opened[-1]
        )
        opened.append(file)
        state = os.fstat(file)
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
            return None
        with os.fdopen(os.dup(file), "rb") as stream:
            return stream.read(LARGEST)
    except (OSError, ValueError):
        return None
    finally:
        for descriptor in opened:
            os.close(descriptor)


def type_of(name: str) -> str:
    """Return what a browser is told of a file."""
    return TYPES.get(os.path.splitext(name)[1].lower(), OTHER)

"""What may stand in a bundle, file by file: a closed list, so that nothing lies in one that no reader knows and somebody may run."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchsuite.bundle.errors import said
from benchsuite.bundle.names import NO_JEKYLL

TOP = (
    NO_JEKYLL,
    "README.md",
    "SUMMARY.md",
    "environment.json",
    "index.html",
    "records.jsonl.xz",
    "records.parquet",
    "requirements.txt",
    "searches.jsonl",
    "studies.jsonl",
)
BELOW = {
    "costs": (".json",),
    "disputed": (".json",),
    "challenges": (".json",),
    "claims": (".json",),
    "computed": (".json",),
    "disputed_claims": (".json",),
    "registrations": (".json",),
    "plugins": (".py",),
    "site": (".html", ".css", ".js", ".json", ".csv", ".svg", ".png", ".txt"),
}
"""Folder → how names in it and below it end."""
OLDER = re.compile(r"(archive/[^/]+/)+(?P<name>.+)", re.DOTALL)
OF_OLDER = re.compile(r"manifest\.json|statements/[^/]+\.json")
"""What an earlier publication has that the manifest of this one may name."""


def stranger(name: str) -> str:
    """Return why a file has no place in a bundle, as the end of a sentence; empty if it has one.

    Args:
        name: As the manifest names it.
    """
    older = OLDER.fullmatch(name)
    inner = older["name"] if older else name
    folder, _, rest = inner.partition("/")
    ends = BELOW.get(folder, ()) if rest else ()
    if inner in TOP or inner.endswith(ends or ()) or (older and OF_OLDER.fullmatch(inner)):
        return ""
    possible = (
        f"in {folder}/ names end with {' '.join(ends)}"
        if ends
        else f"beside {', '.join(TOP)} it has the folders {', '.join(BELOW)}"
    )
    return f"has a file {said(name)!r} that no bundle has: {possible}"


def strangers(names: Iterable[str]) -> str:
    """Return why the first of some files that has no place in a bundle has none; empty if each has one."""
    return next((why for name in names if (why := stranger(name))), "")

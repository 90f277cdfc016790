"""Names of files in a bundle: so plain that they mean the same on every system, and lead nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchsuite.bundle.errors import MOST_FILES, said

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+=@-]*")
NO_JEKYLL = ".nojekyll"
"""The one name that begins with a dot: it tells GitHub's pages to serve files as they are."""
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)(\..*)?", re.IGNORECASE)
LONGEST_PART = 120
LONGEST_NAME = 240
MOST_PARTS = 16


def wrong_name(name: str) -> str:
    """Return what is wrong with the name of a file in a bundle, as the end of a sentence; empty if nothing is."""
    if not name:
        return "has a file without a name"
    quoted = repr(said(name))
    if "\\" in name or ":" in name:
        return f"has a file {quoted}: a backslash or colon in a name means a drive or a folder elsewhere"
    if name.startswith("/"):
        return f"has a file {quoted}: an absolute path, and it may only hold files of its own"
    parts = name.split("/")
    if ".." in parts or "." in parts:
        return f"has a file {quoted}: a name may not lead out of it"
    if "" in parts:
        return f"has a file {quoted}: a part of the name is empty"
    if len(name) > LONGEST_NAME or len(parts) > MOST_PARTS or max(map(len, parts)) > LONGEST_PART:
        return f"has a file {quoted}: names have at most {LONGEST_NAME} letters in {MOST_PARTS} parts of {LONGEST_PART} each"
    for part in parts:
        if part != NO_JEKYLL and (not PART.fullmatch(part) or part.endswith(".")):
            return f"has a file {quoted}: names have plain letters, digits and _ . + = @ - alone, no dot at their ends"
        if DEVICES.fullmatch(part):
            return f"has a file {quoted}: that is the name of a device"
    return ""


def wrong_names(names: Iterable[str]) -> str:
    """Return what is wrong with the names of a bundle, each alone and together; empty if nothing is."""
    held = list(names)
    if len(held) > MOST_FILES:
        return f"has {len(held):,} files, more than the {MOST_FILES:,} that are read"
    spelled: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in held:
        if wrong := wrong_name(name):
            return wrong
        other = spelled.setdefault(name.casefold(), name)
        if other is not name:
            what = "twice" if other == name else f"beside {said(other)!r}, which is the same on many systems"
            return f"has the file {said(name)!r} {what}"
        parts = name.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if folders.setdefault(folder.casefold(), folder) != folder:
                return f"has the folders {said(folder)!r} and {said(folders[folder.casefold()])!r}, the same on many systems"
    if both := sorted(spelled.keys() & folders.keys()):
        return f"has {said(both[0])!r} as a file and as a folder"
    return ""

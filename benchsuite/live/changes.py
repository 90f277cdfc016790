"""Whether a results folder changed, and whether a run holds it: looked at from outside, so that nobody is disturbed."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from benchsuite.errors import BenchsuiteError
from benchsuite.folder import Identity, identity

Mark = tuple[tuple[str, int], ...]
"""Folder → when a file was last put into it, or taken out of it, in nanoseconds since 1970."""
SHALLOW = (
    "trials",
    "searches",
    "costs",
    "probes",
    "predictions",
    "studies",
    "statements",
    "challenges",
    "disputed",
    "claims",
    "registrations",
    "computed",
    "disputed_claims",
    "reference",
)
"""Folders whose files a report is made of; those in ``trials`` and the others are looked at one step deeper."""


class Watched:
    """A results folder that is watched.

    Args:
        folder: Where it is.

    Raises:
        BenchsuiteError: If there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._identity: Identity | None = None
        with suppress(OSError):
            self._identity = identity(os.stat(folder))
        if self._identity is None or not folder.is_dir():
            raise BenchsuiteError(
                f"there is no folder {folder}. Start `benchsuite run` first, or name another folder with --results DIR."
            )

    def mark(self) -> Mark:
        """Return what differs as soon as a record, a search or anything else that is shown was written or removed.

        It costs a few hundred looks at folders, whatever they hold: every file of ours is put in place by a renaming, which
        its folder shows.

        Raises:
            BenchsuiteError: If the folder is not there any more, or another one is.
        """
        try:
            if identity(os.stat(self.folder)) != self._identity:
                raise FileNotFoundError
        except OSError:
            raise BenchsuiteError(
                f"{self.folder} was deleted, moved or replaced: there is nothing left to watch. Start `benchsuite watch` again on "
                "the folder that you mean."
            ) from None
        found: list[tuple[str, int]] = []
        for name in SHALLOW:
            with suppress(OSError):
                found.append((name, os.stat(self.folder / name).st_mtime_ns))
                with os.scandir(self.folder / name) as entries:
                    for entry in entries:
                        with suppress(OSError):  # it went meanwhile
                            if entry.is_dir(follow_symlinks=False):
                                found.append((f"{name}/{entry.name}", entry.stat(follow_symlinks=False).st_mtime_ns))
        return tuple(sorted(found))


def run_holds(folder: Path, locks: Path = Path("/proc/locks")) -> bool | None:
    """Say whether a run holds a results folder; ``None`` where the system does not tell.

    The lock itself is not tried: whoever tries it holds it for a moment, in which no run could begin.

    Args:
        folder: The results folder.
        locks: Where the system lists the locks that are held.
    """
    try:
        numbers = {os.stat(place).st_ino for place in (folder, folder / ".lock") if place.exists()}
        lines = locks.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    # Shards that hold it together have locks for reading.
    return any("FLOCK" in parts and numbers & _inodes(parts) for parts in map(str.split, lines))


def _inodes(parts: list[str]) -> set[int]:
    """Return the numbers of files that a line names, as ``fd:01:1234``. Devices have other names there than elsewhere."""
    return {int(found[1]) for part in parts if (found := re.fullmatch(r"[0-9a-f]+:[0-9a-f]+:(\d+)", part))}

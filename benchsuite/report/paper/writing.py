"""Writing a paper's folder: what an author edited stays, what is no longer made goes, and all else is as it should be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.folder import Folder
from benchsuite.plain_files import NotPlain, read_plain

LIST = "written.json"
"""Name → SHA-256 of all that was written."""
YOURS = ("main.tex", "README.md", "Makefile")
"""Files that an author is meant to change: nothing is put beside them."""
MOST = 50_000_000
"""Bytes of a file that is looked at."""


@dataclass(frozen=True)
class PaperFolder:
    """What became of a paper's folder.

    Args:
        path: Where it is.
        written: Names of the files that were written or are as they would be, sorted.
        kept: Names of those that somebody edited: what would have been written lies beside them, with ``.new`` at the end.
    """

    path: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]


def write_folder(folder: Path, files: Mapping[str, bytes]) -> PaperFolder:
    """Write files into a folder, which is made if it is missing; the folder that it lies in must be there.

    Args:
        folder: Where they go.
        files: Name, with slashes, → content.

    Raises:
        BenchsuiteError: If something that is no folder has its name, it holds other things, or a file cannot be written.
    """
    known = _listed(folder)
    place = Folder(folder.parent)
    kept = []
    try:
        for name, content in sorted(files.items()):
            there = _content(folder / name)
            edited = there is not None and there != content and _digest(there) != known.get(name)
            if edited and name not in YOURS:
                kept.append(name)
            if not edited and there != content:
                place.write(f"{folder.name}/{name}", content)
            if edited and name not in YOURS:
                place.write(f"{folder.name}/{name}.new", content)
            else:
                place.remove(f"{folder.name}/{name}.new") if name not in YOURS else None
        for name in sorted(known.keys() - files.keys()):
            there = _content(folder / name)
            if there is not None and _digest(there) == known[name]:
                place.remove(f"{folder.name}/{name}")
        listed = {name: _digest(content) for name, content in sorted(files.items())}
        place.write(f"{folder.name}/{LIST}", f"{json.dumps(listed, indent=1)}\n".encode())
    except OSError as error:
        raise cannot_write(folder, error) from None
    return PaperFolder(folder, tuple(sorted(files.keys() - set(kept))), tuple(kept))


def check_folder(folder: Path) -> None:
    """Refuse a folder that a paper should not be written into, before any work starts.

    Raises:
        BenchsuiteError: If it is none, the folder that it would lie in is missing, or it holds things but no paper.
    """
    if not folder.name or not folder.parent.is_dir():
        raise BenchsuiteError(
            f"--output must be a folder in one that exists. Received: {str(folder)!r}. Make {str(folder.parent)!r} first, or name another."
        )
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise BenchsuiteError(
            f"--output must be a folder. Received: {str(folder)!r}, which is a link or a file. Name another."
        )
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LIST).is_file():
        raise BenchsuiteError(
            f"--output must be a new folder, an empty one, or one that `benchsuite paper` wrote. Received: {str(folder)!r}, which holds "
            "other things. Name another."
        )


def _listed(folder: Path) -> dict[str, str]:
    content = _content(folder / LIST)
    try:
        data = json.loads(content) if content is not None else {}
    except (ValueError, RecursionError):
        data = {}
    if not isinstance(data, dict):
        return {}
    return {name: text for name, text in data.items() if isinstance(text, str) and _inside(name)}


def _inside(name: str) -> bool:
    """Say whether a name is one of ours: somebody may have written the list."""
    parts = name.split("/")
    return 1 <= len(parts) <= 2 and all(
        part and not part.startswith(".") and "\\" not in part and "\0" not in part for part in parts
    )


def _content(path: Path) -> bytes | None:
    try:
        return read_plain(path, MOST)
    except FileNotFoundError:
        return None
    except (NotPlain, NotADirectoryError, IsADirectoryError) as error:
        raise BenchsuiteError(f"cannot write {path}: what is there {error}. Move it away.") from None
    except OSError as error:
        raise cannot_write(path, error) from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""The files of a folder of searches: which of them are searches, and what is wrong with each other one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchsuite.plain_files import NotPlain, kind_of, read_plain
from benchsuite.record_files import LARGEST, RECORD, Damage, entries
from benchsuite.record_json import NewerFormat, NotARecord
from benchsuite.searches import Search, search_from_json

SEARCHES = "searches"
"""Where they lie, below the results folder."""


def search_file(search_id: str) -> str:
    """Return where a search's file lies, below the results folder."""
    return f"{SEARCHES}/{search_id}.json"


def read_searches(folder: Path, damaged: list[Damage]) -> Iterator[Search]:
    """Read search after search, sorted by id.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there, and is no search.
    """
    place = folder / SEARCHES
    if place.is_symlink():
        damaged.append(Damage(SEARCHES, "is a link, and links are not followed", readable=False))
        return
    for entry in entries(place, SEARCHES, damaged):
        where = f"{SEARCHES}/{entry.name}"
        if not RECORD.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
            what = kind_of(entry.path) or "a file whose name is not that of a search"
            damaged.append(Damage(where, f"is {what}"))
            continue
        found = _load(Path(entry.path), where)
        if isinstance(found, Search):
            yield found
        elif found is not None:  # it may go meanwhile
            damaged.append(found)


def _load(path: Path, where: str) -> Search | Damage | None:
    try:
        search = search_from_json(read_plain(str(path), LARGEST))
    except FileNotFoundError:
        return None
    except NewerFormat as error:
        return Damage(where, str(error), newer=True)
    except (NotPlain, NotARecord) as error:
        return Damage(where, str(error))
    except OSError as error:
        return Damage(where, f"cannot be read: {error.strerror}", readable=False)
    if search.id != path.stem:
        return Damage(where, f"holds search {search.id}, which its name does not say")
    return search

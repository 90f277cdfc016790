"""The files of a folder of searches: which of them are searches, and what is wrong with each other one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchsuite.damage import Damage
from benchsuite.record_files import read_each
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
    return read_each(folder, SEARCHES, "search", search_from_json, damaged, key=lambda search: search.id)

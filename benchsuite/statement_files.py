"""The statements in a results folder: which files of ``statements/`` are some, and what is wrong with each other one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchsuite.plain_files import NotPlain, kind_of, read_plain
from benchsuite.record_files import Damage, entries
from benchsuite.record_json import NewerFormat, NotARecord
from benchsuite.statements import LARGEST, Statement, statement_from_json

STATEMENTS = "statements"
"""Where they lie, below the results folder."""


def read_statements(folder: Path, damaged: list[Damage]) -> Iterator[Statement]:
    """Read statement after statement, sorted by the names of their files.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there, and is none.
    """
    place = folder / STATEMENTS
    if place.is_symlink():
        damaged.append(Damage(STATEMENTS, "is a link, and links are not followed", readable=False))
        return
    for entry in entries(place, STATEMENTS, damaged):
        where = f"{STATEMENTS}/{entry.name}"
        if not entry.name.endswith(".json") or not entry.is_file(follow_symlinks=False):
            what = kind_of(entry.path) or "a file whose name is not that of a statement"
            damaged.append(Damage(where, f"is {what}"))
            continue
        try:
            yield statement_from_json(read_plain(entry.path, LARGEST))
        except FileNotFoundError:  # it may go meanwhile
            continue
        except NewerFormat as error:
            damaged.append(Damage(where, str(error), newer=True))
        except (NotPlain, NotARecord) as error:
            damaged.append(Damage(where, str(error)))
        except OSError as error:
            damaged.append(Damage(where, f"cannot be read: {error.strerror}", readable=False))

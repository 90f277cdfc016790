"""The statements in a results folder: which files of ``statements/`` are some, and what is wrong with each other one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchsuite.damage import Damage
from benchsuite.record_files import read_each
from benchsuite.statements import LARGEST, Statement, statement_from_json

STATEMENTS = "statements"
"""Where they lie, below the results folder."""
NAME = re.compile(r".+\.json", re.DOTALL)
"""Of a file: whoever wrote it chose it."""


def read_statements(folder: Path, damaged: list[Damage]) -> Iterator[Statement]:
    """Read statement after statement, sorted by the names of their files.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there, and is none.
    """
    return read_each(folder, STATEMENTS, "statement", statement_from_json, damaged, named=NAME, largest=LARGEST)

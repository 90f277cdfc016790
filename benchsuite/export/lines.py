"""Records and searches as lines of JSON, each as docs/reference/record-format.md describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchsuite.folder import Folder
from benchsuite.record import Record
from benchsuite.record_json import record_to_json
from benchsuite.searches import Search, search_to_json


def write_lines(records: Sequence[Record], searches: Sequence[Search], folder: Path) -> list[Path]:
    """Write ``records.jsonl``, and ``searches.jsonl`` where there are searches.

    Args:
        records: The records.
        searches: The searches.
        folder: Where to; made if it is not there.

    Returns:
        The files.

    Raises:
        OSError: If one cannot be written; each is whole or as it was.
    """
    held = {"records.jsonl": map(record_to_json, records)}
    if searches:
        held["searches.jsonl"] = map(search_to_json, searches)
    folder.mkdir(parents=True, exist_ok=True)
    for name, contents in held.items():
        with Folder(folder).writing(name) as file:
            file.writelines(map(_line, contents))
    return [folder / name for name in held]


def _line(content: bytes) -> bytes:
    return json.dumps(json.loads(content), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

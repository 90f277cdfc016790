"""The mark of a site: a hash of all that decided it, so that an equal site need not be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchsuite.record import Record

ROOMS = ("report", "analysis", "diagnostics", "text.py")
"""The code that makes a site."""


def inputs_mark(records: Iterable[Record], others: Any) -> str:
    """Return a hash, in hexadecimal digits.

    Args:
        records: Sorted by id, each id once.
        others: All else that is shown, as JSON.
    """
    digest = hashlib.sha256(json.dumps(others, sort_keys=True).encode())
    for record in records:
        task = record.task
        # The id stands for the spec. repr gives every digit, and takes a tenth of the time of JSON.
        parts = (
            record.id, record.outcome, record.reason, tuple(record.curves), record.results, record.costs,
            record.environment, record.fingerprints, record.made_by,
            task.summary, task.primary, task.direction, task.targets, task.compares, task.license, task.citation,
            task.baseline.text,
        )  # fmt: skip
        digest.update(repr(parts).encode(errors="backslashreplace"))
        for row in record.curves.values():
            digest.update(row.tobytes())
    for room in ROOMS:
        place = Path(__file__).parents[2] / room
        for file in [place] if place.is_file() else sorted(place.rglob("*.*")):
            if file.suffix in (".py", ".html", ".css", ".js"):
                digest.update(file.read_bytes())
    return digest.hexdigest()

"""What a results folder holds beside its records, as plain data for the site: claims, disputes, statements, commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchsuite.bundle.disputes import read_challenges, read_disputes
from benchsuite.damage import Damage
from benchsuite.record import Record
from benchsuite.statement_files import read_statements
from benchsuite.study_files import read_studies


def site_facts(folder: Path, records: Mapping[str, Record], damaged: list[Damage]) -> dict[str, list[dict[str, Any]]]:
    """Return ``studies``, ``disputes``, ``challenges`` and ``statements`` of a results folder, as ``write_report`` takes them.

    Args:
        folder: The results folder.
        records: Id → record, of all that stand there.
        damaged: Filled with what lies there and is none of these.
    """
    return {
        "studies": [{"id": one.id, **asdict(one)} for one in read_studies(folder, damaged)],
        "disputes": [one.for_page() for one in read_disputes(folder, records, damaged)],
        "challenges": [one.for_page() for one in read_challenges(folder, damaged)],
        "statements": [one.for_page() for one in read_statements(folder, damaged)],
    }

"""``trials.parquet``: one row for each trial with its spec, outcome, final results and costs. Derived; may be deleted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchsuite.analysis.frames import trials_frame
from benchsuite.folder import Folder
from benchsuite.record import Record


def write_trials(records: Iterable[Record], path: Path) -> None:
    """Write the table of all trials, whole or not at all.

    Args:
        records: The records, whether they count in a report or not.
        path: The file.

    Raises:
        OSError: If it cannot be written.
    """
    with Folder(path.parent).writing(path.name) as file:
        trials_frame(records).to_parquet(file, index=False)

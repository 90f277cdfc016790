"""Tables as files in ``report/tables/`` of a results folder: which formats there are, and lines whose columns have types."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchsuite.folder import Folder
from benchsuite.report.tables.csv_table import safe_cell

FORMATS = {"csv": "csv", "parquet": "parquet", "json": "json", "latex": "tex", "markdown": "md"}
"""Format → how the name of its file ends."""
ALL = "all tasks"
"""What stands for the task in a line over all of them."""


def write_files(stem: str, folder: Path, formats: Iterable[str], content: Callable[[str], bytes]) -> list[Path]:
    """Write one file for each format and return their paths.

    Args:
        stem: How their names begin.
        folder: Where they go; made if it is missing. The folder that it lies in must be there.
        formats: Of :data:`FORMATS`.
        content: Format → what the file holds.
    """
    place = Folder(folder.parent)
    written = []
    for name in dict.fromkeys(formats):
        file = f"{stem}.{FORMATS[name]}"
        place.write(f"{folder.name}/{file}", content(name))
        written.append(folder / file)
    return written


def typed_lines(
    lines: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    texts: Collection[str],
    counts: Collection[str],
    switches: Collection[str],
    parquet: bool,
) -> bytes:
    """Return lines as CSV or Parquet. Columns that are none of these hold real numbers; what is not known is empty.

    Args:
        lines: Field → value.
        columns: The fields, in order.
        texts: Those that hold text; in CSV no text is a formula for a spreadsheet.
        counts: Those that hold whole numbers.
        switches: Those that are true or false.
        parquet: Whether Parquet is wanted.
    """
    import pandas as pd

    types: dict[str, Any] = {
        **dict.fromkeys(texts, "str"),
        **dict.fromkeys(counts, "Int64"),
        **dict.fromkeys(switches, "boolean"),
    }
    frame = pd.DataFrame(lines, columns=[*columns])
    for column in columns:
        held = frame[column].fillna("") if column in texts else frame[column]
        frame[column] = held.astype(types.get(column, "float64"))
        if column in texts and not parquet:
            frame[column] = frame[column].map(safe_cell)
    if not parquet:
        return frame.to_csv(index=False, lineterminator="\n").encode()
    file = io.BytesIO()
    frame.to_parquet(file, index=False)
    return file.getvalue()

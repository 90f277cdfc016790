"""Records and searches as tables: ``trials``, ``curves``, ``searches`` and ``tried``, each a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.folder import Folder
from benchsuite.record import Record
from benchsuite.searches import Search

if TYPE_CHECKING:
    import pandas as pd


def _csv(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.to_parquet(file, index=False)
    return file.getvalue()


TABLES: dict[str, Callable[[pd.DataFrame], bytes]] = {"csv": _csv, "parquet": _parquet}
"""Format, which is the ending of its files too → what makes the content of one."""


def write_tables(records: Sequence[Record], searches: Sequence[Search], folder: Path, format: str) -> list[Path]:
    """Write the tables that a notebook has of an archive; those of searches where there are some.

    Args:
        records: The records.
        searches: The searches.
        folder: Where to; made if it is not there.
        format: One of :data:`TABLES`.

    Returns:
        The files.

    Raises:
        OSError: If one cannot be written; each is whole or as it was.
    """
    from benchsuite.analysis.frames import curves_frame, trials_frame
    from benchsuite.analysis.search_frames import searches_frame, tried_frame

    frames = {"trials": trials_frame(records), "curves": curves_frame(records)}
    if searches:
        frames |= {"searches": searches_frame(searches), "tried": tried_frame(searches)}
    folder.mkdir(parents=True, exist_ok=True)
    held = Folder(folder)
    for name, frame in frames.items():
        held.write(f"{name}.{format}", TABLES[format](frame))
    return [folder / f"{name}.{format}" for name in frames]

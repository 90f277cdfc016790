"""Write the report: one page that needs no other file and no network, and the tidy table beside it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchsuite.analysis import leaderboards, unique
from benchsuite.report.board_view import DOTS_WIDTH, board_view
from benchsuite.report.csv_table import leaderboard_csv
from benchsuite.report.failure_view import failures_of
from benchsuite.report.palette import COLOURS, styles_of
from benchsuite.report.summary import summarize_run
from benchsuite.report.task_view import task_views
from benchsuite.report.terminal import worth_showing

TEMPLATES = Path(__file__).parent / "templates"


def write_report(
    records: Sequence[Mapping[str, Any]], folder: Path, *, stale: int = 0, problems: Sequence[str] = ()
) -> Path:
    """Write ``index.html`` and ``leaderboard.csv`` into ``folder`` and return the path of the page.

    Equal records give equal bytes, in whatever order they come. Each file is replaced as a whole or left as it was.

    Args:
        records: The records to show; one that is given twice counts once.
        folder: Where the files go; made if it is missing.
        stale: How many records were left aside because the source code of one of their components changed.
        problems: What went wrong while the records were read or the plugins loaded, one line each.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = unique(records)
    _write(folder / "leaderboard.csv", leaderboard_csv(leaderboards(held)))
    index = folder / "index.html"
    _write(index, render(held, stale=stale, problems=problems))
    return index


def render(records: Sequence[Mapping[str, Any]], *, stale: int = 0, problems: Sequence[str] = ()) -> str:
    """Return the page as text; see :func:`write_report`."""
    import jinja2

    held = unique(records)
    boards = leaderboards(held)
    shown = worth_showing(boards)
    styles = styles_of(boards)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("index.html").render(
        summary=summarize_run(held, boards) if held else None,
        boards=[board_view(board, styles) for board in shown],
        only_baseline=[board.kind.replace("_", " ") for board in boards if board not in shown],
        tasks=task_views(shown, held, styles),
        failures=failures_of(held, boards),
        stale=stale,
        problems=list(problems),
        colours=COLOURS,
        dots_width=DOTS_WIDTH,
    )


def _write(path: Path, text: str) -> None:
    """Write a whole file or none: a temporary file beside it, flushed to the disk, then renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise

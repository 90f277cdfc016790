"""Write the report: one page that needs no other file and no network, and the tidy table beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchsuite.analysis import grids, layer_probes, leaderboards, unique
from benchsuite.analysis.measures import Predictions, measure_tables
from benchsuite.files import write_whole
from benchsuite.report.board_view import DOTS_WIDTH, board_view
from benchsuite.report.certificate_view import Certificate
from benchsuite.report.csv_table import leaderboard_csv
from benchsuite.report.failure_view import failures_of
from benchsuite.report.grid_view import grid_views
from benchsuite.report.heat_scale import DIVERGING_LEVELS, SEQUENTIAL_LEVELS
from benchsuite.report.palette import COLOURS, DIVERGING, SEQUENTIAL, mixed, styles_of
from benchsuite.report.summary import summarize_run
from benchsuite.report.task_view import task_views
from benchsuite.report.terminal import worth_showing

TEMPLATES = Path(__file__).parent / "templates"


def write_report(
    records: Sequence[Mapping[str, Any]],
    folder: Path,
    *,
    stale: int = 0,
    problems: Sequence[str] = (),
    probes: Mapping[str, Mapping[str, Any]] | None = None,
    predictions: Mapping[str, Predictions] | None = None,
    certificates: Mapping[str, Certificate] | None = None,
) -> Path:
    """Write ``index.html`` and ``leaderboard.csv`` into ``folder`` and return the path of the page.

    Equal records give equal bytes, in whatever order they come. Each file is replaced as a whole or left as it was.

    Args:
        records: The records to show; one that is given twice counts once.
        folder: Where the files go; made if it is missing.
        stale: How many records were left aside because the source code of one of their components changed.
        problems: What went wrong while the records were read or the plugins loaded, one line each.
        probes: Id → what the probes of that trial found, for those trials that were probed.
        predictions: Id → the stored predictions of that trial, for those trials that have them.
        certificates: Task → its certificate, for those tasks that have one.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = unique(records)
    write_whole(folder / "leaderboard.csv", leaderboard_csv(leaderboards(held)).encode())
    index = folder / "index.html"
    # Drawing takes seconds: a page that was made from these very inputs stays.
    mark = f"<!-- inputs {_inputs(held, stale, problems, probes or {}, sorted(predictions or {}), certificates or {})} -->\n"
    if not (index.exists() and index.read_bytes().endswith(mark.encode())):
        page = render(
            held, stale=stale, problems=problems, probes=probes, predictions=predictions, certificates=certificates
        )
        write_whole(index, f"{page}\n{mark}".encode())
    return index


def render(
    records: Sequence[Mapping[str, Any]],
    *,
    stale: int = 0,
    problems: Sequence[str] = (),
    probes: Mapping[str, Mapping[str, Any]] | None = None,
    predictions: Mapping[str, Predictions] | None = None,
    certificates: Mapping[str, Certificate] | None = None,
) -> str:
    """Return the page as text; see :func:`write_report`."""
    import jinja2

    held = unique(records)
    boards = leaderboards(held)
    shown = worth_showing(boards)
    styles = styles_of(boards)
    layers = layer_probes(held, probes or {})
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
        grids=grid_views(grids(held)),
        tasks=task_views(shown, held, styles, layers, measure_tables(held, predictions or {}), certificates or {}),
        failures=failures_of(held, boards),
        stale=stale,
        problems=list(problems),
        colours=COLOURS,
        heat=_heat_colours() if layers else None,
        dots_width=DOTS_WIDTH,
    )


def _heat_colours() -> dict[str, list[list[str]]]:
    """Return the colours of all levels of both kinds of scale, on a light ground and on a dark one."""
    return {
        "sequential": [mixed(ramp, SEQUENTIAL_LEVELS) for ramp in SEQUENTIAL],
        "diverging": [mixed(ramp, DIVERGING_LEVELS) for ramp in DIVERGING],
    }


def _inputs(
    records: Sequence[Mapping[str, Any]],
    stale: int,
    problems: Sequence[str],
    probes: Mapping[str, Mapping[str, Any]],
    predicted: Sequence[str],
    certificates: Mapping[str, Certificate],
) -> str:
    """Return a hash of all that decides the page: what it shows, and the code that draws it."""
    digest = hashlib.sha256(
        json.dumps(
            [records, stale, list(problems), dict(probes), list(predicted), dict(certificates)], sort_keys=True
        ).encode()
    )
    for room in ("report", "analysis"):
        for file in sorted((TEMPLATES.parents[1] / room).rglob("*.*")):
            if file.suffix in (".py", ".html", ".css", ".js"):
                digest.update(file.read_bytes())
    return digest.hexdigest()

"""Write the report: one page that needs no other file and no network, and the tidy table beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchsuite.analysis import layer_probes
from benchsuite.analysis.measures import Predictions, measure_tables
from benchsuite.cost_files import CostTable
from benchsuite.folder import Folder
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.drawings.palette import (
    COLOURS,
    DIVERGING,
    DIVERGING_LEVELS,
    OUTCOME_COLOURS,
    SEQUENTIAL,
    SEQUENTIAL_LEVELS,
    mixed,
    styles_of,
)
from benchsuite.report.page.board_view import board_view
from benchsuite.report.page.certificate_view import Certificate
from benchsuite.report.page.cost_view import cost_views
from benchsuite.report.page.entry_view import DOTS_WIDTH
from benchsuite.report.page.failure_view import failures_of
from benchsuite.report.page.grid_view import grid_views
from benchsuite.report.page.inputs import inputs_mark
from benchsuite.report.page.summary import summarize_run
from benchsuite.report.page.task_view import task_views
from benchsuite.report.page.words import breakable
from benchsuite.report.tables.csv_table import leaderboard_csv
from benchsuite.searches import search_to_json
from benchsuite.text import shortened, without_controls

LONGEST_TEXT = 5_000
"""Letters of one text, whatever it is: the longest that is of use are tracebacks."""
TEMPLATES = Path(__file__).parent / "templates"


def write_report(
    records: Contents | Iterable[Record],
    folder: Path,
    *,
    stale: int = 0,
    stale_shown: bool = False,
    problems: Sequence[str] = (),
    probes: Mapping[str, Mapping[str, Any]] | None = None,
    predictions: Mapping[str, Predictions] | None = None,
    certificates: Mapping[str, Certificate] | None = None,
    costs: Sequence[CostTable] = (),
    numbers: bool = False,
) -> Path:
    """Write ``index.html`` and ``leaderboard.csv`` into ``folder`` and return the path of the page.

    Equal records give equal bytes, in whatever order they come. Each file is replaced as a whole or left as it was.

    Args:
        records: The records to show; one that is given twice counts once.
        folder: Where the files go; made if it is missing. The folder that it lies in must be there.
        stale: How many records are stale: other code, other data or an earlier benchsuite made them.
        stale_shown: Whether these are among the records; else they were left aside.
        problems: What went wrong while the records were read or the plugins loaded, one line each.
        probes: Id → what the probes of that trial found, for those trials that were probed.
        predictions: Id → the stored predictions of that trial, for those trials that have them.
        certificates: Task → its certificate, for those tasks that have one.
        costs: What `benchsuite cost` measured, in the order in which it is shown.
        numbers: Whether the numbers of all rows are shown as well.
    """
    folder = Path(folder)
    results = Folder(folder.parent)
    contents = Contents.of(records)
    results.write(f"{folder.name}/leaderboard.csv", leaderboard_csv(contents.boards).encode())
    index = folder / "index.html"
    # Drawing takes seconds: a page that was made from these very inputs stays.
    others = [stale, stale_shown, list(problems), probes or {}, sorted(predictions or {}), certificates or {}]
    others.append(sorted([*key, name] for key, name in contents.same_as.items()))
    others.append([contents.measure, contents.track])
    others.append(sorted(search_to_json(search).decode() for search in contents.searches))
    others += ["numbers"] * numbers
    mark = inputs_mark(contents.records, [*others, [asdict(one) for one in costs]])
    if not (index.exists() and index.read_bytes().endswith(mark)):
        page = render(
            contents,
            stale=stale,
            stale_shown=stale_shown,
            problems=problems,
            probes=probes,
            predictions=predictions,
            certificates=certificates,
            costs=costs,
            numbers=numbers,
        )
        results.write(f"{folder.name}/{index.name}", page.encode() + mark)
    return index


def render(
    records: Contents | Iterable[Record],
    *,
    stale: int = 0,
    stale_shown: bool = False,
    problems: Sequence[str] = (),
    probes: Mapping[str, Mapping[str, Any]] | None = None,
    predictions: Mapping[str, Predictions] | None = None,
    certificates: Mapping[str, Certificate] | None = None,
    costs: Sequence[CostTable] = (),
    numbers: bool = False,
) -> str:
    """Return the page as text; see :func:`write_report`."""
    import jinja2

    contents = Contents.of(records)
    shown = contents.shown
    styles = styles_of(contents.boards)
    layers = layer_probes(contents.sample, probes or {})
    measures = measure_tables(contents.sample, predictions or {})
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = lambda text: breakable(_shown(text))
    return environment.get_template("index.html").render(
        summary=summarize_run(contents) if contents.records else None,
        boards=[
            board_view(board, styles, held)
            for board, held in zip(shown, contents.numbers if numbers else [None] * len(shown), strict=True)
        ],
        only_baseline=[board.title for board in contents.boards if board not in shown and not board.change],
        only_changed=_only_changed(contents),
        grids=grid_views(contents.grids),
        tasks=task_views(contents.drawn, contents.records, styles, layers, measures, certificates or {}),
        costs=cost_views(costs),
        failures=failures_of(contents.records, contents.boards),
        stale=stale,
        stale_shown=stale_shown,
        problems=list(problems),
        colours=COLOURS,
        outcome_colours=OUTCOME_COLOURS,
        heat=_heat_colours() if layers else None,
        dots_width=DOTS_WIDTH,
    )


def _shown(value: Any) -> Any:
    """Return a text as the page shows it, whoever wrote it: of bounded length, and with the letters that are not seen.

    They would turn a line around in a browser as they do on a terminal.
    """
    if type(value) is not str or (len(value) <= LONGEST_TEXT and value.isprintable()):
        return value
    return shortened(without_controls(value), LONGEST_TEXT)


def _heat_colours() -> dict[str, list[list[str]]]:
    """Return the colours of all levels of both kinds of scale, on a light ground and on a dark one."""
    return {
        "sequential": [mixed(ramp, SEQUENTIAL_LEVELS) for ramp in SEQUENTIAL],
        "diverging": [mixed(ramp, DIVERGING_LEVELS) for ramp in DIVERGING],
    }


def _only_changed(contents: Contents) -> list[str]:
    """Return the changes of which nothing but the changed baseline itself ran, in any kind."""
    shown = {board.change for board in contents.shown}
    return [change for change in dict.fromkeys(board.change for board in contents.boards) if change not in {"", *shown}]

"""Task pages: what a task is and what it can tell, every curve by step, epoch and seconds, and where every seed ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchsuite.analysis import Column, Entry, Leaderboard, Row
from benchsuite.analysis.sample import column_of
from benchsuite.record import Record, TaskFacts
from benchsuite.report.shown import EVERY_ROW, shown_rows
from benchsuite.report.site import board_view
from benchsuite.report.site.axes_view import axes_table
from benchsuite.report.site.certified_view import CertifiedView, certified_view
from benchsuite.report.site.curves import large_charts
from benchsuite.report.site.drawn_rows import drawn, name_cell, row_line
from benchsuite.report.site.instances_view import instance_of, instances_table
from benchsuite.report.site.links import Links
from benchsuite.report.site.measure_view import measures_view
from benchsuite.report.site.pages import Page
from benchsuite.report.site.plain_chart import Chart
from benchsuite.report.site.probe_view import probes_view
from benchsuite.report.site.seed_chart import seed_chart
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.table import DataTable, Head, TableCell
from benchsuite.report.site.task_index import index_page
from benchsuite.report.site.task_resolution import resolution_table
from benchsuite.report.site.task_view import task_view
from benchsuite.report.tables.numbers import column_format, interval_text, milliseconds, outcome_word, size, whole
from benchsuite.report.tables.ranking_words import cautions, first_line, range_text

MOST_ROWS = 60
"""Rows that a figure draws."""
MOST_SEEDS = 20
"""Seeds that have a column of their own."""
MOST_NAMED = 40
"""Rows that are named below a figure."""


@dataclass(frozen=True, slots=True)
class BoardOnTask:
    """One leaderboard on one task.

    Args:
        title: Of the leaderboard.
        link: To it.
        first: Who is first on this task.
        charts: The curves by step, by epoch and by seconds.
        bands: Whether these have intervals.
        seeds: Where every seed ended.
        finals: Place, cost and every seed's value, each leading to its trial.
        notes: What failed, has no value, or is not drawn.
    """

    title: str
    link: str | None
    first: str
    charts: tuple[Chart, ...]
    bands: bool
    seeds: Chart | None
    finals: DataTable
    notes: tuple[str, ...]


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the list of tasks, then each of them."""
    if not data.labels:
        return
    places: dict[Column, list[tuple[Leaderboard, int]]] = {}
    for board in data.boards:
        for position, head in enumerate(board.columns):
            places.setdefault(head.column, []).append((board, position))
    yield index_page(data, places)
    records: dict[Column, list[Record]] = {}
    for record in data.records:
        records.setdefault(column_of(record), []).append(record)
    for column in sorted(data.labels):
        yield _page(data, column, places, records)
    data.verdicts.shared.put(data.csv)


def _page(
    data: SiteData,
    column: Column,
    everywhere: Mapping[Column, Sequence[tuple[Leaderboard, int]]],
    records: Mapping[Column, Sequence[Record]],
) -> Page:
    places = everywhere.get(column, [])
    label = data.labels[column]
    path = data.places.tasks[label]
    links, prefix = data.links(path), f"task-{slug(label)}"
    layers, measures = data.layers.get(column), data.measures.get(column)
    heads = [board.columns[at] for board, at in places] or ([layers.head] if layers else [])
    held = records.get(column) or _of_boards(data, places)
    task = task_view(data, column, heads, held)
    context = {
        "task": task,
        "resolution": resolution_table(data, links, places, label) if places else None,
        "certified": _certified(data, column, held[0].task, label),
        "instance_of": instance_of(data, links, column),
        "instances": instances_table(data, links, column, everywhere),
        "axes": axes_table(data, links, column, everywhere),
        "boards": [_on_task(data, links, board, at, f"{prefix}-{number}") for number, (board, at) in enumerate(places)],
        "measures": measures_view(measures) if measures else None,
        "probes": probes_view(layers) if layers else None,
    }
    card = data.tasks.get(column.task)
    words = f"{task.summary} {card.family if card else ''} {heads[0].primary}"
    return Page(path, f"Task: {label}", "task.html", context, "tasks", words)


def _certified(data: SiteData, column: Column, task: TaskFacts, label: str) -> CertifiedView | None:
    found = certified_view(data.certificates.get(column.task), task, column.task_version, label)
    return replace(found, tables=tuple(map(data.table, found.tables))) if found else None


def _of_boards(data: SiteData, places: Sequence[tuple[Leaderboard, int]]) -> list[Record]:
    """Return the trials of a column whose records say another batch size, since a search chose it."""
    ids = (
        id
        for board, at in places
        for row in board.rows
        if (entry := row.entries[at])
        for seed in entry.seeds
        for id in seed.ids
    )
    return [data.by_id[id] for id in dict.fromkeys(ids) if id in data.by_id]


def _on_task(data: SiteData, links: Links, board: Leaderboard, at: int, csv: str) -> BoardOnTask:
    head = board.columns[at]
    entries = [(row, entry) for row in board.rows if (entry := row.entries[at]) is not None]
    entries.sort(key=lambda pair: (pair[1].rank is None, pair[1].rank or 0.0, pair[0].label))
    kept = {row.label for row in shown_rows(board, MOST_ROWS)}
    shown = [(drawn(data, board, row), entry) for row, entry in entries if row.label in kept]
    curves = data.curves.of(board, at)
    charts = large_charts(curves, [one for one, _ in shown], board) if curves.rows else ()
    return BoardOnTask(
        title=board.title,
        link=links.leaderboard(board),
        first=first_line(board, board.task_rankings[at]) if board.task_rankings else "",
        charts=charts,
        bands=any(shape.band for chart in charts for shape in chart.shapes),
        seeds=seed_chart([(one, entry) for one, entry in shown if entry.counted], head),
        finals=data.table(_finals(data, links, board, at, entries, f"{csv}-seeds")),
        notes=(*_notes(entries, len(shown)), *(cautions(board.task_rankings[at]) if board.task_rankings else ())),
    )


def _notes(entries: Sequence[tuple[Row, Entry]], shown: int) -> Iterator[str]:
    """Yield what of a figure has to be told in words."""
    if shown < len(entries):
        yield (
            f"{whole(shown)} of {whole(len(entries))} rows are drawn: the baseline and the best of each name, then the best of "
            "the others."
        )
    if failed := [f"{row.label} ({entry.failed} of {len(entry.seeds)})" for row, entry in entries if entry.failed]:
        yield f"Failed: {_named(failed)}."
    without: dict[str, list[str]] = {}
    for row, entry in entries:
        if not entry.counted:
            without.setdefault(outcome_word(entry.without_value).capitalize(), []).append(row.label)
    for word, labels in sorted(without.items()):
        yield f"{word}: {_named(labels)}."


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_NAMED
    return ", ".join([*labels[:MOST_NAMED], *[f"{whole(more)} more"] * (more > 0)])


def _finals(
    data: SiteData, links: Links, board: Leaderboard, at: int, entries: Sequence[tuple[Row, Entry]], csv: str
) -> DataTable:
    """Return the value of every seed, each leading to its trial."""
    head = board.columns[at]
    listed = {row.label for row in shown_rows(board, board_view.MOST_ROWS)}
    shown = [pair for pair in entries if pair[0].label in listed]
    sign = -1.0 if head.better == "max" else 1.0
    form = column_format((entry.final.estimate for _, entry in entries if entry.final), head.beyond, counts=head.counts)
    seeds = sorted({seed.seed for _, entry in entries for seed in entry.seeds})
    heads = (
        Head("Component", name=True),
        Head("Place", True, "1 + how many are told to be better on this task; “=” where several share it"),
        Head("Ranks", True, "What chance leaves open on this task"),
        Head("Median", True, f"Of {head.measured} over the seeds; below its interval"),
        Head("Step", True, "Time of a training step, where the trial had its core to itself"),
        Head("State", True, "Of the optimizer"),
        *(Head(f"Seed {seed}", True) for seed in seeds[:MOST_SEEDS]),
    )
    lines = []
    for row, entry in shown:
        final, place = entry.final, entry.place
        step, state = entry.step_milliseconds, entry.state_bytes
        interval = interval_text(final, form) if final and final.count > 1 else ""
        cells = [
            name_cell(links, board, row),
            TableCell("broken" if row.broken else place.text if place else "–", place.place if place else float("inf")),
            TableCell(range_text(place), (place.low + place.high) / 2 if place else float("inf")),
            TableCell(
                form(final.estimate) if final else outcome_word(entry.without_value),
                sign * final.estimate if final else float("inf"),
                links.records(id for seed in entry.seeds for id in seed.ids),
                small=(interval,) if interval else (),
                value=final.estimate if final else None,
            ),
            TableCell("–" if step is None else milliseconds(step), float("inf") if step is None else step),
            TableCell("–" if state is None else size(state), float("inf") if state is None else float(state)),
        ]
        by_seed = {seed.seed: seed for seed in entry.seeds}
        for number in seeds[:MOST_SEEDS]:
            seed = by_seed.get(number)
            if seed is None:
                cells.append(TableCell("", float("inf")))
            elif seed.final is None:
                word = "missed" if seed.missed else "–" if seed.unknown else outcome_word(seed.outcome)
                cells.append(TableCell(word, float("inf"), links.records(seed.ids), "bad" if seed.failed else "quiet"))
            else:
                cells.append(TableCell(form(seed.final), sign * seed.final, links.records(seed.ids), value=seed.final))
        lines.append(row_line(data, board, row, cells))
    notes = []
    if len(shown) < len(entries):
        notes.append(
            f"{whole(len(shown))} of {whole(len(entries))} rows are listed: the baseline and the best of each name, then the "
            f"best of the others. All are in {EVERY_ROW}."
        )
    if (more := len(seeds) - MOST_SEEDS) > 0:
        notes.append(f"{whole(more)} more seeds are among the records; medians and intervals are of all.")
    return DataTable(
        f"{head.measured.capitalize()} of every seed: {board.title}", heads, tuple(lines), tuple(notes), csv
    )

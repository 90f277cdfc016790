"""A task's section of the page: what it measures, its recipe, its data, the figures of each kind, and its probed layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis import Column, ColumnHead, LayerProbes, Leaderboard, mixtures
from benchsuite.analysis.measures import MeasureTable
from benchsuite.analysis.sample import column_of
from benchsuite.record import Record, TaskFacts
from benchsuite.report.drawings.comparison import comparison
from benchsuite.report.drawings.palette import Styles
from benchsuite.report.drawings.room import Room, room_of_each
from benchsuite.report.drawings.series import Series, series_of
from benchsuite.report.drawings.svg import to_svg
from benchsuite.report.shown import EVERY_ROW, MOST_COLUMNS
from benchsuite.report.site.certificate_view import Certificate, CertificateView, certificate_view
from benchsuite.report.site.measure_view import MeasuresView, measures_view
from benchsuite.report.site.probe_view import ProbesView, probes_view
from benchsuite.report.site.summary import distinct, machine_text, versions_text
from benchsuite.report.site.words import anchor, settings_text, title
from benchsuite.report.tables.numbers import count_of, number_text, outcome_word, whole

MOST_NAMED = 40
"""Rows that are named below a figure."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """The figure of one kind on one task."""

    title: str
    svg: str
    left_out: str
    failed: str
    without_value: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task under one budget."""

    label: str
    anchor: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    recipe: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, bool], ...]
    data: tuple[str, ...]
    mixtures: tuple[str, ...]
    certificate: CertificateView
    environment: tuple[str, ...]
    figures: tuple[FigureView, ...]
    probes: ProbesView | None
    measures: MeasuresView | None


def task_views(
    boards: Sequence[Leaderboard],
    records: Sequence[Record],
    styles: Styles,
    probes: Mapping[Column, LayerProbes],
    measures: Mapping[Column, MeasureTable],
    certificates: Mapping[str, Certificate],
) -> list[TaskView]:
    """Return one view per column of all leaderboards, and of all probes, in the order of the columns.

    Args:
        boards: The leaderboards that are shown.
        records: The records, each id once.
        styles: The style of each (kind, name).
        probes: What was measured in the layers. A column may have it without a leaderboard: pairs of two kinds have none.
        measures: What stored predictions give; shown on columns that have a leaderboard or probes.
        certificates: Task → its certificate, where it has one.
    """
    by_id = {record.id: record for record in records}
    by_column: dict[Column, list[Record]] = {}
    for record in records:
        by_column.setdefault(column_of(record), []).append(record)
    places: dict[Column, list[tuple[Leaderboard, int]]] = {}
    for board in boards:
        for position, head in enumerate(board.columns[:MOST_COLUMNS]):
            places.setdefault(head.column, []).append((board, position))
    room = room_of_each(sum(map(len, places.values())))
    return [
        _task_view(
            places.get(column, []),
            by_column[column],
            by_id,
            styles,
            room,
            probes.get(column),
            measures.get(column),
            certificates.get(column.task),
        )
        for column in sorted({*places, *probes})
    ]


def _task_view(
    places: Sequence[tuple[Leaderboard, int]],
    records: Sequence[Record],
    by_id: Mapping[str, Record],
    styles: Styles,
    room: Room,
    probes: LayerProbes | None,
    measures: MeasureTable | None,
    certificate: Certificate | None,
) -> TaskView:
    heads = [board.columns[position] for board, position in places] or ([probes.head] if probes else [])
    head = heads[0]
    # What a task declares about itself is repeated in each of its records: any one will do.
    task = records[0].task
    saturated = frozenset.intersection(*(head.saturated for head in heads))
    # Trials that failed before their data were read have none.
    data = distinct(found for record in records if (found := record.fingerprints.get("data")))
    return TaskView(
        label=head.label,
        anchor=anchor("task", head.label),
        summary=task.summary,
        facts=_facts(head, task),
        recipe=tuple((kind.replace("_", " "), settings_text(settings)) for kind, settings in task.baseline.settings),
        targets=tuple((number_text(target), target in saturated) for target in head.targets),
        data=data or ("not recorded",),
        mixtures=tuple(mixtures(records)),
        certificate=certificate_view(certificate, head.column.task_version, data, head.targets, head.column.folds),
        environment=distinct(
            f"{machine_text(record.environment)}; {versions_text(record.environment, record.made_by)}"
            for record in records
        ),
        figures=tuple(_figure(board, position, by_id, styles, room) for board, position in places),
        probes=probes_view(probes) if probes else None,
        measures=measures_view(measures) if measures else None,
    )


def _facts(head: ColumnHead, task: TaskFacts) -> tuple[tuple[str, str], ...]:
    better = "larger is better" if head.direction == "max" else "smaller is better"
    column = head.column
    return (
        ("Primary metric", f"{head.primary}, {better}"),
        ("Budget", f"{count_of(column.epochs, 'epoch')} of {count_of(head.steps_per_epoch, 'step')}"),
        ("Batch size", whole(column.batch_size)),
        ("Precision, device", f"{column.precision}, {column.device}"),
        *([("Lanes", whole(column.lanes))] if column.lanes != 1 else []),
        ("Version", f"task {column.task_version}, engine {column.engine}"),
        ("Licence of the data", task.license or "not given"),
        ("Citation", task.citation or "not given"),
    )


def _figure(board: Leaderboard, position: int, by_id: Mapping[str, Record], styles: Styles, room: Room) -> FigureView:
    head = board.columns[position]
    series = series_of(board, position, by_id, styles, room)
    description = f"{board.title} on {head.label}: learning curves, and the test {head.primary} of every seed"
    entries = [(row, entry) for row in board.rows if (entry := row.entries[position]) is not None]
    drawable = sum(entry.counted > 0 for _, entry in entries)
    without: dict[str, list[str]] = {}
    for row, entry in entries:
        if not entry.counted:
            without.setdefault(outcome_word(entry.without_value).capitalize(), []).append(row.label)
    return FigureView(
        title=title(board.kind) + board.title[len(board.kind) :],
        svg=to_svg(comparison(series, head, room), f"{board.key}/{head.label}", description),
        left_out=_not_drawn(series, drawable, room),
        failed=_named(
            [f"{row.label} ({entry.failed} of {len(entry.seeds)})" for row, entry in entries if entry.failed]
        ),
        without_value=tuple((word, _named(labels)) for word, labels in sorted(without.items())),
    )


def _not_drawn(series: Sequence[Series], drawable: int, room: Room) -> str:
    """Return what a figure does not draw; empty where it draws all."""
    said = []
    if len(series) < drawable:
        said.append(
            f"{whole(len(series))} of {whole(drawable)} rows are drawn: the baseline and the best of each name, then the "
            "best of the others."
        )
    lines, dots = room.lines_of_each(len(series)), room.dots_of_each(len(series))
    if any(len(one.curves) > lines for one in series):
        said.append(f"The faint lines of a row are those of its first {count_of(lines, 'seed')}.")
    if any(len(one.finals) > dots for one in series):
        said.append(f"The points of a row are {dots} of its seeds, evenly spread over their ranks.")
    if any(len(one.curves) > lines or len(one.finals) > dots for one in series):
        said.append("Medians and intervals are over all seeds.")
    return " ".join([*said, f"{EVERY_ROW} has every row and value."]) if said else ""


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_NAMED
    return ", ".join([*labels[:MOST_NAMED], *[f"{whole(more)} more"] * (more > 0)])

"""A leaderboard as the page's template needs it, with the sentences that belong above and below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.analysis import ColumnHead, Entry, Leaderboard, Row
from benchsuite.analysis.board_numbers import BoardNumbers
from benchsuite.report.drawings.axis_scale import axis_scale
from benchsuite.report.drawings.critical_difference import board_ranks_figure
from benchsuite.report.drawings.palette import Style
from benchsuite.report.drawings.ranking import ranking_figure
from benchsuite.report.drawings.robustness import robustness_figure
from benchsuite.report.drawings.seed_strip import strip_range
from benchsuite.report.drawings.svg import to_svg
from benchsuite.report.shown import EVERY_ROW, MOST_COLUMNS, shown_rows
from benchsuite.report.site.board_tables import cells_table, ranking_table
from benchsuite.report.site.certified_view import told_line
from benchsuite.report.site.drawn_rows import marks
from benchsuite.report.site.entry_view import MOST_DOTS, MOST_SEEDS, EntryView, Strip, entry_view
from benchsuite.report.site.links import Links
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.table import DataTable
from benchsuite.report.site.words import anchor, row_text, title
from benchsuite.report.tables.number_cells import number_cells
from benchsuite.report.tables.numbers import column_format, count_of, folds_text, number_text, percent, whole
from benchsuite.report.tables.ranking_cells import place_text
from benchsuite.report.tables.ranking_words import Said, joined, measure_words, said_of, score_text

MOST_ROWS = 200
"""Rows of a leaderboard; fewer of one with many tasks."""
MOST_ENTRIES = 2000
"""Entries of a leaderboard, each of which is in four tables."""
MOST_LEADERS = 5
"""Rows that share the best mean rank and are named."""
MOST_COUNTS = 6
"""Numbers of seeds whose confidence is told one by one."""
FEWEST_ROWS = 40
"""Rows that are shown of a leaderboard however many tasks it has."""


@dataclass(frozen=True, slots=True)
class RowView:
    """A row: its label, its style and its entries; ``also`` names the components that are the same method, ``marks`` what is disputed."""

    label: str
    name: str
    family: str
    link: str | None
    also: str
    marks: tuple[tuple[str, str | None], ...]
    settings: str
    style: Style
    place: str
    rank_key: float
    entries: tuple[EntryView | None, ...]


@dataclass(frozen=True, slots=True)
class HeadView:
    """A column's head."""

    label: str
    metric: str
    better: str
    budget: str
    link: str | None


@dataclass(frozen=True, slots=True)
class RankingView:
    """The ranking over all tasks: what is said of it, the figures and the tables."""

    said: Said
    rule: str
    figure: str
    ranks: str
    robustness: str
    overall: DataTable
    numbers: tuple[DataTable, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """A leaderboard, with the sentences that belong above and below it; each is empty where there is nothing to say."""

    kind: str
    title: str
    anchor: str
    heads: tuple[HeadView, ...]
    rows: tuple[RowView, ...]
    components: str
    tasks: str
    confidence: str
    scale: str
    twins: str
    folds: str
    saturated: str
    left_out: str
    told: str
    measured: str
    leader: str
    leader_score: str
    ranking: RankingView


def board_view(
    data: SiteData, board: Leaderboard, page: str, inner: str, numbers: BoardNumbers | None = None
) -> BoardView:
    """Return a leaderboard as text and positions.

    Args:
        data: The site.
        board: The leaderboard.
        page: Path of the page of its ranking.
        inner: Path of any page of its other tables: all lie in one folder.
        numbers: Its numbers, where they were asked for.
    """
    styles, links = data.styles, data.links(inner)
    shown = shown_rows(board, max(FEWEST_ROWS, min(MOST_ROWS, MOST_ENTRIES // len(board.columns))))
    columns = board.columns[:MOST_COLUMNS]
    entries = [[entry for row in shown if (entry := row.entries[at]) is not None] for at in range(len(columns))]
    forms = [
        column_format((entry.final.estimate for entry in held if entry.final), head.beyond, counts=head.counts)
        for held, head in zip(entries, columns, strict=True)
    ]
    strips = [
        _strip([seed.final for entry in held for seed in entry.seeds], head)
        for held, head in zip(entries, columns, strict=True)
    ]
    rows = tuple(
        RowView(
            label=row.label,
            name=row.name,
            family=data.card(board.kind, row.name).family,
            link=links.component(board.kind, row.name),
            also=row.also,
            marks=marks(row, links),
            settings=row_text(row),
            style=styles[board.kind, row.name],
            place=place_text(row, len(board.columns)),
            rank_key=number if row.place else math.inf,
            entries=tuple(
                None if entry is None else entry_view(entry, head, form, strip, links)
                for entry, head, form, strip in zip(row.entries[: len(columns)], columns, forms, strips, strict=True)
            ),
        )
        for number, row in enumerate(shown)
    )
    saturated = [f"{number_text(target)} on {head.label}" for head in columns for target in sorted(head.saturated)]
    leaders = [board.rows[row] for row in board.ranking.first] if board.ranking else []
    alike = board.ranking is not None and len(leaders) == len(board.ranking.ranked)
    return BoardView(
        kind=board.kind,
        title=title(board.kind) + board.title[len(board.kind) :],
        anchor=anchor("kind", board.key),
        heads=tuple(_head(head, links) for head in columns),
        rows=rows,
        components=whole(len({name for row in board.rows for name in row.names})),
        tasks=whole(len({head.column.task for head in board.columns})),
        confidence=_confidence(board),
        scale=_scale_text(strips),
        twins=" Also: another name of the same method, in the ranks once."
        if any(row.twins for row in board.rows)
        else "",
        folds=folds_text(head.column.folds for head in board.columns),
        saturated=", ".join(saturated),
        left_out=_left_out(board, shown, [entry for held in entries for entry in held]),
        told=told_line(data.certificates, board),
        measured=measure_words(board),
        leader="no order"
        if alike and leaders
        else joined([row.label for row in leaders], MOST_LEADERS)
        if leaders
        else "–",
        leader_score=score_text(leaders[0].place) if leaders and not alike else "–",
        ranking=_ranking(data, data.links(page), board, shown, numbers),
    )


def _ranking(
    data: SiteData, links: Links, board: Leaderboard, shown: Sequence[Row], numbers: BoardNumbers | None
) -> RankingView:
    places = {row.label: at for at, row in enumerate(board.rows)}
    figure, robust = ranking_figure(board, data.styles), robustness_figure(board)
    ranks = board_ranks_figure(board, data.styles)
    about = f"{board.title}: score, range of ranks and rows that are not told apart, best first"
    changes = f"{board.title}: rank of the first row where one thing is left out"
    name = slug(board.key)
    held = () if numbers is None else tuple(number_cells(numbers, [places[row.label] for row in shown]))
    return RankingView(
        said=said_of(board),
        rule=board.protocol.rule,
        figure=to_svg(figure, f"ranking/{board.key}", about) if figure else "",
        ranks=to_svg(ranks[0], f"ranks/{board.key}", ranks[1]) if ranks else "",
        robustness=to_svg(robust, f"robustness/{board.key}", changes) if robust else "",
        overall=ranking_table(data, links, board, shown, f"{name}-ranking"),
        numbers=tuple(
            cells_table(data, links, board, cells, shown, f"{name}-numbers-{number}")
            for number, cells in enumerate(held, 1)
        ),
    )


def _strip(finals: Sequence[float | None], head: ColumnHead) -> Strip:
    """Return the little axis of a column: its scale is that of the task's figures."""
    scale = axis_scale(head.quantity, head.better, finals)
    return Strip(scale, *strip_range(finals, head.better, scale))


def _scale_text(strips: Sequence[Strip]) -> str:
    """Return on what scale the points lie."""
    kinds = {strip.scale.kind for strip in strips}
    if kinds <= {"linear"}:
        return ""
    return ", on the scale of the task's figures" if len(kinds) > 1 else ", on a logarithmic scale"


def _left_out(board: Leaderboard, shown: Sequence[Row], entries: Sequence[Entry]) -> str:
    """Return what a table does not show, and where it is; empty where it shows all."""
    said = []
    if len(shown) < len(board.rows):
        said.append(
            f"{whole(len(shown))} of {whole(len(board.rows))} rows are shown: baselines and the best of each name, "
            "then the best of the others."
        )
    if len(board.columns) > MOST_COLUMNS:
        said.append(f"{MOST_COLUMNS} of {whole(len(board.columns))} tasks are shown; places are over all of them.")
    if any(len(entry.seeds) > MOST_SEEDS for entry in entries):
        said.append(
            f"Of many seeds the first {MOST_SEEDS} are listed, and {MOST_DOTS} drawn that are evenly spread over the ranks."
        )
    return " ".join([*said, f"All are in {EVERY_ROW}."]) if said else ""


def _head(head: ColumnHead, links: Links) -> HeadView:
    return HeadView(
        label=head.short,
        metric=head.measured.removeprefix("test "),
        better="larger is better" if head.better == "max" else "smaller is better",
        budget=f"{count_of(head.column.epochs, 'epoch')}, {count_of(head.budget_steps, 'step')}",
        link=links.column(head.column),
    )


def _confidence(board: Leaderboard) -> str:
    """Return what the intervals attain, to be put after the word "interval"; one seed has none."""
    held = [entry.final for row in board.rows for entry in row.entries if entry and entry.final]
    by_count = sorted({(interval.count, interval.attained) for interval in held})
    parts = [
        f"{percent(attained)} with {count_of(count, 'seed')}" if attained else f"none with {count_of(count, 'seed')}"
        for count, attained in by_count
    ]
    told = parts if len(parts) <= MOST_COUNTS else [f"{parts[0]} to {parts[-1]}"]
    return f" (confidence {', '.join(told)})" if told else ""

"""Comparison pages: of two rows who is better, on which tasks, by how much, at what cost, and how their curves went."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.pair_choice import RowPair
from benchsuite.analysis.verdict import CANNOT_TELL, TaskVerdict, Verdict
from benchsuite.report.site.comparison_index import index_page
from benchsuite.report.site.curves import small_chart
from benchsuite.report.site.drawn_rows import drawn
from benchsuite.report.site.instances_view import BeyondView, beyond_views
from benchsuite.report.site.links import Links, pair_of
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.tiles import MOST_TILES, Tile
from benchsuite.report.site.verdict_view import VerdictView, of_pair, verdict_view
from benchsuite.report.site.words import settings_by_task
from benchsuite.report.tables.numbers import Format, column_format, milliseconds, size, whole
from benchsuite.report.tables.ranking_cells import failed_text, place_text
from benchsuite.report.tables.ranking_words import range_text, score_text
from benchsuite.report.tables.verdict_table import signed_text, two_digits

MOST_SEEDS = 20
"""Seeds that have a column of their own."""


@dataclass(frozen=True, slots=True)
class PairOnBoard:
    """Two rows on one leaderboard.

    Args:
        title: Of the leaderboard.
        link: To it.
        settings: Of A and of B: each setting with the tasks on which it ran, none named where all share it.
        verdict: On them.
        tiles: Both curves, task by task.
        seeds: A − B of every seed.
        costs: Places, failures, times and sizes of both.
        beyond: What other instances of the tasks say.
    """

    title: str
    link: str | None
    settings: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    verdict: VerdictView
    tiles: tuple[Tile, ...]
    seeds: DataTable
    costs: DataTable
    beyond: tuple[BeyondView, ...] = ()


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the list of comparisons, then each of them."""
    chosen = data.verdicts.chosen
    if not chosen.pairs:
        return
    yield index_page(data)
    for pair in chosen.pairs:
        path = data.places.comparisons[pair_of(pair.kind, pair.a, pair.b)]
        links = data.links(path)
        boards = [
            replace(
                _on_board(data, links, held.board, (a, b), verdict),
                beyond=beyond_views(links, held.board, verdict, data.verdicts.beyond(held, a, b, verdict)),
            )
            for held, a, b, verdict in data.verdicts.of_pair(pair)
        ]
        context = {
            "kind": pair.kind.replace("_", " "),
            "pair": pair,
            "a": _name(data, links, pair, pair.a),
            "b": _name(data, links, pair, pair.b),
            "boards": boards,
        }
        yield Page(
            path, f"{pair.a} against {pair.b}", "comparison.html", context, "comparisons", pair.kind.replace("_", " ")
        )
    data.verdicts.shared.put(data.csv)


def _name(data: SiteData, links: Links, pair: RowPair, label: str) -> tuple[str, str | None]:
    """Return a label, and the way to the component's page."""
    rows = (row for board in data.boards if board.kind == pair.kind for row in board.rows if row.label == label)
    row = next(rows, None)
    return label, links.component(pair.kind, row.name) if row else None


def _on_board(data: SiteData, links: Links, board: Leaderboard, rows: tuple[Row, Row], verdict: Verdict) -> PairOnBoard:
    return PairOnBoard(
        title=board.title,
        link=links.leaderboard(board),
        settings=tuple((side, settings_by_task(board, row)) for side, row in zip("AB", rows, strict=True)),
        verdict=verdict_view(data, links, board, rows, verdict),
        tiles=tuple(_tiles(data, links, board, rows, verdict)),
        seeds=data.verdicts.shared.add(_seeds(links, board, rows, verdict), of_pair(board, rows)),
        costs=data.verdicts.shared.add(_costs(board, rows), of_pair(board, rows)),
    )


def _tiles(data: SiteData, links: Links, board: Leaderboard, rows: tuple[Row, Row], verdict: Verdict) -> Iterator[Tile]:
    words = {task.task: task.word for task in verdict.tasks}
    a, b = rows
    for at, head in list(enumerate(board.columns))[:MOST_TILES]:
        if head.label not in words:
            continue
        curves = data.curves.of(board, at)
        if not {a.label, b.label} & set(curves.rows):
            continue
        shown = [drawn(data, board, row, "second" if row is b else "") for row in rows]
        alt = f"Validation {head.primary} of {a.label} and of {b.label} on {head.label} by epoch"
        word = words[head.label]
        facts = "cannot be told apart" if word == CANNOT_TELL else f"{a.label} is {word}"
        yield Tile(head.label, links.task(head.label), facts, small_chart(curves, shown, alt))


def _seeds(links: Links, board: Leaderboard, rows: tuple[Row, Row], verdict: Verdict) -> DataTable:
    """Return A − B of every seed that both have, each leading to the trial of A, with both values below."""
    numbers = sorted({seed for task in verdict.tasks for seed in (*task.seeds_a, *task.seeds_b)})
    heads = (Head("Task", name=True), *(Head(f"Seed {number}", True) for number in numbers[:MOST_SEEDS]))
    places = {head.label: at for at, head in enumerate(board.columns)}
    lines = []
    for task in verdict.tasks:
        entry = rows[0].entries[places[task.task]]
        ids = {seed.seed: seed.ids for seed in entry.seeds} if entry else {}
        of_a, of_b = (
            dict(zip(task.seeds_a, task.values_a, strict=True)),
            dict(zip(task.seeds_b, task.values_b, strict=True)),
        )
        both = {seed: of_a[seed] - of_b[seed] for seed in of_a.keys() & of_b.keys()}
        form = column_format([*of_a.values(), *of_b.values()], task.beyond)
        signed = two_digits(*(both.values() or [0.0]))
        cells = [
            TableCell(
                task.task,
                link=links.task(task.task),
                small=(f"{'↑' if task.direction == 'max' else '↓'} {task.measure}",),
            )
        ]
        for number in numbers[:MOST_SEEDS]:
            a, b = of_a.get(number, math.nan), of_b.get(number, math.nan)
            if math.isnan(a) and math.isnan(b):
                cells.append(TableCell("–", math.inf))
                continue
            small = f"{'–' if math.isnan(a) else form(a)} · {'–' if math.isnan(b) else form(b)}"
            cells.append(_difference_cell(a, b, task, signed, small, links.records(ids.get(number, ()))))
        lines.append(TableLine(tuple(cells)))
    more = len(numbers) - MOST_SEEDS
    notes = (f"{whole(more)} more seeds are among the records; the verdict is of all.",) if more > 0 else ()
    return DataTable(
        f"A − B of every seed, and A · B: {board.title}",
        heads,
        tuple(lines),
        notes,
        f"comparisons-{board.kind}-by-seed",
    )


def _difference_cell(a: float, b: float, task: TaskVerdict, form: Format, small: str, link: str | None) -> TableCell:
    sign = -1.0 if task.direction == "max" else 1.0
    if math.isnan(a) or math.isnan(b):
        return TableCell("–", math.inf, link, small=(small,))
    if math.isinf(a) or math.isinf(b):
        lost = "both" if math.isinf(a) and math.isinf(b) else "A" if math.isinf(a) else "B"
        order = 0.0 if lost == "both" else math.inf if lost == "A" else -math.inf
        return TableCell(f"{lost} {task.beyond}", order, link, "bad" if lost != "B" else "", small=(small,))
    return TableCell(signed_text(a - b, form), sign * (a - b), link, small=(small,), value=a - b)


def _costs(board: Leaderboard, rows: tuple[Row, Row]) -> DataTable:
    """Return what both cost, and where they stand."""
    heads = (Head("Fact"), *(Head(side, True, small=(row.label,)) for side, row in zip("AB", rows, strict=True)))
    times = [
        [entry.step_milliseconds for entry in row.entries if entry and entry.step_milliseconds is not None]
        for row in rows
    ]
    facts: list[tuple[str, list[str]]] = [
        ("Place", [place_text(row, len(board.columns)) for row in rows]),
        ("Ranks that chance leaves open", [range_text(row.place) for row in rows]),
        ("Score", [score_text(row.place) for row in rows]),
        ("Seeds that failed", [failed_text(row) for row in rows]),
        ("Step relative to the baseline's", ["–" if row.step_ratio is None else f"{row.step_ratio:.2f}" for row in rows]),
        ("Step", [f"{milliseconds(min(one))} to {milliseconds(max(one))}" if one else "not counted" for one in times]),
        ("State for each trained number", ["–" if row.state_per_parameter is None else size(row.state_per_parameter) for row in rows]),
        ("Tuning, whole trials a task", ["–" if row.tuning_cost is None else f"{row.tuning_cost:.3g}" for row in rows]),
        ("Learning rate may vary by, decades", ["–" if row.robust_decades is None else f"{row.robust_decades:.1f}" for row in rows]),
    ]  # fmt: skip
    lines = [
        TableLine((TableCell(name), *(TableCell(text) for text in texts)))
        for name, texts in facts
        if set(texts) - {"–", "not counted"}
    ]
    return DataTable(
        f"Where they stand and what they cost: {board.title}",
        heads,
        tuple(lines),
        csv=f"comparisons-{board.kind}-costs",
    )

"""Component pages: what a component is, where it stands, where it is good and bad, and every curve of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchsuite.analysis import Leaderboard, Row
from benchsuite.kinds import kind_order
from benchsuite.outcomes import Outcome
from benchsuite.report.site.cards import ComponentCard
from benchsuite.report.site.component_index import index_page
from benchsuite.report.site.drawn_rows import ids_of
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.tiles import Tile, tiles_of
from benchsuite.report.site.tuning_view import TuningView, tuning_view
from benchsuite.report.site.verdict_view import VerdictView, verdict_view
from benchsuite.report.site.words import row_text, title
from benchsuite.report.tables.numbers import outcome_word, whole
from benchsuite.report.tables.ranking_cells import failed_text, place_text
from benchsuite.report.tables.ranking_words import range_text, score_interval, score_text

MOST_SECTIONS = 6
"""Rows of one component that have a section of their own, over all leaderboards."""
MOST_FAILURES = 200
"""Lines of a component's table of failures."""


@dataclass(frozen=True, slots=True)
class RowSection:
    """One row of one leaderboard.

    Args:
        title: Of the section.
        against: What it is held against, and why.
        pair: Where that comparison has a page.
        verdict: On the two; ``None`` where no task has both.
        tiles: The curves, task by task.
        tuning: What its searches say.
    """

    title: str
    against: str
    pair: str | None
    verdict: VerdictView | None
    tiles: tuple[Tile, ...]
    tuning: TuningView | None


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the list of all components, then each of them."""
    places = data.places.components
    if not places:
        return
    yield index_page(data)
    for kind, name in sorted(places, key=lambda key: (kind_order(key[0]), key[1])):
        yield _page(data, kind, name, places[kind, name])
    data.verdicts.shared.put(data.csv)


def _page(data: SiteData, kind: str, name: str, path: str) -> Page:
    links, card = data.links(path), data.card(kind, name)
    held = [(board, row) for board in data.boards if board.kind == kind for row in board.rows if name in row.names]
    prefix = f"component-{slug(kind)}-{slug(name)}"
    sections = [
        _section(data, links, board, row, f"{prefix}-{number}") for number, (board, row) in enumerate(held[:MOST_SECTIONS])
    ]  # fmt: skip
    context = {
        "kind": kind.replace("_", " "),
        "name": name,
        "card": card,
        "facts": _facts(data, card, held),
        "settings": tuple(dict.fromkeys(row_text(row) for _, row in held)),
        "standing": data.verdicts.shared.add(
            _standing(links, held, f"components-{kind}-standing"), {"Component": name}
        ),
        "sections": sections,
        "left_out": max(0, len(held) - MOST_SECTIONS),
        "failures": _failures(data, links, kind, held, f"{prefix}-failures"),
        "pairs": _pairs(data, links, kind, {row.label for _, row in held}),
        "records": links.records_of(kind, name),
    }
    words = f"{kind.replace('_', ' ')} {card.family} {card.summary}"
    return Page(path, f"{title(kind)}: {name}", "component.html", context, "components", words)


def _facts(data: SiteData, card: ComponentCard, held: Sequence[tuple[Leaderboard, Row]]) -> tuple[tuple[str, str], ...]:
    """Return what is known of the component: what its plugin declares, and the code that the records were made with."""
    parts = card.name.split(" + ")
    records = [data.by_id[id] for _, row in held for entry in row.entries for id in ids_of(entry) if id in data.by_id]
    keys = [f"{card.kind}:{part}" for part in parts]
    made = sorted({record.fingerprints[key] for record in records for key in keys if key in record.fingerprints})
    fingerprint = ", ".join(made[:6]) + f" and {len(made) - 6} more" * (len(made) > 6)
    if card.fingerprint and made and len(parts) == 1:
        fingerprint += " (as it is now)" if made == [card.fingerprint] else f" (now {card.fingerprint})"
    twins = sorted({twin for _, row in held for twin in row.names if twin != card.name})
    facts = [
        ("Summary", card.summary),
        ("Family", card.family),
        ("Reference", card.reference),
        ("Version", ", ".join(sorted({f"{one.version}" for _, row in held for one in row.settings if one.name in parts}))),
        ("Same method as", card.twin or ", ".join(twins)),
        *card.facts,
        ("Code fingerprint", fingerprint or card.fingerprint),
        ("Comes from", card.origin),
    ]  # fmt: skip
    return tuple((name, value) for name, value in facts if value)


def _standing(links: Links, held: Sequence[tuple[Leaderboard, Row]], csv: str) -> DataTable:
    heads = (
        Head("Leaderboard", name=True, words=True),
        Head("As"),
        Head("Place", True, "1 + how many are told to be better; “=” where several share it"),
        Head("Ranks", True, "What chance leaves open"),
        Head("Score", True, "Share of the comparisons with runs of the others that are won"),
        Head("Tasks", True),
        Head("Failed", True, "Seeds that failed, of all that count"),
        Head("Step ÷ baseline", True, "Time of a training step relative to the baseline's"),
    )
    lines = []
    for board, row in held:
        record = links.records(id for entry in row.entries for id in ids_of(entry))
        place, interval = row.place, score_interval(row.place)
        lines.append(
            TableLine(
                (
                    TableCell(board.title, link=links.leaderboard(board)),
                    TableCell(row.label, title=row_text(row)),
                    TableCell(f"{place_text(row, len(board.columns))} of {whole(len(board.rows))}", order(place.place if place else None)),
                    TableCell(range_text(place), order((place.low + place.high) / 2 if place else None)),
                    TableCell(score_text(place), order(-place.score if place else None), record, small=tuple(filter(None, (interval,)))),
                    TableCell(f"{row.tasks}", float(row.tasks)),
                    TableCell(failed_text(row), float(row.failed), record),
                    TableCell("–" if row.step_ratio is None else f"{row.step_ratio:.2f}", order(row.step_ratio)),
                )
            )
        )  # fmt: skip
    return DataTable("Where it stands", heads, tuple(lines), csv=csv)


def order(value: float | None) -> float:
    """Return what a cell sorts by: last where it has no value."""
    return math.inf if value is None else float(value)


def _section(data: SiteData, links: Links, board: Leaderboard, row: Row, csv: str) -> RowSection:
    held = data.verdicts.of(board)
    base = held.baseline
    other, why = base, "the baseline"
    if base is None or base is row:
        others = [board.rows[at] for at in board.ranking.ranked if board.rows[at] is not row] if board.ranking else []
        other, why = (others[0] if others else None), "the best of the others"
    verdict = held.of(row, other) if other is not None else None
    view = None
    if verdict is not None and other is not None:
        view = verdict_view(data, links, board, (row, other), verdict)
    return RowSection(
        title=f"{row.label}: {board.title}",
        against=f"Against {other.label}, {why}" if other is not None else "",
        pair=links.pair(board.kind, row.label, other.label) if other is not None else None,
        verdict=view,
        tiles=tuple(tiles_of(data, links, board, row, base)),
        tuning=tuning_view(data, links, held, row, data.style(board.kind, row.name), f"{csv}-chosen"),
    )


def _failures(
    data: SiteData, links: Links, kind: str, held: Sequence[tuple[Leaderboard, Row]], csv: str
) -> DataTable | None:
    """Return the trials that failed or could not be tried; ``None`` if there is none."""
    heads = (Head("Task", name=True), Head("As"), Head("Seed", True), Head("Ended"), Head("Reason"))
    lines: list[TableLine] = []
    seen: set[str] = set()
    more = 0
    for board, row in held:
        for head, entry in zip(board.columns, row.entries, strict=True):
            for seed in entry.seeds if entry else ():
                for id in seed.ids:
                    record = data.by_id.get(id)
                    if (
                        record is None
                        or id in seen
                        or not (record.outcome.failed or record.outcome is Outcome.UNSUPPORTED)
                    ):
                        continue
                    seen.add(id)
                    if len(lines) >= MOST_FAILURES:
                        more += 1
                        continue
                    link = links.record(id)
                    cells = (
                        TableCell(head.label, link=links.task(head.label)),
                        TableCell(row.label),
                        TableCell(f"{seed.seed}", float(seed.seed), link),
                        TableCell(
                            outcome_word(record.outcome), link=link, classes="bad" if record.outcome.failed else "quiet"
                        ),
                        TableCell(record.reason, classes="reason"),
                    )
                    lines.append(TableLine(cells))
    notes = (f"{whole(more)} more are on the page of failures.",) if more else ()
    return (
        data.table(DataTable("Trials that failed or could not be tried", heads, tuple(lines), notes, csv))
        if lines
        else None
    )


def _pairs(data: SiteData, links: Links, kind: str, labels: set[str]) -> tuple[tuple[str, str], ...]:
    """Return the comparisons that the component is in."""
    return tuple(
        (f"{pair.a} against {pair.b}", link)
        for pair in data.verdicts.chosen.pairs
        if pair.kind == kind and labels & {pair.a, pair.b} and (link := links.pair(kind, pair.a, pair.b))
    )

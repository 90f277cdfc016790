"""The list of all components: what each is, and where it stands among those of its kind."""

from __future__ import annotations

import math
from dataclasses import replace

from benchsuite.analysis import Leaderboard, Row
from benchsuite.kinds import kind_order
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.words import title
from benchsuite.report.tables.numbers import count_of
from benchsuite.report.tables.ranking_cells import place_text
from benchsuite.report.tables.ranking_words import score_text

PATH = "components.html"


def index_page(data: SiteData) -> Page:
    """Return the page that lists all components, kind by kind."""
    links = data.links(PATH)
    kinds: dict[str, list[str]] = {}
    for kind, name in sorted(data.places.components, key=lambda key: (kind_order(key[0]), key[1])):
        kinds.setdefault(kind, []).append(name)
    heads = (
        Head("Component", name=True),
        Head("Family"),
        Head("What it is"),
        Head("Place", True, "In the first leaderboard of its kind that has it; “=” where several share it"),
        Head("Score", True, "Share of the comparisons with runs of the others that are won"),
        Head("Tasks", True),
    )
    tables = []
    for kind, names in kinds.items():
        lines = []
        for name in names:
            card, found = data.card(kind, name), _first(data, kind, name)
            place = found[1].place if found else None
            cells = [TableCell(name, link=links.component(kind, name)), TableCell(card.family), TableCell(card.summary)]
            if found is None:
                cells += [TableCell("–", math.inf), TableCell("–", math.inf), TableCell("0", 0.0)]
            else:
                board, row = found
                cells += [
                    TableCell(place_text(row, len(board.columns)), math.inf if place is None else place.place),
                    TableCell(score_text(place), math.inf if place is None else -place.score, links.leaderboard(board)),
                    TableCell(f"{row.tasks}", float(row.tasks)),
                ]
            lines.append(TableLine(tuple(cells), f"{kind}/{name}", card.family, data.style(kind, name)))
        heading = f"{title(kind)}: {count_of(len(names), 'component')}"
        known = any(line.family for line in lines)  # else the column of families is empty, and left out
        shown = tuple(replace(line, cells=(line.cells[0], *line.cells[1 if known else 2 :])) for line in lines)
        table = DataTable(heading, heads if known else (heads[0], *heads[2:]), shown, csv=f"components-{kind}")
        tables.append(data.table(table))
    return Page(PATH, "Components", "components.html", {"tables": tables}, "components")


def _first(data: SiteData, kind: str, name: str) -> tuple[Leaderboard, Row] | None:
    """Return the first leaderboard of a kind that has a component, and the best of its rows there."""
    for board in data.boards:
        if board.kind == kind:
            for row in board.rows:
                if name in row.names:
                    return board, row
    return None

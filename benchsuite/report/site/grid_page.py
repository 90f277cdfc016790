"""Interaction grids: every pair of settings of two kinds on one task, as a table that is its own heat map."""

from __future__ import annotations

from collections.abc import Iterator

from benchsuite.analysis import Entry, Grid
from benchsuite.report.site.drawn_rows import ids_of
from benchsuite.report.site.grid_view import GridView, PairView, grid_views
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.numbers import whole

PATH = "grids.html"


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the list of grids, then each of them."""
    grids = data.contents.grids
    if not grids:
        return
    views = grid_views(grids, data.every_trial)
    yield _index(data, views)
    for grid, view in zip(grids, views, strict=True):
        path = data.places.grid_pages[view.anchor]
        links = data.links(path)
        context = {
            "grid": _table(data, links, grid, view, f"grid-{slug(view.anchor)}"),
            "title": view.title,
            "caption": view.caption,
            "task": links.column(grid.head.column),
            "label": grid.head.label,
            "interaction": interaction_text(grid),
        }
        yield Page(
            path, f"Interaction: {view.title}", "grid.html", context, "grids", " ".join((*grid.rows, *grid.columns))
        )


def _index(data: SiteData, views: list[GridView]) -> Page:
    links = data.links(PATH)
    heads = (
        Head("Grid", name=True, words=True),
        Head("Rows", True),
        Head("Columns", True),
        Head("Do the two interact?"),
    )
    lines = tuple(
        TableLine(
            (
                TableCell(view.title, link=links.grid(view.anchor)),
                TableCell(f"{len(grid.rows)}", float(len(grid.rows))),
                TableCell(f"{len(grid.columns)}", float(len(grid.columns))),
                TableCell(interaction_text(grid)),
            )
        )
        for grid, view in zip(data.contents.grids, views, strict=True)
    )
    table = data.table(DataTable("Two kinds varied together", heads, lines, csv="grids"))
    return Page(PATH, "Interactions", "grids.html", {"table_of_grids": table}, "grids")


def interaction_text(grid: Grid) -> str:
    """Return whether another row is the best in another column, by medians: a fact of these runs, not a test."""
    best: dict[str, int] = {}
    for at in range(len(grid.columns)):
        held = [
            (entry.rank, label)
            for label, line in zip(grid.rows, grid.entries, strict=True)
            if (entry := line[at]) is not None and entry.rank is not None
        ]
        if len(held) > 1:
            best[min(held)[1]] = best.get(min(held)[1], 0) + 1
    if not best:
        return "too few pairs were run to say"
    if len(best) == 1:
        return f"by medians {next(iter(best))} is the best row in every column: nothing speaks for an interaction"
    most = max(best, key=lambda label: (best[label], label))
    return (
        f"by medians {whole(len(best))} rows are the best in some column, {most} in {whole(best[most])} of {whole(sum(best.values()))}: "
        "that may be an interaction, or chance"
    )


def _table(data: SiteData, links: Links, grid: Grid, view: GridView, csv: str) -> DataTable:
    heads = (Head(f"{view.row_kind} ↓ {view.column_kind} →", name=True), *(Head(label, True) for label in view.columns))
    lines = []
    for (label, pairs), entries in zip(view.rows, grid.entries, strict=True):
        cells = [_cell(links, pair, entry) for pair, entry in zip(pairs, entries, strict=True)]
        lines.append(TableLine((TableCell(label), *cells)))
    return data.table(
        DataTable(view.title, heads, tuple(lines), csv=csv, classes="grid many" if len(view.columns) > 6 else "grid")
    )


def _cell(links: Links, pair: PairView | None, entry: Entry | None) -> TableCell:
    if pair is None or entry is None:
        return TableCell("–", float("inf"), classes="none")
    classes = [f"shade{pair.shade}"] * (pair.shade is not None) + ["leads"] * pair.leads
    text = pair.median + (f" ± {pair.deviation}" if pair.deviation else "")
    small = [pair.interval] * bool(pair.interval) + ["baseline"] * pair.is_baseline + [note.text for note in pair.notes]
    order = float("inf") if entry.rank is None else entry.rank
    value = entry.final.estimate if entry.final else None
    return TableCell(text, order, links.records(ids_of(entry)), " ".join(classes), small=tuple(small), value=value)

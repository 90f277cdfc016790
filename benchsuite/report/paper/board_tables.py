"""The tables of a leaderboard: the ranking over all tasks, and the medians with their intervals on each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchsuite.analysis import Entry, Leaderboard, Row
from benchsuite.report.paper.facts import BoardFacts, PaperFacts
from benchsuite.report.paper.latex_table import LatexCell, LatexTable
from benchsuite.report.paper.works import Bibliography, works_in
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.numbers import Format, column_format, interval_text, outcome_word
from benchsuite.report.tables.ranking_cells import name_text, overall
from benchsuite.report.tables.ranking_words import said_of

TASKS_A_TABLE = 4
"""Tasks that stand side by side in one table of results."""
BOLD = "Bold: no other row is told to be better, and some are told to be worse; of a table without bold numbers nothing is told."


def ranking_table(one: BoardFacts, facts: PaperFacts, bibliography: Bibliography) -> LatexTable:
    """Return the ranking over all tasks, in the numbers that the report has.

    Args:
        one: The leaderboard.
        facts: Of the paper.
        bibliography: Takes in whom components are of.
    """
    board = one.board
    table = overall(board)
    first = set(board.ranking.first) if board.ranking else set()
    told = board.ranking is not None and len(first) < len(board.ranking.ranked)
    keep = [at for at in range(len(table.heads)) if any(row[at] != "–" for row in table.rows)]
    rows, places = [], []
    for number, (row, texts) in enumerate(zip(board.rows, table.rows, strict=True)):
        held = [LatexCell(texts[at], bold=told and number in first and at in (0, 1)) for at in keep]
        name = keep.index(1)
        held[name] = LatexCell(held[name].text, held[name].bold, _cite(row, facts, bibliography))
        rows.append(tuple(held))
        places.append(texts[0])
    said = said_of(board)
    return LatexTable(
        slug=one.slug,
        caption=f"{escaped(table.title[0].upper() + table.title[1:])}.",
        heads=tuple(table.heads[at] for at in keep),
        align=tuple("l" if at < 2 else "r" for at in keep),
        rows=tuple(rows),
        notes=tuple(map(escaped, said.lines)),
        # Rows of one place stand together.
        groups=frozenset(at for at in range(1, len(places)) if places[at] != places[at - 1]),
    )


def result_tables(one: BoardFacts) -> list[LatexTable]:
    """Return the medians and intervals of a leaderboard, so many tasks side by side as a page is wide."""
    board = one.board
    found = []
    starts = range(0, len(board.columns), TASKS_A_TABLE)
    for number, start in enumerate(starts):
        at = range(start, min(start + TASKS_A_TABLE, len(board.columns)))
        forms = {column: _form(board, column) for column in at}
        rows = [(row, [row.entries[column] for column in at]) for row in board.rows]
        part = f" ({number + 1} of {len(starts)})" if len(starts) > 1 else ""
        heads = [f"{board.columns[column].short}, {board.columns[column].measured}" for column in at]
        found.append(
            LatexTable(
                slug=f"results-{one.slug}" + (f"-{number + 1}" if len(starts) > 1 else ""),
                caption=f"{escaped(board.title[0].upper() + board.title[1:])}: medians over seeds with intervals{part}. {BOLD}",
                heads=("Component", *heads),
                align=("l",) * (1 + len(heads)),
                rows=tuple(
                    (
                        LatexCell(name_text(row)),
                        *(result_cell(entry, forms[column]) for column, entry in zip(at, entries, strict=True)),
                    )
                    for row, entries in rows
                    if any(entries)
                ),
                notes=_counted(board, list(at)),
            )
        )
    return found


def result_cell(entry: Entry | None, form: Format) -> LatexCell:
    """Return a median with its interval, and how many seeds failed where some did."""
    if entry is None:
        return LatexCell("–")
    if entry.final is None:
        return LatexCell(outcome_word(entry.without_value))
    if math.isinf(entry.final.estimate) and entry.final.low == entry.final.high:
        return LatexCell(
            f"{form(entry.final.estimate)}, all {entry.counted}" if entry.counted > 1 else form(entry.final.estimate)
        )
    interval = f" [{interval_text(entry.final, form)}]" if entry.final.count > 1 else ""
    failed = f", {entry.failed}/{entry.counted} failed" if entry.failed else ""
    return LatexCell(f"{form(entry.final.estimate)}{interval}{failed}", bold=entry.leads)


def _form(board: Leaderboard, column: int) -> Format:
    held = [entry for row in board.rows if (entry := row.entries[column]) is not None]
    head = board.columns[column]
    return column_format((entry.final.estimate for entry in held if entry.final), head.beyond, counts=head.counts)


def _counted(board: Leaderboard, at: Sequence[int]) -> tuple[str, ...]:
    """Say how many seeds the entries of these columns have."""
    counts = sorted(
        {entry.counted for row in board.rows for column in at if (entry := row.entries[column]) and entry.final}
    )
    if not counts:
        return ()
    return (f"Seeds of an entry: {counts[0] if counts[0] == counts[-1] else f'{counts[0]} to {counts[-1]}'}.",)


def _cite(row: Row, facts: PaperFacts, bibliography: Bibliography) -> str:
    """Return what cites the works that a row's components are of."""
    names = sorted({(setting.kind, setting.name) for setting in row.settings})
    works = [work for name in names for work in works_in(facts.declared.references.get(name, ""))]
    return bibliography.cite(works)

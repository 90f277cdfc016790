"""Leaderboards for the terminal: rich tables that read well at 80 columns."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from benchsuite.analysis import ColumnHead, Entry, Interval, Leaderboard, Row
from benchsuite.analysis.leaderboard import change_words
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.shown import EVERY_ROW, shown_rows
from benchsuite.report.tables.cost_table import ratio_text
from benchsuite.report.tables.numbers import (
    Format,
    column_format,
    deviation_text,
    folds_text,
    interval_text,
    outcome_word,
    percent,
    whole,
)
from benchsuite.report.tables.ranking_cells import disputed_text, failed_text
from benchsuite.report.tables.ranking_words import measure_words, range_text, said_of, score_text
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

WIDTH = 80
LABEL_WIDTH = 21
HEAD_WIDTH = 13
# Between two columns: a blank of each, and one where a box with lines would have its line.
PADDING = 3
MOST_ROWS = 50
"""Rows of a table that shows all there are."""
FEW_ROWS = 10
"""And of one that shows the best of more, of two or three lines each: so that one screen shows it."""


def leaderboard_tables(records: Contents | Iterable[Record], *, width: int = WIDTH) -> list[Table]:
    """Return the leaderboards of all records as tables no wider than ``width`` characters: the ranking, then all tasks.

    A leaderboard with more tasks than fit is split into several tables, each with the names of the components; of very
    many rows the best are shown.
    """
    return [
        table
        for board in Contents.of(records).of_published
        for table in (*ranking_tables(board, width), *_tables(board, width))
    ]


def terminal_rows(board: Leaderboard) -> list[Row]:
    """Return the rows of a leaderboard that a terminal shows."""
    return shown_rows(board, MOST_ROWS if len(board.rows) <= MOST_ROWS else min(FEW_ROWS, MOST_ROWS))


def ranking_tables(whole_board: Leaderboard, width: int = WIDTH) -> list[Table]:
    """Return the overall ranking of a board as a table, none where there is nothing to rank."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    board = replace(whole_board, rows=tuple(terminal_rows(whole_board)))
    if whole_board.ranking is None or not whole_board.ranking.ranked:
        return []
    tuned = any(row.tuning_cost is not None for row in board.rows)
    robust = any(row.robust_decades is not None for row in board.rows)
    heads = ["place", "component", "ranks", "score", "failed", "step\n÷ base", *(["tuning\ntrials"] * tuned)]
    heads += ["rate,\ndecades"] * robust + ["state\nB/param"] * (not (tuned and robust))
    said = said_of(whole_board)
    lines = [*said.lines]
    if len(board.rows) < len(whole_board.rows):
        lines.append(f"{whole(len(whole_board.rows) - len(board.rows))} more rows are in {EVERY_ROW}.")
    caption = Text("\n".join(map(one_line, lines)))
    caption.append(f"\n{said.rests_on}", style="dim")
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(
            one_line(f"{board.kind.replace('_', ' ')} ranking{board.title[len(board.kind) :]}, {measure_words(board)}"),
            style="bold",
        ),
        title_justify="left",
        caption=caption,
        caption_justify="left",
        pad_edge=False,
        show_edge=False,
        width=width,
    )
    for head in heads:
        name = head == "component"
        table.add_column(
            Text(head),
            justify="left" if name else "right",
            overflow="fold",
            no_wrap=not name,
            ratio=1 if name else None,
        )
    for row in board.rows:
        label, *also = _name(row)
        text = Text(label)
        for line in also:
            text.append(f"\n{line}", style="dim")
        place = _rank(row, len(board.columns))
        cells = [range_text(row.place), score_text(row.place), failed_text(row)]
        cells.append("–" if row.step_ratio is None else ratio_text(row.step_ratio))
        cells += ["–" if row.tuning_cost is None else f"{row.tuning_cost:.3g}"] * tuned
        cells += ["–" if row.robust_decades is None else f"{row.robust_decades:.1f}"] * robust
        state = row.state_per_parameter
        cells += ["–" if state is None else f"{state:.1f}"] * (not (tuned and robust))
        bold = (
            "bold"
            if row.place and row.place.place == 1 and len(whole_board.ranking.first) < len(whole_board.ranking.ranked)
            else ""
        )
        table.add_row(Text(place, style="red" if row.broken else bold), text, *map(Text, cells))
    return [table]


def _tables(whole_board: Leaderboard, width: int) -> list[Table]:
    board = replace(whole_board, rows=tuple(terminal_rows(whole_board)))
    more = len(whole_board.rows) - len(board.rows)
    label_width = max(
        9, min(LABEL_WIDTH, max(len(line) for row in board.rows for text in _name(row) for line in text.split("\n")))
    )
    rank_width = max(len(line) for row in board.rows for line in ["place", _rank(row, len(board.columns))])
    entries = [
        [entry_text(row.entries[index], form) for row in board.rows] for index, form in enumerate(_formats(board))
    ]
    widths = [
        max(len(line) for text in (_head(head), *column) for line in text.plain.split("\n"))
        for head, column in zip(board.columns, entries, strict=True)
    ]
    around = label_width + rank_width + PADDING
    chunks = list(chunks_of(widths, width - around))
    tables = []
    for number, chunk in enumerate(chunks, start=1):
        caption = _caption(board, chunk)
        if more:
            caption.append(f"\n{whole(more)} more rows are in {EVERY_ROW}")
        # A narrow table is widened, at the names, until each line of the caption fits below it.
        spare = (
            min(width, max(map(len, caption.plain.split("\n"))))
            - around
            - sum(widths[index] + PADDING for index in chunk)
        )
        part = f" ({number} of {len(chunks)})" if len(chunks) > 1 else ""
        tables.append(_table(board, chunk, entries, label_width + max(0, spare), caption, part))
    return tables


def _table(
    board: Leaderboard, chunk: range, entries: list[list[Text]], label_width: int, caption: Text, part: str
) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(f"{board.kind.replace('_', ' ')} leaderboard{part}{_protocol(board)}{_change(board)}", style="bold"),
        title_justify="left",
        caption=caption,
        caption_justify="left",
        pad_edge=False,
        show_edge=False,
    )
    table.add_column("place", justify="right", no_wrap=True)
    table.add_column("component", width=label_width, overflow="fold", vertical="top")
    for index in chunk:
        table.add_column(_head(board.columns[index]), justify="right", overflow="fold")
    for position, row in enumerate(board.rows):
        rank = Text(_rank(row, len(board.columns)))
        label, *also = _name(row)
        name = Text(label)
        for line in also:
            name.append(f"\n{line}", style="dim")
        table.add_row(rank, name, *(entries[index][position] for index in chunk))
    return table


def _protocol(board: Leaderboard) -> str:
    """Return what a title says of how hyperparameters were chosen."""
    return f", {one_line(board.protocol.words)}" if board.protocol.words else ""


def _change(board: Leaderboard) -> str:
    """Return what a title says of a changed baseline."""
    return f", {one_line(change_words(board.change))}" if board.change else ""


def _formats(board: Leaderboard) -> list[Format]:
    """Return one number format per column, fitted to its medians."""
    columns = [[entry for row in board.rows if (entry := row.entries[index])] for index in range(len(board.columns))]
    return [
        column_format((entry.final.estimate for entry in entries if entry.final), head.beyond, counts=head.counts)
        for entries, head in zip(columns, board.columns, strict=True)
    ]


def _head(head: ColumnHead) -> Text:
    from rich.text import Text

    arrow = "↑" if head.better == "max" else "↓"
    task, *budget = one_line(head.short).split(" · ")
    return Text("\n".join([*_broken(task), *budget, one_line(f"{head.quantity} {arrow}")]))


def _broken(name: str) -> list[str]:
    """Break a long name after its underscores, so that a column is no wider than its numbers."""
    lines = [""]
    for word in re.findall(r"[^_]*_|[^_]+", name):
        if lines[-1] and len(lines[-1]) + len(word) > HEAD_WIDTH:
            lines.append("")
        lines[-1] += word
    return lines


def _name(row: Row) -> list[str]:
    """Return a row's label, and below it the components that are the same method and what is disputed, if there is any."""
    label = one_line(row.label)
    if len(label) > LABEL_WIDTH:  # a line of its own for the hyperparameters, rather than a break within one
        label = label.replace("[", "\n[", 1)
    return [label, *([one_line(row.also)] if row.also else []), *filter(None, [disputed_text(row)])]


def _rank(row: Row, columns: int) -> str:
    if row.broken:
        return "broken"
    if row.place is not None:
        return row.place.text
    return f"{row.ranked}/{columns}" if row.ranked else "–"


def entry_text(entry: Entry | None, form: Format) -> Text:
    """Return the median, the deviation over its folds, its interval and what went wrong, each on its line."""
    from rich.text import Text

    if entry is None:
        return Text("–", style="dim")
    if entry.final is None:
        return Text(outcome_word(entry.without_value), style="dim")
    text = Text(form(entry.final.estimate), style="bold" if entry.leads else "")
    if deviation := deviation_text(entry, form):
        text.append(f"\n± {deviation}", style="not bold dim")
    if entry.final.count > 1 and _bounded(entry.final):
        text.append("\n" + interval_text(entry.final, form).replace(" – ", "–"), style="not bold dim")
    for outcome, number in entry.outcomes.items():
        if not outcome.finished:
            style = "not bold red" if outcome.failed else "not bold dim"
            text.append(f"\n{number}/{len(entry.seeds)} {outcome_word(outcome)}", style=style)
    return text


def _bounded(interval: Interval) -> bool:
    """Say whether an interval has a bound that is a number."""
    return not (math.isinf(interval.low) and math.isinf(interval.high))


def _caption(board: Leaderboard, chunk: range) -> Text:
    from rich.text import Text

    heads = [board.columns[index] for index in chunk]
    held = [entry for row in board.rows for index in chunk if (entry := row.entries[index]) and entry.final]
    metrics = {head.measured for head in heads}
    parts = {head.measured.split(" ")[0] for head in heads}
    metric = metrics.pop() if len(metrics) == 1 else f"{parts.pop()} metric" if len(parts) == 1 else "metric"
    epochs = _span({head.column.epochs for head in heads})
    seeds = _span({entry.final.count for entry in held if entry.final} or {0})
    shares = sorted({entry.final.attained for entry in held if entry.final}) or [0.0]
    attained = " to ".join(dict.fromkeys([percent(shares[0]).removesuffix(" %"), percent(shares[-1])]))
    attained = percent(shares[0]) if len(shares) == 1 else attained
    noun = "seed" if seeds == "1" else "seeds"
    # One seed has no interval; neither has a table in which nothing was supported.
    interval = f", {attained} interval" if shares[-1] > 0 else ", no interval"
    word = "epoch" if epochs == "1" else "epochs"
    caption = Text(f"{one_line(metric)} after {epochs} {word}: median of {seeds} {noun}{interval}", style="dim")
    if any(row.twins for row in board.rows):
        caption.append("\nalso: another name of the same method, in the ranks once")
    if any(row.disputed for row in board.rows):
        caption.append("\ndisputed: somebody else has other numbers, see disputes.html of the report")
    folds = folds_note(head.column.folds for head in heads)
    return caption.append(f"\n{folds}") if folds else caption


def folds_note(counts: Iterable[int]) -> str:
    """Return what ± means below columns of so many folds; nothing where there are none."""
    folds = folds_text(counts)
    return f"± standard deviation over the {folds} (mean over seeds)" if folds else ""


def _span(numbers: set[int]) -> str:
    low, high = min(numbers), max(numbers)
    return whole(low) if low == high else f"{whole(low)} to {whole(high)}"


def chunks_of(widths: Sequence[int], room: int) -> Iterator[range]:
    """Cut the columns into runs that fit into ``room``; a column wider than that stands alone."""
    start = used = 0
    for index, width in enumerate(widths):
        if index > start and used + width + PADDING > room:
            yield range(start, index)
            start, used = index, 0
        used += width + PADDING
    if widths:
        yield range(start, len(widths))

"""Components × tasks: the results of a leaderboard, every seed, steps to targets, time and memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from benchsuite.report.site.board_view import BoardView, HeadView, RowView
from benchsuite.report.site.entry_view import DOTS_WIDTH, Dots, EntryView
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine

if TYPE_CHECKING:
    from markupsafe import Markup

NONE = TableCell("–", math.nan, classes="none")


def results_table(board: BoardView, csv: str) -> DataTable:
    """Return the median of every component on every task, with its interval and one point per seed."""
    title = (
        f"{_upper(board.measured)} after the last epoch: median, its interval{board.confidence}, and one point per "
        f"seed{board.scale}. Before it the place on the task, “=” where several share it; in bold are those of a task that none "
        f"is told to beat, where some are told apart.{board.twins}{_of_folds(board)}"
    )
    return _matrix(board, title, csv, _result, better=True)


def targets_table(board: BoardView, csv: str) -> DataTable:
    """Return the steps that every component took to the targets of every task."""
    title = (
        "Training steps until the validation part first reached a target: median over the seeds, and how many of them reached "
        "it. “> N”: the median seed had not reached it after N steps, the whole budget."
    )
    if board.folds:
        title += f" Of a cross-validation a seed has the median over its {board.folds}, and none if one of them failed."
    notes = (
        (f"Saturated, since every trial reached it at its first evaluation: {board.saturated}.",)
        if board.saturated
        else ()
    )
    return _matrix(board, title, csv, _targets, notes=notes)


def costs_table(board: BoardView, csv: str) -> DataTable:
    """Return what a step of every component costs on every task."""
    title = (
        "Time of one training step (median of the trials that had their core to themselves; compiling and evaluating not "
        "included), memory of the optimizer's state, parameters of the model."
    )
    return _matrix(board, title, csv, _cost)


def seeds_table(board: BoardView, csv: str) -> DataTable:
    """Return the value of every seed: a line for each component and task."""
    title = (
        f"{_upper(board.measured)}, every seed: after the last epoch, and below it at the epoch with the best validation value. "
        f"The medians are those of both.{_of_folds(board)}"
    )
    held = [entry for row in board.rows for entry in row.entries if entry]
    most = max((len(entry.seeds) for entry in held), default=0)
    more = any(entry.more_seeds for entry in held)
    heads = (
        Head("Component", name=True),
        Head("Task"),
        Head("Median", True),
        *(Head(f"{number}. seed", True) for number in range(1, most + 1)),
        *([Head("More", True)] if more else []),
    )
    lines = []
    for row in board.rows:
        for head, entry in zip(board.heads, row.entries, strict=True):
            if entry is None:
                continue
            cells = [_name(row), TableCell(head.label, link=head.link), _median(entry, best=True)]
            for seed in entry.seeds:
                small = [f"± {seed.deviation}"] * bool(seed.deviation) + [f"best {seed.best}"] * bool(seed.best)
                classes = "" if seed.valued else "bad" if seed.failed else "quiet"
                cells.append(
                    TableCell(
                        seed.final,
                        _order(seed.final, seed.failed),
                        seed.link,
                        classes,
                        f"seed {seed.seed}",
                        tuple(small),
                    )
                )
            cells += [TableCell("", math.nan)] * (most - len(entry.seeds))
            cells += [TableCell(str(entry.more_seeds) if entry.more_seeds else "", entry.more_seeds)] * more
            lines.append(_line(board, row, cells))
    return DataTable(title, heads, tuple(lines), (), csv, "seeds")


def _matrix(
    board: BoardView,
    title: str,
    csv: str,
    cell: Callable[[EntryView, RowView], TableCell],
    *,
    better: bool = False,
    notes: Sequence[str] = (),
) -> DataTable:
    heads = (Head("Place", True), Head("Component", name=True), *(_head(head, better) for head in board.heads))
    lines = tuple(
        _line(
            board,
            row,
            [
                TableCell(row.place, row.rank_key, classes="rank"),
                _name(row),
                *(NONE if entry is None else cell(entry, row) for entry in row.entries),
            ],
        )
        for row in board.rows
    )
    return DataTable(title, heads, lines, tuple(notes), csv, "matrix")


def _result(entry: EntryView, row: RowView) -> TableCell:
    told = _median(entry)
    small = list(told.small)
    if not entry.without_value:
        small += [note.text for note in entry.notes]
    if entry.is_baseline:
        small.append("baseline")
    text = f"{entry.place} · {told.text}" if entry.place else told.text
    figure = dots_svg(entry.dots, row.style.hue) if entry.dots else ""
    return TableCell(text, told.order, told.link, told.classes, told.title, tuple(small), entry.median, figure)


def _median(entry: EntryView, *, best: bool = False) -> TableCell:
    classes = ["leads"] * entry.leads + ["bad"] * entry.failed + ["quiet"] * entry.without_value
    small = [f"± {entry.deviation}"] * bool(entry.deviation) + [entry.interval] * bool(entry.interval)
    small += [f"best {entry.best}"] * (best and bool(entry.best))
    order = math.nan if entry.without_value else entry.sort_key
    return TableCell(entry.median, order, entry.link, " ".join(classes), small=tuple(small))


def _targets(entry: EntryView, row: RowView) -> TableCell:
    if entry.without_value:
        return TableCell(entry.median, math.nan, entry.link, "none")
    shown = [one for one in entry.targets if not one.saturated][-1:] or list(entry.targets[-1:])
    text = shown[0].steps if shown else "–"
    small = tuple(
        f"{one.target}: {one.steps} ({'saturated' if one.saturated else one.reached})" for one in entry.targets
    )
    classes = "quiet" if shown and shown[0].censored else ""
    return TableCell(text, entry.steps_key, entry.link, classes, small=small)


def _cost(entry: EntryView, row: RowView) -> TableCell:
    if entry.without_value:
        return TableCell(entry.median, math.nan, entry.link, "none")
    small = (*([entry.timing_note] * bool(entry.timing_note)), f"{entry.state} state", f"{entry.parameters} parameters")
    order = math.nan if math.isinf(entry.cost_key) else entry.cost_key
    return TableCell(entry.step, order, entry.link, "quiet" if entry.step == "not counted" else "", small=small)


def _name(row: RowView) -> TableCell:
    small = (row.also,) if row.also else ()
    return TableCell(row.label, link=row.link, title=row.settings, small=small, marks=row.marks)


def _line(board: BoardView, row: RowView, cells: Sequence[TableCell]) -> TableLine:
    return TableLine(tuple(cells), f"{board.kind}/{row.name}", row.family, row.style)


def _head(head: HeadView, better: bool) -> Head:
    small = (f"{head.metric}, {head.better}" if better else head.metric, head.budget)
    return Head(head.label, True, link=head.link, small=small)


def _order(text: str, failed: bool) -> float:
    if failed:
        return math.inf
    try:
        return float(text)
    except ValueError:
        return math.nan


def _of_folds(board: BoardView) -> str:
    if not board.folds:
        return ""
    return (
        f" Of a cross-validation a seed has the mean over its {board.folds}; ± standard deviation over the {board.folds} "
        "(mean over seeds)."
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def dots_svg(dots: Dots, hue: int) -> Markup:
    """Return an entry's little axis: a point for each seed, the interval, the median."""
    from markupsafe import Markup

    marks = "".join(
        f'<path class="cross" d="M{dot.x - 3:g} 4l6 6m0-6l-6 6"/>'
        if dot.kind == "failed"
        else f'<circle class="{dot.kind}" cx="{dot.x:g}" cy="7" r="2.6"/>'
        for dot in dots.dots
    )
    median = "" if dots.median is None else _median_mark(dots.median)
    shape = Markup(  # numbers alone
        f'<line class="axis" x1="2" y1="7" x2="{DOTS_WIDTH - 2}" y2="7"/>'
        f'<line class="band" x1="{dots.low:g}" y1="7" x2="{dots.high:g}" y2="7"/>'
        f"{marks}{median}</svg>"
    )
    head = f'<svg class="dots s{hue}" width="{DOTS_WIDTH}" height="14" viewBox="0 0 {DOTS_WIDTH} 14" role="img" style="color: var(--of)">'
    return Markup(head) + Markup("<title>{}</title>").format(dots.text) + shape


def _median_mark(place: float) -> str:
    return f'<line class="median" x1="{place:g}" y1="1.5" x2="{place:g}" y2="12.5"/>'

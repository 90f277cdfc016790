"""What searches say of one row: what more trials gave, how its score hangs on each hyperparameter, and what was chosen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchsuite.analysis import ColumnHead, Leaderboard, Row
from benchsuite.analysis.budget_curves import expected_best
from benchsuite.analysis.numbers.best_of_k import running_best
from benchsuite.analysis.rate_robustness import robustness_of_search
from benchsuite.analysis.row_verdicts import BoardVerdicts
from benchsuite.analysis.searched_rows import costs, whole_scores
from benchsuite.analysis.settings import text
from benchsuite.analysis.tuned_boards import TOLERANCE
from benchsuite.report.drawings.axis_scale import axis_scale
from benchsuite.report.drawings.palette import Style
from benchsuite.report.site.links import Links
from benchsuite.report.site.plain_chart import Chart, ChartAxis, Shape, Tick, band_path, line_path
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.numbers import Format, column_format, count_of
from benchsuite.searches import Search

SMALL = (220.0, 132.0)
BOX = (38.0, 8.0, 214.0, 114.0)
WIDE = (380.0, 210.0)
WIDE_BOX = (40.0, 20.0, 372.0, 174.0)
LOG_FROM = 20.0
"""A hyperparameter whose values span more than this factor lies on a logarithmic axis."""
MOST_KNOBS = 12
"""Hyperparameters that are drawn."""
MOST_OPTIONS = 12
"""Options of a choice that have a place of their own."""


@dataclass(frozen=True, slots=True)
class TuningView:
    """What the searches of a row say.

    Args:
        about: How they were made, in words.
        budget: Caption and chart of each task: the best validation score so far, by what was spent.
        knobs: Name and chart of each hyperparameter that was searched: the score of every setting that was tried.
        table: What was chosen on each task.
    """

    about: str
    budget: tuple[tuple[str, str | None, Chart], ...]
    knobs: tuple[tuple[str, Chart], ...]
    table: DataTable


def tuning_view(
    data: SiteData, links: Links, held: BoardVerdicts, row: Row, style: Style | None, csv: str
) -> TuningView | None:
    """Return what the searches of a row say; ``None`` where nothing was searched.

    Args:
        data: The site.
        links: Of the page that shows it.
        held: The leaderboard, with its searches.
        row: One of its rows.
        style: Of the row.
        csv: Name of the table's CSV.
    """
    board = held.board
    found = {
        head: search
        for head in board.columns
        if (search := held.searches.get((row.label, head.column))) is not None and search.searched
    }
    if not found:
        return None
    base = held.baseline
    budget = []
    for head, search in found.items():
        other = held.searches.get((base.label, head.column)) if base is not None and base is not row else None
        if (chart := budget_chart(head, search, other, style, (row.label, base.label if base else ""))) is not None:
            budget.append((head.label, links.task(head.label), chart))
    names = list(dict.fromkeys(name for search in found.values() for name in search.searched))[:MOST_KNOBS]
    knobs = [(name, chart) for name in names if (chart := knob_chart(name, list(found.values()), style)) is not None]
    return TuningView(
        board.protocol.rule, tuple(budget), tuple(knobs), data.table(_table(links, board, row, found, csv))
    )


def budget_chart(
    head: ColumnHead, search: Search, other: Search | None, style: Style | None, names: tuple[str, str]
) -> Chart | None:
    """Return what so many trials gave: the history that was, what was to be expected of others, and of the baseline.

    Args:
        head: Of the column.
        search: The search.
        other: That of the baseline, whose expectation is drawn grey.
        style: Of the row.
        names: Of the row and of the baseline.
    """
    sign = 1.0 if head.direction == "max" else -1.0
    spent, history = costs(search), sign * running_best(whole_scores(search))
    expected = expected_best(search)
    shown = [sign * expected.expected, sign * expected.low, sign * expected.high, history]
    beside = expected_best(other) if other is not None else None
    if beside is not None:
        shown.append(sign * beside.expected)
    values = [float(value) for part in shown for value in part if math.isfinite(value)]
    if not values or not len(spent):
        return None
    scale = axis_scale(head.primary, head.direction, values)
    low, high = min(values), max(values)
    room = 0.04 * (high - low) or abs(low) * 0.01 or 0.01
    bottom, top = (low - room, high + room) if scale.kind == "linear" else (low, high)
    longest = max(float(spent[-1]), float(expected.k[-1]) if len(expected.k) else 1.0)
    across, up = ChartAxis(0.0, longest, BOX[0], BOX[2]), ChartAxis(bottom, top, BOX[3], BOX[1], scale)
    shapes = []
    if beside is not None and len(beside.k):
        path = line_path(zip(beside.k.tolist(), (sign * beside.expected).tolist(), strict=True), across, up)
        shapes.append(Shape("", "", None, names[1], path, classes="grey"))
    if len(expected.k):
        xs = expected.k.tolist()
        lows, highs = ((sign * part).tolist() for part in (expected.low, expected.high))
        band = band_path(xs, lows, highs, across, up, high if sign > 0 else low, low if sign > 0 else high)
        path = line_path(zip(xs, (sign * expected.expected).tolist(), strict=True), across, up)
        shapes.append(Shape("", "", style, f"{names[0]}, expected", path, band))
    path = _stairs(spent.tolist(), history.tolist(), across, up)
    shapes.append(Shape("", "", style, names[0], path, classes="history"))
    alt = (
        f"{names[0]} on {head.label}: the best validation {head.primary} after so many trials of tuning, as it went and as it "
        "was to be expected."
    )
    return Chart(alt, *SMALL, BOX, tuple(shapes), across.ticks(4), up.ticks(3))


def _stairs(spent: Sequence[float], best: Sequence[float], across: ChartAxis, up: ChartAxis) -> str:
    parts: list[str] = []
    for x, y in zip(spent, best, strict=True):
        if math.isfinite(y):
            parts.append(f"H{across.at(x):g}V{up.at(y):g}" if parts else f"M{across.at(x):g} {up.at(y):g}")
    return "".join(parts)


def relative_scores(search: Search) -> np.ndarray:
    """Return the scores of a search with 0 at the lower quarter of what was tried and 1 at the best of it; −∞ failed."""
    scores = whole_scores(search)
    known = scores[np.isfinite(scores)]
    if not len(known):
        return scores
    low, high = float(np.quantile(known, 0.25)), float(known.max())
    return (scores - low) / (high - low) if high > low else np.where(np.isfinite(scores), 1.0, scores)


def knob_chart(name: str, searches: Sequence[Search], style: Style | None) -> Chart | None:
    """Return the score of every setting that was tried, by one hyperparameter, over all tasks.

    Args:
        name: Of the hyperparameter.
        searches: Those of a row.
        style: Of the row.
    """
    held = [(search, [one.values.get(name) for one in search.tried]) for search in searches]
    known = [value for _, values in held for value in values if value is not None]
    numbers = [float(value) for value in known if isinstance(value, int | float) and not isinstance(value, bool)]
    left, top, right, bottom = WIDE_BOX
    places: Mapping[str, float] | None = None
    if len(numbers) == len(known) and numbers and max(numbers) > min(numbers):
        logarithmic = min(numbers) > 0 and max(numbers) / min(numbers) > LOG_FROM
        ends = (math.log10(min(numbers)), math.log10(max(numbers))) if logarithmic else (min(numbers), max(numbers))
        across = ChartAxis(*ends, left + 6, right - 6)
        ticks = _powers(across) if logarithmic else across.ticks(5)
    else:
        options = sorted({text(value, 4) for value in known})
        if not 1 < len(options) <= MOST_OPTIONS:
            return None
        logarithmic = False
        across = ChartAxis(-0.5, len(options) - 0.5, left, right)
        places = {option: float(at) for at, option in enumerate(options)}
        ticks = tuple(Tick(across.at(at), option[:14]) for option, at in places.items())
    up = ChartAxis(-1.0, 1.05, bottom - 12, top)
    dots: list[tuple[float, float, str]] = []
    for search, values in held:
        for place, (value, score) in enumerate(zip(values, relative_scores(search).tolist(), strict=True)):
            if value is None or math.isnan(score):
                continue
            at = places[text(value, 4)] if places else math.log10(float(value)) if logarithmic else float(value)
            kind = "failed" if math.isinf(score) else "" if place == search.chosen else "hollow"
            dots.append((across.at(at), bottom - 4 if math.isinf(score) else up.at(score), kind))
    alt = (
        f"{name}: how good each setting was that was tried, over {count_of(len(searches), 'task')}; 1 is the best on a task, 0 the lower "
        "quarter. Filled: chosen."
    )
    shape = Shape("", "", style, name, dots=tuple(dots))
    label = name + (", logarithmic" if logarithmic else "")
    return Chart(alt, *WIDE, WIDE_BOX, (shape,), ticks, up.ticks(4), label, "score: 1 the best, 0 the lower quarter")


def _powers(across: ChartAxis) -> tuple[Tick, ...]:
    """Return the powers of ten on an axis of logarithms; both ends where there is none."""
    low, high = math.ceil(across.first - 1e-9), math.floor(across.last + 1e-9)
    every = math.ceil((high - low + 1) / 6)
    whole = [float(power) for power in range(low, high + 1, max(every, 1))]
    return tuple(Tick(across.at(power), f"{10**power:.3g}") for power in whole or [across.first, across.last])


def _table(links: Links, board: Leaderboard, row: Row, found: Mapping[ColumnHead, Search], csv: str) -> DataTable:
    heads = (
        Head("Task", name=True),
        Head("Chosen"),
        Head("Its validation score", True, "Larger is better: a loss stands with a minus"),
        Head("The default's", True),
        Head("Tried", True),
        Head("Spent", True, "In whole trainings"),
        Head("Rate, decades", True, "Powers of ten over which the learning rate may vary at little loss"),
    )
    lines = []
    for head, search in found.items():
        scores = whole_scores(search)
        best = scores[search.chosen] if search.chosen is not None else math.nan
        first = scores[0] if search.tried and search.tried[0].source == "default" else math.nan
        form = column_format([best, first])
        known = scores[np.isfinite(scores)]
        wide = (
            robustness_of_search(search, TOLERANCE * float(known.max() - np.quantile(known, 0.25)))
            if len(known)
            else None
        )
        setting = "; ".join(f"{name.rpartition('.')[2]} {text(value, 3)}" for name, value in search.setting.items())
        edges = tuple(f"{name.rpartition('.')[2]} at the {end} end of its range" for name, end in search.edges.items())
        ids = search.tried[search.chosen].ids if search.chosen is not None else ()
        default = search.tried[0].ids if search.tried else ()
        lines.append(
            TableLine(
                (
                    TableCell(head.label, link=links.task(head.label)),
                    TableCell(setting if search.chosen is not None else "none could be chosen", small=edges),
                    _score(best, form, links.records(ids)),
                    _score(first, form, links.records(default)),
                    TableCell(f"{len(search.tried)}", float(len(search.tried))),
                    TableCell(f"{search.spent:.4g}", search.spent),
                    TableCell("–" if wide is None else f"{wide.decades:.1f}", math.inf if wide is None else -wide.decades),
                )
            )
        )  # fmt: skip
    return DataTable(f"{row.label}: what was chosen on each task ({board.title})", heads, tuple(lines), csv=csv)


def _score(value: float, form: Format, link: str | None) -> TableCell:
    told = "–" if math.isnan(value) else form(value)
    return TableCell(told, math.inf if math.isnan(value) else -value, None if math.isnan(value) else link, value=value)

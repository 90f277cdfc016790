"""A sweep as tables for the terminal, and as CSV: one line for each setting, all its numbers."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis.importance.outcome_value import Quantity
from benchsuite.analysis.sweep import CurveOfSweep, SweptSetting
from benchsuite.report.tables.numbers import FAILED, Format, column_format
from benchsuite.report.tables.terminal import WIDTH, chunks_of
from benchsuite.report.tables.values import value_text
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

NOT_RUN = "–"


def sweep_tables(curves: Sequence[CurveOfSweep], *, width: int = WIDTH) -> list[Table]:
    """Return a sweep as tables no wider than ``width`` characters: of one hyperparameter one, of two one for each component."""
    form = column_format(place.median for curve in curves for place in curve.places)
    if len(curves[0].names) == 2:
        return [table for curve in curves for table in _maps(curve, form, width)]
    if len(curves) == 1:
        return [_one(curves[0], form)]
    return _several(curves, form, width)


def _table(title: str = "") -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    return Table(
        box=box.SIMPLE_HEAD, title=Text(one_line(title)) or None, title_justify="left", pad_edge=False, show_edge=False
    )


def _one(curve: CurveOfSweep, form: Format) -> Table:
    from rich.text import Text

    table = _table()
    for head in (curve.names[0].replace("_", " "), "median", "lowest – highest", "failed"):
        table.add_column(Text(head), justify="right")
    for place in curve.places:
        known = place.known
        span = f"{form(known[0])} – {form(known[-1])}" if known else ""
        failed = f"{place.failed} of {len(place.results)}" if place.failed else ""
        table.add_row(Text(value_text(place.at[0])), _cell(curve, place, form), Text(span), Text(failed, "red"))
    return table


def _several(curves: Sequence[CurveOfSweep], form: Format, width: int) -> list[Table]:
    from rich.text import Text

    by_value = [{json.dumps(place.at[0]): place for place in curve.places} for curve in curves]
    values = {json.dumps(value): value for curve in curves for value in curve.axes[0]}
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values.values())
    ordered = sorted(values, key=lambda key: values[key]) if numbers else list(values)  # type: ignore[arg-type,return-value]
    name = curves[0].names[0].replace("_", " ")
    first = max(len(name), *(len(value_text(values[key])) for key in ordered))
    widths = [max(len(curve.label), 9) for curve in curves]
    tables = []
    for chunk in chunks_of(widths, width - first):
        table = _table()
        table.add_column(Text(name), justify="right")
        for number in chunk:
            table.add_column(Text(one_line(curves[number].label)), justify="right", overflow="fold")
        for key in ordered:
            held = [(curves[number], by_value[number].get(key)) for number in chunk]
            cells = [_cell(curve, place, form) if place else Text("") for curve, place in held]
            table.add_row(Text(value_text(values[key])), *(one for one in cells))
        tables.append(table)
    return tables


def _maps(curve: CurveOfSweep, form: Format, width: int) -> list[Table]:
    from rich.text import Text

    columns, rows = curve.axes
    heads = [value_text(value) for value in columns]
    first = max(len("".join(curve.names)) + 5, *(len(value_text(value)) for value in rows))
    tables = []
    for chunk in chunks_of([max(len(head), 7) for head in heads], width - first):
        down, across = (name.replace("_", " ") for name in reversed(curve.names))
        table = _table(curve.label)
        table.add_column(Text(f"{down} ↓ {across} →"), justify="right")
        for number in chunk:
            table.add_column(Text(heads[number]), justify="right")
        for number, value in enumerate(rows):
            cells = [_cell(curve, curve.places[column * len(rows) + number], form) for column in chunk]
            table.add_row(Text(value_text(value)), *(one for one in cells))
        tables.append(table)
    return tables


def _cell(curve: CurveOfSweep, place: SweptSetting, form: Format) -> Text:
    from rich.text import Text

    if math.isnan(place.median):
        return Text(NOT_RUN, "dim")
    if math.isinf(place.median):
        return Text(FAILED, "red")
    some = f" {place.failed}✗" if place.failed and len(curve.names) == 2 else ""
    return Text(form(place.median) + some, "bold" if place is curve.best else "")


def sweep_csv(curves: Sequence[CurveOfSweep], looked: Quantity, task: str) -> str:
    """Return the text of the file, lines ended by ``\\n``.

    A failed median is ``-inf`` where larger is better and ``inf`` where smaller is; ``values`` holds a result for each seed,
    empty for one that failed.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = curves[0].names
    writer.writerow(
        [
            "task",
            "component",
            *names,
            "measure",
            "direction",
            "median",
            "lowest",
            "highest",
            "seeds",
            "failed",
            "best",
            "values",
        ]
    )
    for curve in curves:
        for place in curve.places:
            known = place.known
            middle = "" if math.isnan(place.median) else place.median
            writer.writerow(
                [
                    task, curve.label, *(value if not isinstance(value, bool) else str(value).lower() for value in place.at),
                    looked.key, looked.direction, middle, *((known[0], known[-1]) if known else ("", "")),
                    len(place.results), place.failed, int(place is curve.best),
                    ";".join("" if math.isnan(value) else repr(value) for value in place.results),
                ]
            )  # fmt: skip
    return text.getvalue()

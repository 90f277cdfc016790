"""A comparison along an axis for the terminal, as sentences, and as CSV: a line for each value, side and seed."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchsuite.analysis.along_axis import AlongAxis, AxisPoint
from benchsuite.analysis.trend import Trend
from benchsuite.report.tables.numbers import column_format, count_of, percent
from benchsuite.report.tables.values import value_text
from benchsuite.report.tables.verdict_table import (
    NOTHING,
    STYLES,
    difference_text,
    failures,
    interval_words,
    p_text,
    signed_text,
    two_digits,
    value_texts,
)
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

OWN = "*"
"""Behind the value that is the task's own."""


def scaling_table(found: AlongAxis) -> Table:
    """Return the table: a row of two lines for each value of the axis."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    verdict = found.verdict
    table = Table(
        box=box.SIMPLE_HEAD, title=Text(scaling_title(found), style="bold"), title_justify="left",
        caption=Text(_caption(found), style="dim"), caption_justify="left", pad_edge=False, show_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    table.add_column(Text(one_line(found.axis.replace("_", " "))), justify="right", overflow="fold")
    table.add_column("A is", no_wrap=True)
    table.add_column("A\nB", justify="right", no_wrap=True)
    table.add_column(Text(f"A − B\n{interval_words(verdict)}"), no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("speed-up\ninterval", no_wrap=True)
    table.add_column("seeds", justify="right", no_wrap=True)
    for point in found.points:
        table.add_row(*_cells(point))
    return table


def scaling_title(found: AlongAxis) -> str:
    """Return what is compared along what, in a line."""
    verdict = found.verdict
    track = f", {verdict.track.replace('_', ' ')}" if verdict.track != "default" else ""
    return one_line(
        f"{found.task} over {found.axis.replace('_', ' ')}, {verdict.kind.replace('_', ' ')}{track}: A = {verdict.a}, B = {verdict.b}"
    )


def _caption(found: AlongAxis) -> str:
    (task, *_) = found.verdict.tasks
    better = "higher" if task.direction == "max" else "lower"
    lines = [
        f"{one_line(task.measure)}, {better} is better: medians of the seeds; estimate of A − B",
        f"p: corrected for all {len(found.points)} values and over all, verdict where at most {found.verdict.level:.2g}",
        f"speed-up: steps of B ÷ steps of A to the {_levels(found)} that both reach",
        f"{OWN} the task's own" if any(point.usual for point in found.points) else "",
    ]
    return "\n".join(line for line in lines if line)


def _levels(found: AlongAxis) -> str:
    return one_line(found.curve.replace("_", " ", 1))


def _cells(point: AxisPoint) -> Iterator[Text]:
    from rich.text import Text

    task = point.verdict
    yield Text(f"{value_text(point.value)}{OWN if point.usual else ''}")
    yield Text(task.word, style=STYLES[task.word])
    yield Text("\n".join(value_texts(task)))
    yield Text(difference_text(task, two_digits(task.difference, task.low, task.high)) if task.seeds else NOTHING)
    yield Text(p_text(task.corrected))
    yield Text(f"{factor_text(point.speed_up)}\n{factor_text(point.low)} to {factor_text(point.high)}")
    yield Text(str(task.seeds))


def factor_text(value: float) -> str:
    """Return a factor such as ``1.4×``, with two digits behind the point near 1."""
    if math.isnan(value):
        return NOTHING
    if value == 0 or math.isinf(value):
        return "0" if value == 0 else "∞"
    return f"{value:.2f}×" if 0.1 <= value < 10 else f"{value:.3g}×" if value < 1e4 else f"{value:.0e}×"


def scaling_lines(found: AlongAxis) -> Iterator[tuple[str, str]]:
    """Yield what is to be said below the table: ``trend``, ``note`` or ``warning``, and a sentence."""
    yield "trend", speed_sentence(found)
    yield "note", advantage_sentence(found)
    if told := failures(found.verdict):
        yield "note", told
    warned: dict[str, list[str]] = {}  # what is to be said of every value is said once
    for caution in (*found.verdict.cautions, *found.cautions):
        warned.setdefault(caution.text, []).extend([caution.task] * bool(caution.task))
    for text, places in warned.items():
        yield "warning", f"{', '.join(places)}: {text}" if places else text


def speed_sentence(found: AlongAxis) -> str:
    """Return how the speed-up changes along the axis, in a sentence."""
    held, verdict = found.speed_up, found.verdict
    what, axis = f"speed-up of {verdict.a} over {verdict.b}", found.axis.replace("_", " ")
    if not math.isfinite(held.slope):
        return _without_number(held, what, axis)
    first, last = (factor_text(_factor(number)) for number in (held.first, held.last))
    each = f"×{_factor(held.slope):.3g} with {_each(held)} {_interval(held, f'×{_factor(held.low):.3g} to ×{_factor(held.high):.3g}')}"
    return _sentence(held, what, axis, f"from {first} at {_end(found, 0)} to {last} at {_end(found, -1)}", each)


def advantage_sentence(found: AlongAxis) -> str:
    """Return how the advantage in the unit of the measure changes along the axis, in a sentence."""
    held, verdict = found.advantage, found.verdict
    what, axis = f"advantage of {verdict.a} in {verdict.tasks[0].measure}", found.axis.replace("_", " ")
    if not math.isfinite(held.slope):
        return _without_number(held, what, axis)
    form = two_digits(held.slope, held.low, held.high)
    ends = column_format([held.first, held.last])
    first, last = (signed_text(number, ends) for number in (held.first, held.last))
    interval = _interval(held, f"{signed_text(held.low, form)} to {signed_text(held.high, form)}")
    each = f"{signed_text(held.slope, form)} with {_each(held)} {interval}"
    return _sentence(held, what, axis, f"from {first} at {_end(found, 0)} to {last} at {_end(found, -1)}", each)


def _sentence(held: Trend, what: str, axis: str, ends: str, each: str) -> str:
    if held.word == "cannot tell":
        return f"Cannot tell whether the {what} changes with {axis}: {each}."
    return f"The {what} {held.word} with {axis}: {ends}, {each}."


def _without_number(held: Trend, what: str, axis: str) -> str:
    if not held.seeds:
        return f"Nothing can be said of the {what} along {axis}: no seed has a line through its values, since runs failed or are not there."
    told = f"{held.word} with {axis}" if held.word != "cannot tell" else f"may change with {axis} or not"
    return f"The {what} {told}: failed runs decide, so its slope is no number (p {p_text(held.p)}, {count_of(held.seeds, 'seed')})."


def _interval(held: Trend, ends: str) -> str:
    return f"({percent(held.confidence)} interval {ends}, p {p_text(held.p)}, {count_of(held.seeds, 'seed')})"


def _each(held: Trend) -> str:
    return "each doubling" if held.logarithmic else "each 1"


def _end(found: AlongAxis, place: int) -> str:
    return value_text(found.points[place].value)


def _factor(exponent: float) -> float:
    return math.inf if exponent > 1000 else 2.0**exponent


def scaling_csv(found: AlongAxis) -> str:
    """Return the text of the file, lines ended by ``\\n``: the seeds of both sides, and what they say together at that value."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            "task", found.axis, "own", "measure", "direction", "side", "selection", "seed", "value", "word", "difference", "low", "high",
            "corrected_p", "speed_up", "speed_up_low", "speed_up_high", "steps",
        ]
    )  # fmt: skip
    for point in found.points:
        told = point.verdict
        together = [
            told.word, *map(_number, (told.difference, told.low, told.high, told.corrected, point.speed_up, point.low, point.high)),
            point.steps,
        ]  # fmt: skip
        for side, name, seeds, values in (
            ("a", found.verdict.a, told.seeds_a, told.values_a),
            ("b", found.verdict.b, told.seeds_b, told.values_b),
        ):
            for seed, value in zip(seeds, values, strict=True):
                shown = told.beyond if math.isinf(value) else _number(value)
                own = [found.task, value_text(point.value), int(point.usual), told.measure, told.direction]
                writer.writerow([*own, side, name, seed, shown, *together])
    return text.getvalue()


def _number(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))

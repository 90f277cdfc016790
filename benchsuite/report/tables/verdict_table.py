"""A verdict for the terminal: one table that reads well at 80 columns, and what is to be said below it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchsuite.analysis.verdict import CANNOT_TELL, OverallVerdict, TaskVerdict, Verdict
from benchsuite.report.tables.numbers import Format, column_format, count_of, percent, whole
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

TASK_WIDTH = 15
STYLES = {"better": "bold green", "worse": "bold red", CANNOT_TELL: ""}
NOTHING = "–"
VALUE_WIDTH = 7
MOST_DIGITS = 4
"""Behind the point: an interval of two numbers is to fit into its column."""


def verdict_table(verdict: Verdict) -> Table:
    """Return the table of a verdict: a row for each task, of two lines, and one for all of them together."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(_title(verdict), style="bold"),
        title_justify="left",
        caption=Text(_caption(verdict), style="dim"),
        caption_justify="left",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("task", width=TASK_WIDTH, overflow="fold")
    table.add_column("A is", no_wrap=True)
    table.add_column("A\nB", justify="right", no_wrap=True)
    table.add_column(Text(f"A − B\n{interval_words(verdict)}"), no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("seeds\nmore", justify="right", no_wrap=True)
    table.add_column("could\nshow", justify="right", no_wrap=True)
    for task in verdict.tasks:
        table.add_row(*_task(task))
    if verdict.overall:
        table.add_section()
        table.add_row(*_overall(verdict.overall))
    return table


def interval_words(verdict: Verdict) -> str:
    """Return what the interval of a task is called: at a look that spends a part of the error rate it is a wider one."""
    return f"{percent(1 - (verdict.level or verdict.alpha))} interval"


def lines_of(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield what is to be said below the table: ``verdict``, ``note`` or ``warning``, and a sentence."""
    yield "verdict", sentence(verdict)
    if told := failures(verdict):
        yield "note", told
    if verdict.look:
        yield "note", _look(verdict)
    ratios = [task.step_ratio for task in verdict.tasks if task.step_ratio]
    if ratios:
        span = " to ".join(dict.fromkeys(f"{ratio:.2g}" for ratio in (min(ratios), max(ratios))))
        yield "note", f"A step of {verdict.a} takes {span} times as long as one of {verdict.b}."
    for caution in verdict.cautions:
        yield "warning", f"{caution.task}: {caution.text}" if caution.task else caution.text


def _title(verdict: Verdict) -> str:
    kind = verdict.kind.replace("_", " ")
    track = f", {verdict.track.replace('_', ' ')}" if verdict.track != "default" else ""
    return one_line(f"{kind}{track}: A = {verdict.a}, B = {verdict.b}")


def _caption(verdict: Verdict) -> str:
    measures = {task.measure for task in verdict.tasks}
    arrows = {"higher" if task.direction == "max" else "lower" for task in verdict.tasks}
    what = measures.pop() if len(measures) == 1 else verdict.measure
    better = f", {arrows.pop()} is better" if len(arrows) == 1 else ""
    lines = [
        f"{one_line(what)}{better}: medians of the seeds; estimate of A − B",
        f"p: of the whole table, verdict where at most {verdict.level:.2g}" if verdict.tests > 1 else "",
        "could show: the smallest difference that these seeds find 4 times in 5",
        "more: seeds to add to settle a difference like this one",
    ]
    return "\n".join(line for line in lines if line)


def sentence(verdict: Verdict) -> str:
    """Return the verdict in one sentence."""
    word = {
        "better": f"{verdict.a} is better than {verdict.b}",
        "worse": f"{verdict.a} is worse than {verdict.b}",
        CANNOT_TELL: f"Cannot tell {verdict.a} and {verdict.b} apart",
    }[verdict.word]
    if verdict.overall is None:
        return f"{word} on {verdict.tasks[0].task}."
    held = verdict.overall
    counts = f"better on {held.better}, worse on {held.worse}, cannot tell on {held.tasks - held.better - held.worse}"
    return f"{word} on these {held.tasks} tasks: {counts}."


def _look(verdict: Verdict) -> str:
    look = verdict.look
    assert look is not None
    seeds = ", ".join(map(str, look.seeds))
    end = "decided" if verdict.decided else "the last one; not decided" if look.number == look.of else "not decided yet"
    return (
        f"Look {look.number} of at most {look.of} (after {seeds} seeds), {end}: it may spend {verdict.level:.2g} of the error rate "
        f"of {verdict.alpha:g}."
    )


def _task(task: TaskVerdict) -> Iterator[Text]:
    from rich.text import Text

    differences = two_digits(task.difference, task.low, task.high)
    arrow = "↑" if task.direction == "max" else "↓"
    yield Text(one_line(task.task)).append(f"\n{arrow} {one_line(task.measure)}", "dim")
    yield Text(task.word, style=STYLES[task.word])
    yield Text("\n".join(value_texts(task)))
    if not task.seeds:
        yield from (Text(NOTHING), Text(NOTHING), Text("0"), Text(NOTHING))
        return
    yield Text(difference_text(task, differences))
    yield Text(p_text(task.corrected))
    more = f"\n+{whole(task.more_seeds)}" if task.more_seeds else ""
    yield Text(f"{whole(task.seeds)}{more}")
    smallest = task.smallest_difference
    yield Text(short_text(smallest))


def _overall(held: OverallVerdict) -> Iterator[Text]:
    from rich.text import Text

    yield Text("all together", style="bold")
    yield Text(held.word, style=STYLES[held.word])
    yield Text("")
    if math.isnan(held.improvement):
        yield Text(NOTHING)
    else:
        interval = "" if math.isnan(held.low) else f"\n{held.low:.0%} to {held.high:.0%}"
        yield Text(f"P(A better) {held.improvement:.0%}{interval}")
    yield Text(p_text(held.corrected))
    yield Text(f"\n+{whole(held.more_seeds)}" if held.more_seeds else "")
    yield Text("")


def two_digits(value: float, *ends: float) -> Format:
    """Return the format for a difference: two digits of it, more where its interval is narrower than these show, up to four.

    Args:
        value: The difference.
        ends: Of its interval.
    """
    sizes = [abs(one) for one in (value, *ends) if math.isfinite(one) and one]
    if not sizes:
        return lambda one: f"{one:.2f}"
    first = math.floor(math.log10(max(sizes)))
    width = max(ends) - min(ends) if ends and all(map(math.isfinite, ends)) else 0.0
    digits = max(0, 1 - first, min(3 - first, -math.floor(math.log10(width / 2))) if width else 0)
    return lambda one: f"{one:.0e}" if first < -4 or first > 5 else f"{one:.{min(digits, MOST_DIGITS)}f}"


def p_text(p: float) -> str:
    """Return a p-value with two digits; a very small one as that."""
    if math.isnan(p):
        return NOTHING
    return "<1e-4" if p < 1e-4 else f"{p:.2f}" if p >= 0.1 else f"{p:.3f}" if p >= 0.01 else f"{p:.4f}"


def difference_text(task: TaskVerdict, form: Format) -> str:
    """Return the estimate above its interval; where only one of the sides has numbers, which one has none."""
    if math.isnan(task.difference):
        return NOTHING
    interval = f"{signed_text(task.low, form)} to {signed_text(task.high, form)}"
    if not math.isinf(task.difference):
        return f"{signed_text(task.difference, form)}\n{interval}"
    lost = "A" if (task.difference > 0) == (task.direction == "min") else "B"
    told = f"{lost} {task.beyond}"
    return told if task.low == task.high else f"{told}\n{interval}"


def value_texts(task: TaskVerdict) -> list[str]:
    """Return the medians in one form, in as few letters as the column has; where these are too few each has a form of its own.

    Where a target was missed stands the budget that did not suffice.
    """
    values = (task.a, task.b)
    over = "" if task.budget is None else f"> {task.budget:.0f}"
    form = column_format(values, over if 0 < len(over) <= VALUE_WIDTH else task.beyond)
    texts = [NOTHING if math.isnan(value) else form(value) for value in values]
    if max(map(len, texts)) <= VALUE_WIDTH:
        return texts
    return [text if math.isinf(value) else _fitting(value) for value, text in zip(values, texts, strict=True)]


def _fitting(value: float) -> str:
    """Return a number with as many digits as there is room for, three at most."""
    return next((text for digits in (3, 2) if len(text := f"{value:.{digits}g}") <= VALUE_WIDTH), f"{value:.1g}")


def short_text(value: float) -> str:
    """Return a size with two digits; a dash for none."""
    if not math.isfinite(value):
        return NOTHING
    return f"{value:.1g}" if 0 < value < 1e-3 else two_digits(value)(value)


def signed_text(value: float, form: Format) -> str:
    """Return a difference with its sign."""
    if math.isinf(value):
        return "+∞" if value > 0 else "−∞"
    return f"{'−' if value < 0 else '+'}{form(abs(value))}"


def failures(verdict: Verdict) -> str:
    """Return which side failed how often, in a sentence; nothing if none did."""
    told = []
    for name, counts in (
        (verdict.a, [t.failed_a for t in verdict.tasks]),
        (verdict.b, [t.failed_b for t in verdict.tasks]),
    ):
        if sum(counts):
            told.append(f"{name} {count_of(sum(counts), 'seed')}")
    what = "Missed the target" if any(task.beyond == "missed" for task in verdict.tasks) else "Failed"
    return f"{what}, which counts as worse than any number: {', '.join(told)}." if told else ""

"""Whether a verdict holds beyond the published instance, for the terminal: one table that reads well at 80 columns, and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchsuite.analysis.beyond_instance import BeyondInstance
from benchsuite.analysis.verdict import CANNOT_TELL, TaskVerdict, Verdict
from benchsuite.report.tables.numbers import count_of, percent, whole
from benchsuite.report.tables.verdict_table import (
    NOTHING,
    STYLES,
    TASK_WIDTH,
    difference_text,
    p_text,
    short_text,
    signed_text,
    two_digits,
    value_texts,
)
from benchsuite.text import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

PUBLISHED = "published"


def beyond_table(held: BeyondInstance, verdict: Verdict) -> Table:
    """Return the table of a task's instances: the published one, and each of the others.

    Args:
        held: What the instances say.
        verdict: What they were asked about.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(one_line(f"{held.task}, instance by instance: A = {verdict.a}, B = {verdict.b}"), style="bold"),
        title_justify="left",
        caption=Text(f"p: corrected for {count_of(len(held.instances), 'variant')}", style="dim"),
        caption_justify="left",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("instance", width=TASK_WIDTH, overflow="fold")
    table.add_column("A is", no_wrap=True)
    table.add_column("A\nB", justify="right", no_wrap=True)
    table.add_column(Text("A − B\n95 % interval"), no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("seeds", justify="right", no_wrap=True)
    table.add_row(*_line(PUBLISHED, held.published))
    table.add_section()
    for one in held.instances:
        table.add_row(*_line(short_name(one.task, held.task), one))
    return table


def short_name(instance: str, task: str) -> str:
    """Return what tells an instance from the others of its task, such as ``~3``."""
    return instance.removeprefix(task) or PUBLISHED


def _line(name: str, task: TaskVerdict) -> Iterator[Text]:
    from rich.text import Text

    yield Text(one_line(name))
    yield Text(task.word, style=STYLES[task.word])
    yield Text("\n".join(value_texts(task)))
    if not task.seeds:
        yield from (Text(NOTHING), Text(NOTHING), Text("0"))
        return
    yield Text(difference_text(task, two_digits(task.difference, task.low, task.high)))
    yield Text(p_text(task.corrected))
    yield Text(whole(task.seeds))


def beyond_sentence(held: BeyondInstance, verdict: Verdict) -> str:
    """Return in one sentence whether the verdict holds, and by what rule.

    Args:
        held: What the instances say.
        verdict: What they were asked about.
    """
    n = held.counted
    found = {
        "better": f"{verdict.a} is better than {verdict.b}",
        "worse": f"{verdict.a} is worse than {verdict.b}",
        CANNOT_TELL: f"Cannot tell {verdict.a} and {verdict.b} apart",
    }[held.published.word]
    one_way = f"{held.same_direction} of {count_of(n, 'variant')} differ in that direction"
    if held.reason == "no verdict":
        return (
            f"{found} on {held.task}: nothing that could hold beyond the published instance. {held.same_direction} of "
            f"{count_of(n, 'variant')} differ in one direction (p {p_text(held.p)})."
        )
    if held.reason == "agrees":
        return f"{found} on {held.task}: this holds beyond the published instance. {one_way} (p {p_text(held.p)})."
    if held.reason == "contradicted":
        return (
            f"{found} on {held.task}: this does not hold beyond the published instance. On {held.contradict} of "
            f"{count_of(n, 'variant')} it is the other way round."
        )
    if held.reason == "here only":
        return (
            f"{found} on {held.task}: this does not hold beyond the published instance. {one_way} (p {p_text(held.p)}), and no such "
            "difference is to be expected of another instance."
        )
    return f"{found} on {held.task}: cannot tell whether this holds beyond the published instance. {one_way} (p {p_text(held.p)})."


def beyond_notes(held: BeyondInstance) -> Iterator[str]:
    """Yield what is to be said below: how large the difference is over instances, what varies, and what more of them would give."""
    n = held.counted
    undecided = n - held.agree - held.contradict
    word = held.published.word
    if word == CANNOT_TELL:
        yield f"One by one {held.agree} of {n} cannot tell either, and {n - held.agree} can."
    else:
        yield f"One by one {held.agree} of {n} say {word}, {undecided} cannot tell, {held.contradict} contradict."
    if n:
        yield _size(held)
    if not math.isnan(held.expected_low):
        form = two_digits(held.here, held.expected_low, held.expected_high)
        varies = short_text(held.between) if held.between else "nothing beyond the chance of seeds"
        yield (
            f"On one more instance it is to be expected at {signed_text(held.expected_low, form)} to "
            f"{signed_text(held.expected_high, form)} (95 %). It varies between instances by {varies}; seeds alone make an error of "
            f"{short_text(held.seed_error)}."
        )
    if held.reason == "too few":
        yield _more(held)


def _size(held: BeyondInstance) -> str:
    form = two_digits(held.difference, held.low, held.high)
    what = "A − B" if held.unit == "measure" else "The chance that A is better, less one half,"
    finite = all(map(math.isfinite, (held.low, held.high)))
    interval = (
        f" ({signed_text(held.low, form)} to {signed_text(held.high, form)}, {percent(held.attained)})"
        if finite
        else ""
    )
    return (
        f"{what} over the variants: {signed_text(held.difference, form)}{interval}, each instance one draw; on the published one "
        f"{signed_text(held.here, form)}."
    )


def _more(held: BeyondInstance) -> str:
    least = f"The smallest p of {count_of(held.counted, 'variant')} is {held.smallest_p:.2g}."
    if held.more_instances is None:
        return f"{least} More of them would hardly settle it, if they go on like these."
    return f"{least} {count_of(held.more_instances, 'more variant')} would settle it four times in five, if they go on like these."

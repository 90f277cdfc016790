"""A verdict as the site shows it: one table with a line for each task, the sentences around it, and a forest of intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.verdict import CANNOT_TELL, WORDS, TaskVerdict, Verdict
from benchsuite.report.site.drawn_rows import ids_of
from benchsuite.report.site.links import Links
from benchsuite.report.site.plain_chart import Chart, ChartAxis, Shape, Tick
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.numbers import percent, whole
from benchsuite.report.tables.ranking_words import joined
from benchsuite.report.tables.verdict_table import (
    difference_text,
    failures,
    interval_words,
    p_text,
    sentence,
    short_text,
    two_digits,
    value_texts,
)

CLASSES = {"better": "verdict better", "worse": "verdict worse", CANNOT_TELL: "verdict unknown"}
ORDER = {"better": 0, CANNOT_TELL: 1, "worse": 2}
MOST_WARNINGS = 30
"""Warnings of one verdict."""
ROW_HEIGHT = 18.0
NAME_WIDTH = 210.0
WIDTH = 1000.0
LONGEST_NAME = 30
"""Letters of a task's name beside its interval."""
CLIPPED = 0.8
"""The axis of a forest holds at least this part of all ends of its intervals; what is beyond lies at its end."""


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A verdict.

    Args:
        title: Whose, and by what.
        word: ``better``, ``worse`` or ``cannot tell``.
        classes: Of the word.
        sentence: The verdict in words.
        facts: Name and value of what is said over all tasks.
        notes: What is said of it beside.
        warnings: What may mislead.
        table: Task by task.
        forest: The intervals; ``None`` where there is none to draw.
    """

    title: str
    word: str
    classes: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    table: DataTable
    forest: Chart | None


def verdict_view(
    data: SiteData, links: Links, board: Leaderboard, rows: tuple[Row, Row], verdict: Verdict
) -> VerdictView:
    """Return a verdict on two rows as text and places.

    Args:
        data: The site.
        links: Of the page that shows it.
        board: The leaderboard.
        rows: A and B.
        verdict: On these two.
    """
    tasks = best_first(verdict)
    warnings = warnings_of(verdict)
    more = len(warnings) - MOST_WARNINGS
    return VerdictView(
        title=board.title,
        word=verdict.word,
        classes=CLASSES[verdict.word],
        sentence=sentence(verdict),
        facts=tuple(_facts(verdict)),
        notes=tuple(filter(None, (failures(verdict),))),
        warnings=(*warnings[:MOST_WARNINGS], *[f"{whole(more)} more."] * (more > 0)),
        table=data.verdicts.shared.add(_table(links, board, rows, verdict, tasks), of_pair(board, rows)),
        forest=forest(verdict, tasks, board),
    )


def of_pair(board: Leaderboard, rows: tuple[Row, Row]) -> dict[str, str]:
    """Return what tells the lines of a comparison from those of others in the CSV that they share."""
    return {"Leaderboard": board.title, "Row A": rows[0].label, "Row B": rows[1].label}


def warnings_of(verdict: Verdict) -> list[str]:
    """Return what may mislead, each text once with all the tasks that it is said of."""
    found: dict[str, list[str]] = {}
    for one in verdict.cautions:
        found.setdefault(one.text, []).append(one.task)
    return [f"{joined(tasks)}: {text}" if all(tasks) else text for text, tasks in found.items()]


def best_first(verdict: Verdict) -> list[TaskVerdict]:
    """Return the tasks on which A is better, then those that cannot be told, then the others; each by the chance to be better."""

    def key(task: TaskVerdict) -> tuple[int, float, str]:
        return ORDER[task.word], math.inf if math.isnan(task.improvement) else -task.improvement, task.task

    return sorted(verdict.tasks, key=key)


def counts(verdict: Verdict) -> dict[str, int]:
    """Return on how many tasks each word is the verdict."""
    return {word: sum(task.word == word for task in verdict.tasks) for word in WORDS}


def improvement_text(value: float, low: float = math.nan, high: float = math.nan) -> str:
    """Return the chance that a run of A is better, with its interval where there is one."""
    if math.isnan(value):
        return "–"
    return f"{value:.0%}" + ("" if math.isnan(low) else f" ({low:.0%} to {high:.0%})")


def _facts(verdict: Verdict) -> list[tuple[str, str]]:
    held = verdict.overall
    if held is None:
        return []
    said = counts(verdict)
    flips = [name for name, word in held.without.items() if word != held.word]
    if not held.without:
        without = ""
    elif flips:
        without = f"another one without {', '.join(flips[:4])}" + f" and {len(flips) - 4} more" * (len(flips) > 4)
    else:
        without = "the same, whichever task is left out"
    facts = [
        ("Tasks", f"better on {said['better']}, worse on {said['worse']}, cannot tell on {said[CANNOT_TELL]}"),
        ("Chance that a run of A is better", improvement_text(held.improvement, held.low, held.high)),
        ("p over all tasks, corrected", f"{p_text(held.corrected)} (by itself {p_text(held.p)})"),
        ("Smallest p that these seeds can give", p_text(held.smallest_p)),
        ("Test", held.test),
        ("Verdict without one task", without),
        ("Seeds that would settle it", f"{whole(held.more_seeds)} more on each task" if held.more_seeds else ""),
    ]
    return [(name, value) for name, value in facts if value]


def _table(
    links: Links, board: Leaderboard, rows: tuple[Row, Row], verdict: Verdict, tasks: Sequence[TaskVerdict]
) -> DataTable:
    a, b = rows
    places = {head.label: at for at, head in enumerate(board.columns)}
    heads = (
        Head("Task", name=True),
        Head("A is", help="Corrected for all tests of this table: any false verdict has a chance of at most 5 %"),
        Head("A", True, f"Median over the seeds: {a.label}"),
        Head("B", True, f"Median over the seeds: {b.label}"),
        Head("A − B", True, f"Estimate of the difference, and its {interval_words(verdict)}"),
        Head("Chance that A is better", True, "That a run of A is better than a run of B, equal ones half"),
        Head("p", True, "Corrected for all tests of this table"),
        Head(
            "Seeds",
            True,
            "Pairs of seeds, or runs of the smaller side; below how many more would settle such a difference",
        ),
        Head("Could show", True, "The smallest difference that these seeds find four times in five"),
    )
    lines = []
    for task in tasks:
        at = places[task.task]
        forms = two_digits(task.difference, task.low, task.high)
        texts = value_texts(task)
        sign = 1 if task.direction == "max" else -1
        estimate, *interval = difference_text(task, forms).split("\n") if task.seeds else ["–"]
        record_a, record_b = (links.records(ids_of(row.entries[at])) for row in rows)
        lines.append(
            TableLine(
                (
                    TableCell(task.task, link=links.task(task.task), small=(f"{'↑' if sign > 0 else '↓'} {task.measure}",)),
                    TableCell(task.word, float(ORDER[task.word]), classes=CLASSES[task.word]),
                    TableCell(texts[0], _order(-sign * task.a), record_a, small=_failed(task.failed_a, task), value=task.a),
                    TableCell(texts[1], _order(-sign * task.b), record_b, small=_failed(task.failed_b, task), value=task.b),
                    TableCell(estimate, _order(-sign * task.difference), small=tuple(interval), value=task.difference),
                    TableCell(improvement_text(task.improvement), _order(-task.improvement), value=task.improvement),
                    TableCell(p_text(task.corrected) if task.seeds else "–", _order(task.corrected), value=task.corrected),
                    TableCell(whole(task.seeds), float(task.seeds), small=(f"+{whole(task.more_seeds)}",) if task.more_seeds else ()),
                    TableCell(short_text(task.smallest_difference), _order(task.smallest_difference), value=task.smallest_difference),
                )
            )
        )  # fmt: skip
    level = percent(1 - verdict.level) if verdict.level else "–"
    title = (
        f"A = {a.label} against B = {b.label}, task by task, by {board.title} ({level} confidence for the whole table)"
    )
    return DataTable(title, heads, tuple(lines), csv=f"comparisons-{board.kind}-by-task")


def _order(value: float) -> float:
    return math.inf if math.isnan(value) else value


def _failed(count: int, task: TaskVerdict) -> tuple[str, ...]:
    return (f"{whole(count)} {task.beyond}",) if count else ()


def forest(
    verdict: Verdict, tasks: Sequence[TaskVerdict], board: Leaderboard, clipped: float = CLIPPED
) -> Chart | None:
    """Return the differences of all tasks with their intervals, better for A to the right.

    Units differ, so a difference is drawn relative to the larger of the two medians by size: 1 % of an accuracy, 1 % of a loss.

    Args:
        verdict: The verdict.
        tasks: Its tasks, in the order in which they are drawn.
        board: The leaderboard.
        clipped: The axis holds at least this part of all ends of the intervals.
    """
    held = [(task, ends) for task in tasks if (ends := relative(task)) is not None]
    if not held:
        return None
    sizes = sorted(abs(end) for _, ends in held for end in ends if math.isfinite(end))
    limit = sizes[min(len(sizes) - 1, math.floor(clipped * len(sizes)))] if sizes else 1.0
    limit = 1.15 * (limit or 1e-3)
    across = ChartAxis(-limit, limit, NAME_WIDTH, WIDTH - 12)
    top, height = 22.0, 22.0 + ROW_HEIGHT * len(held) + 34
    shapes, names = [], []
    for number, (task, (estimate, low, high)) in enumerate(held):
        y = top + ROW_HEIGHT * (number + 0.5)
        start, end, middle = across.at(low), across.at(high), across.at(estimate)
        path = f"M{start:g} {y:g}H{end:g}"
        path += f"M{start + 5:g} {y - 4:g}l-5 4l5 4" if low < -limit else f"M{start:g} {y - 3:g}v6"
        path += f"M{end - 5:g} {y - 4:g}l5 4l-5 4" if high > limit else f"M{end:g} {y - 3:g}v6"
        kind = {"better": "better", "worse": "worse", CANNOT_TELL: "unknown"}[task.word]
        dots = ((middle, y, "seed"),) if abs(estimate) <= limit else ()
        shapes.append(Shape("", "", None, task.task, path, dots=dots, classes=kind))
        names.append(Tick(y, task.task if len(task.task) <= LONGEST_NAME else f"{task.task[: LONGEST_NAME - 1]}…"))
    ticks = tuple(Tick(tick.at, f"{100 * float(tick.text):+.3g} %".replace("-", "−")) for tick in across.ticks(6))
    alt = f"{sentence(verdict)} Differences with their {interval_words(verdict)}s, task by task; the table has the numbers."
    return Chart(
        alt, WIDTH, height, (NAME_WIDTH, top, WIDTH - 12, height - 34), tuple(shapes), ticks, tuple(names),
        f"A − B, in per cent of the larger median, better for {_short(verdict.a)} to the right",
        marks=(across.at(0.0),),
    )  # fmt: skip


def relative(task: TaskVerdict) -> tuple[float, float, float] | None:
    """Return difference and interval relative to the larger of the medians by size, better for A above 0; ``None`` without numbers."""
    if not task.seeds or math.isnan(task.difference):
        return None
    sizes = [abs(value) for value in (task.a, task.b) if math.isfinite(value) and value]
    if not sizes:
        return None
    sign = 1.0 if task.direction == "max" else -1.0
    low, high = sorted((sign * task.low, sign * task.high))
    unit = max(sizes)
    return sign * task.difference / unit, low / unit, high / unit


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"

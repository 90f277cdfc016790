"""A leaderboard as the page's template needs it: every number already text, every dot already placed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.analysis import ColumnHead, Entry, Interval, Leaderboard, TargetSteps
from benchsuite.report.figures import strip_range
from benchsuite.report.numbers import (
    FAILED,
    Format,
    column_format,
    count_of,
    deviation_text,
    folds_text,
    interval_text,
    milliseconds,
    outcome_word,
    percent,
    size,
    steps_text,
    whole,
)
from benchsuite.report.palette import Style, Styles

DOTS_WIDTH = 124


@dataclass(frozen=True, slots=True)
class Dot:
    """One seed on an entry's little axis: a ``seed``, one ``beyond`` the axis (at its worse end) or a ``failed`` one."""

    x: float
    kind: str


@dataclass(frozen=True, slots=True)
class Dots:
    """An entry's little axis, shared by its column: dots, the interval from ``low`` to ``high``, the median."""

    dots: tuple[Dot, ...]
    low: float
    high: float
    median: float | None
    text: str


@dataclass(frozen=True, slots=True)
class SeedLine:
    """One seed in the table of every seed; ``deviation`` is that of ``final`` over its folds, empty without them."""

    seed: int
    final: str
    deviation: str
    best: str
    failed: bool


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target in the table of steps to targets."""

    target: str
    steps: str
    reached: str
    saturated: bool
    censored: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as text; ``sort_key`` and its likes are what the page sorts by, smaller first.

    ``deviation`` is the standard deviation over the folds of a cross-validation, empty without them; ``folded`` says
    whether there are any.
    """

    median: str
    deviation: str
    folded: bool
    interval: str
    best: str
    best_interval: str
    dots: Dots | None
    failures: tuple[str, ...]
    seeds: tuple[SeedLine, ...]
    targets: tuple[TargetLine, ...]
    step: str
    timing_note: str
    state: str
    parameters: str
    leads: bool
    is_baseline: bool
    failed: bool
    unsupported: bool
    sort_key: float
    steps_key: float
    cost_key: float


@dataclass(frozen=True, slots=True)
class RowView:
    """A row: its label, its style and its entries."""

    label: str
    settings: str
    style: Style
    mean_rank: str
    rank_key: float
    ranked: str
    entries: tuple[EntryView | None, ...]


@dataclass(frozen=True, slots=True)
class HeadView:
    """A column's head."""

    label: str
    metric: str
    better: str
    budget: str
    anchor: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """A leaderboard, with the sentences that belong above and below it; ``folds`` is empty without a cross-validation."""

    kind: str
    title: str
    anchor: str
    heads: tuple[HeadView, ...]
    rows: tuple[RowView, ...]
    components: str
    tasks: str
    confidence: str
    folds: str
    saturated: str
    leader: str
    leader_rank: str


def board_view(board: Leaderboard, styles: Styles) -> BoardView:
    """Return a leaderboard as text and positions."""
    forms = [_column_form(board, index) for index in range(len(board.columns))]
    ranges = [_column_range(board, index) for index in range(len(board.columns))]
    rows = []
    for row in board.rows:
        entries = tuple(
            None if entry is None else _entry(entry, head, form, limits)
            for entry, head, form, limits in zip(row.entries, board.columns, forms, ranges, strict=True)
        )
        rows.append(
            RowView(
                label=row.label,
                settings=settings_text(row.components),
                style=styles[board.kind, row.name],
                mean_rank="–" if row.mean_rank is None else f"{row.mean_rank:.1f}",
                rank_key=math.inf if row.mean_rank is None else row.mean_rank,
                ranked=f"{row.ranked} of {len(board.columns)}" if row.ranked < len(board.columns) else "",
                entries=entries,
            )
        )
    saturated = [
        f"{number_text(target)} on {head.label}" for head in board.columns for target in sorted(head.saturated)
    ]
    leaders = [row for row in board.rows if row.mean_rank is not None and row.mean_rank == board.rows[0].mean_rank]
    return BoardView(
        kind=board.kind,
        title=title(board.kind),
        anchor=anchor("kind", board.kind),
        heads=tuple(_head(head) for head in board.columns),
        rows=tuple(rows),
        components=whole(len(board.rows)),
        tasks=whole(len({head.column.task for head in board.columns})),
        confidence=_confidence(board),
        folds=folds_text(head.column.folds for head in board.columns),
        saturated=", ".join(saturated),
        leader=", ".join(row.label for row in leaders) or "–",
        leader_rank=f"{leaders[0].mean_rank:.1f}" if leaders else "–",
    )


def title(kind: str) -> str:
    """Return a kind as a heading."""
    return kind.replace("_", " ").capitalize()


def anchor(prefix: str, name: str) -> str:
    """Return an id for links within the page, of letters, digits and hyphens only."""
    return prefix + "-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)


def number_text(value: float) -> str:
    """Return a declared number, such as a target, as its author wrote it."""
    return f"{value:g}"


def settings_text(components: Sequence[Any]) -> str:
    """Return all settings of a row's components, for the reader who wants to know exactly."""
    parts = []
    for component in components:
        held = ", ".join(f"{key}={value}" for key, value in sorted(component.get("hyperparameters", {}).items()))
        parts.append(f"{component['name']} v{component.get('version')}" + (f": {held}" if held else ""))
    return " + ".join(parts)


def _head(head: ColumnHead) -> HeadView:
    return HeadView(
        label=head.label,
        metric=head.primary,
        better="larger is better" if head.direction == "max" else "smaller is better",
        budget=f"{count_of(head.column.epochs, 'epoch')}, {count_of(head.budget_steps, 'step')}",
        anchor=anchor("task", head.label),
    )


def _confidence(board: Leaderboard) -> str:
    """Return what the intervals attain, to be put after the word "interval"; one seed has none."""
    held = [entry.final for row in board.rows for entry in row.entries if entry and entry.final]
    by_count = sorted({(interval.count, interval.attained) for interval in held})
    parts = [
        f"{percent(attained)} with {count_of(count, 'seed')}" if attained else f"none with {count_of(count, 'seed')}"
        for count, attained in by_count
    ]
    return f" (confidence {', '.join(parts)})" if parts else ""


def _column_form(board: Leaderboard, index: int) -> Format:
    entries = [entry for row in board.rows if (entry := row.entries[index]) is not None]
    return column_format(entry.final.estimate for entry in entries if entry.final)


def _column_range(board: Leaderboard, index: int) -> tuple[float, float]:
    entries = [entry for row in board.rows if (entry := row.entries[index]) is not None]
    return strip_range([seed.final for entry in entries for seed in entry.seeds], board.columns[index].direction)


def _entry(entry: Entry, head: ColumnHead, form: Format, limits: tuple[float, float]) -> EntryView:
    sign = -1 if head.direction == "max" else 1
    first_missing = next((target for target in reversed(entry.targets) if not target.saturated), None)
    return EntryView(
        median=form(entry.final.estimate) if entry.final else "unsupported",
        deviation=deviation_text(entry, form),
        folded=head.column.folds > 0,
        interval=_interval(entry.final, form),
        best=form(entry.best.estimate) if entry.best else "",
        best_interval=_interval(entry.best, form),
        dots=_dots(entry, head, form, limits),
        failures=tuple(
            f"{number} of {len(entry.seeds)} {outcome_word(outcome)}"
            for outcome, number in entry.outcomes.items()
            if outcome != "completed"
        ),
        seeds=tuple(
            SeedLine(
                seed=seed.seed,
                final=form(seed.final) if seed.final is not None else outcome_word(seed.outcome),
                deviation=form(seed.deviation) if seed.deviation is not None else "",
                best=form(seed.best) if seed.best is not None else "",
                failed=seed.final is None,
            )
            for seed in entry.seeds
        ),
        targets=tuple(_target(target) for target in entry.targets) if entry.supported else (),
        step=milliseconds(entry.step_milliseconds) if entry.step_milliseconds is not None else "not counted",
        timing_note=_timing_note(entry),
        state=size(entry.state_bytes) if entry.state_bytes is not None else "–",
        parameters=whole(entry.parameters) if entry.parameters is not None else "–",
        leads=entry.leads,
        is_baseline=entry.is_baseline,
        failed=entry.final is not None and math.isinf(entry.final.estimate),
        unsupported=entry.final is None,
        sort_key=sign * entry.final.estimate if entry.final else math.inf,
        steps_key=first_missing.median if first_missing and first_missing.median is not None else math.inf,
        cost_key=entry.step_milliseconds if entry.step_milliseconds is not None else math.inf,
    )


def _interval(interval: Interval | None, form: Format) -> str:
    if interval is None or interval.count < 2 or interval_text(interval, form) == FAILED:
        return ""
    return interval_text(interval, form)


def _timing_note(entry: Entry) -> str:
    if entry.timings + entry.timings_not_counted == 0:
        return "no timing"
    if entry.timings_not_counted == 0:
        return ""
    return f"{entry.timings_not_counted} of {entry.timings + entry.timings_not_counted} shared their core"


def _target(target: TargetSteps) -> TargetLine:
    return TargetLine(
        target=number_text(target.target),
        steps=steps_text(target),
        reached=f"{target.reached} of {len(target.steps)}",
        saturated=target.saturated,
        censored=target.median is None,
    )


def _dots(entry: Entry, head: ColumnHead, form: Format, limits: tuple[float, float]) -> Dots | None:
    if entry.final is None:
        return None
    low, high = limits
    edge = low if head.direction == "max" else high

    def place(value: float) -> float:
        # Six points of room on either side, so that no dot is cut.
        return round(6 + (DOTS_WIDTH - 12) * (min(max(value, low), high) - low) / (high - low), 1)

    dots = []
    for seed in entry.seeds:
        if seed.failed:
            dots.append(Dot(place(edge), "failed"))
        elif seed.final is not None:
            dots.append(Dot(place(seed.final), "seed" if low <= seed.final <= high else "beyond"))
    inside = low <= entry.final.estimate <= high
    return Dots(
        dots=tuple(dots),
        low=place(entry.final.low),
        high=place(entry.final.high),
        median=place(entry.final.estimate) if inside else None,
        text=", ".join(
            f"seed {seed.seed}: {form(seed.final) if seed.final is not None else outcome_word(seed.outcome)}"
            + (f" (± {form(seed.deviation)} over folds)" if seed.deviation is not None else "")
            for seed in entry.seeds
        ),
    )

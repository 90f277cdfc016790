"""An entry of a leaderboard as the page's template needs it: every number already text, every dot already placed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchsuite.analysis import ColumnHead, Entry, Interval, SeedValue, TargetSteps
from benchsuite.report.drawings.axis_scale import AxisScale
from benchsuite.report.shown import spread
from benchsuite.report.site.links import Links
from benchsuite.report.site.words import Note, notes_of
from benchsuite.report.tables.numbers import (
    Format,
    count_of,
    deviation_text,
    interval_text,
    milliseconds,
    number_text,
    outcome_word,
    size,
    steps_text,
    whole,
)

DOTS_WIDTH = 124
MOST_SEEDS = 30
"""Seeds of an entry that the table of every seed lists."""
MOST_DOTS = 60
"""Points on an entry's little axis."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The little axis that a column shares: its scale and the values at its ends."""

    scale: AxisScale
    low: float
    high: float


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
    valued: bool
    link: str | None


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

    ``place`` is empty where nothing is ranked. ``deviation`` is the standard deviation over the folds of a
    cross-validation, empty without them; ``folded`` says whether there are any. Of very many seeds ``more_seeds`` are in
    neither table nor points.
    """

    place: str
    median: str
    link: str | None
    deviation: str
    folded: bool
    interval: str
    best: str
    best_interval: str
    dots: Dots | None
    notes: tuple[Note, ...]
    seeds: tuple[SeedLine, ...]
    more_seeds: int
    targets: tuple[TargetLine, ...]
    step: str
    timing_note: str
    state: str
    parameters: str
    leads: bool
    is_baseline: bool
    failed: bool
    without_value: bool
    sort_key: float
    steps_key: float
    cost_key: float


def entry_view(entry: Entry, head: ColumnHead, form: Format, strip: Strip, links: Links) -> EntryView:
    """Return an entry as text and positions.

    Args:
        entry: The entry.
        head: Of its column.
        form: The number format of the column.
        strip: The little axis that the column shares.
        links: Of the page that shows it.
    """
    sign = -1 if head.better == "max" else 1
    first_missing = next((target for target in reversed(entry.targets) if not target.saturated), None)
    return EntryView(
        place=entry.place.text if entry.place else "",
        median=form(entry.final.estimate) if entry.final else outcome_word(entry.without_value),
        link=links.records(id for seed in entry.seeds for id in seed.ids),
        deviation=deviation_text(entry, form),
        folded=head.column.folds > 0,
        interval=_interval(entry.final, form),
        best=form(entry.best.estimate) if entry.best else "",
        best_interval=_interval(entry.best, form),
        dots=_dots(entry, head, form, strip),
        notes=notes_of(entry),
        seeds=tuple(
            SeedLine(
                seed=seed.seed,
                final=_seed_text(seed, form),
                deviation=form(seed.deviation) if seed.deviation is not None else "",
                best=form(seed.best) if seed.best is not None else "",
                failed=seed.failed,
                valued=seed.final is not None,
                link=links.record(seed.id),
            )
            for seed in entry.seeds[:MOST_SEEDS]
        ),
        more_seeds=max(0, len(entry.seeds) - MOST_SEEDS),
        targets=tuple(_target(target) for target in entry.targets) if entry.counted else (),
        step=milliseconds(entry.step_milliseconds) if entry.step_milliseconds is not None else "not counted",
        timing_note=_timing_note(entry),
        state=size(entry.state_bytes) if entry.state_bytes is not None else "–",
        parameters=whole(entry.parameters) if entry.parameters is not None else "–",
        leads=entry.leads,
        is_baseline=entry.is_baseline,
        failed=entry.final is not None and math.isinf(entry.final.estimate),
        without_value=entry.final is None,
        sort_key=sign * entry.final.estimate if entry.final else math.inf,
        steps_key=first_missing.median if first_missing and first_missing.median is not None else math.inf,
        cost_key=entry.step_milliseconds if entry.step_milliseconds is not None else math.inf,
    )


def _interval(interval: Interval | None, form: Format) -> str:
    if interval is None or interval.count < 2 or (math.isinf(interval.low) and math.isinf(interval.high)):
        return ""
    return interval_text(interval, form)


def _seed_text(seed: SeedValue, form: Format) -> str:
    """Return what a seed reached, or what became of it."""
    if seed.final is not None:
        return form(seed.final)
    return "missed" if seed.missed else "–" if seed.unknown else outcome_word(seed.outcome)


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


def _dots(entry: Entry, head: ColumnHead, form: Format, strip: Strip) -> Dots | None:
    if entry.final is None:
        return None
    low, high, scale = strip.low, strip.high, strip.scale
    first, last = scale.place(low), scale.place(high)
    edge = low if head.better == "max" else high

    def place(value: float) -> float:
        # Six points of room on either side, so that no dot is cut.
        return round(6 + (DOTS_WIDTH - 12) * (scale.place(min(max(value, low), high)) - first) / (last - first), 1)

    failed = sum(seed.failed for seed in entry.seeds)
    finals = spread([seed.final for seed in entry.seeds if seed.final is not None], MOST_DOTS)
    dots = [Dot(place(edge), "failed")] * bool(failed)
    dots += [Dot(place(value), "seed" if low <= value <= high else "beyond") for value in finals]
    inside = low <= entry.final.estimate <= high
    return Dots(
        dots=tuple(dots),
        low=place(entry.final.low),
        high=place(entry.final.high),
        median=place(entry.final.estimate) if inside else None,
        text=", ".join(
            f"seed {seed.seed}: {_seed_text(seed, form)}"
            + (f" (± {form(seed.deviation)} over folds)" if seed.deviation is not None else "")
            for seed in entry.seeds[:MOST_SEEDS]
        )
        + (f", and {count_of(len(entry.seeds) - MOST_SEEDS, 'more seed')}" if len(entry.seeds) > MOST_SEEDS else ""),
    )

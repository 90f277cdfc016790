"""The failures of a report: trials that failed or could not be tried, with their reasons and tracebacks."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.folds import fold_count
from benchsuite.analysis.sample import column_of
from benchsuite.analysis.settings import deviations, joined_name
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.report.site.links import Links
from benchsuite.report.site.site import SiteData, is_failure
from benchsuite.report.tables.numbers import count_of, outcome_word, whole
from benchsuite.text import shortened, without_styles

MOST_FAILURES = 300
"""Lines of the table."""
MOST_TRACEBACKS = 5
"""Of one line."""
MOST_LISTED = 40
"""Seeds of one line that are named."""
LONGEST_TRACEBACK = 4_000
"""Letters of a traceback."""
MOST_LETTERS = 400_000
"""Of all tracebacks of a page, the first ones; of the others it says where they are."""

Group = tuple[bool, str, str, Outcome, str]
"""Whether it is no failure, task, component, outcome and reason: what the trials of a line share."""


@dataclass(frozen=True, slots=True)
class Traceback:
    """One traceback and the seeds that left it; of a cross-validation with how many folds of each.

    It is letter for letter unless it is long: then ``record`` is the file of a record that has more, from the page.
    """

    seeds: str
    text: str
    record: str


@dataclass(frozen=True, slots=True)
class FailureView:
    """The trials of one recipe on one task that ended for the same reason."""

    task: str
    component: str
    task_link: str | None
    component_link: str | None
    record_link: str | None
    row: str
    seeds: str
    failed: bool
    word: str
    steps: str
    first_step: float
    """That the line sorts by; NaN if none is known."""
    reason: str
    tracebacks: tuple[Traceback, ...]
    untold: int = 0
    """Tracebacks that a page has no room for."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures that a page shows, and what it says of those that it does not; empty if it shows all."""

    shown: tuple[FailureView, ...]
    left_out: str


def failures_of(data: SiteData, links: Links) -> Failures:
    """Return what failed first, then what was unsupported, each by task and component.

    What a tuner stopped is neither. Of very many, some of every task and outcome are shown.

    Args:
        data: The site.
        links: Of the page that shows them.
    """
    labels = _labels(data.contents.boards)
    groups: defaultdict[Group, list[Record]] = defaultdict(list)
    for record in data.records:
        outcome = record.outcome
        if is_failure(record):
            task, component = labels.get(record.id) or (record.trial.task, _changes(record))
            groups[not outcome.failed, task, component, outcome, without_styles(record.reason)].append(record)
    ordered = sorted(groups)
    shown = _of_every_kind(ordered)
    return Failures(
        tuple(_within(MOST_LETTERS, [_failure(data, links, groups[key], *key[1:]) for key in shown])),
        f"{whole(len(shown))} of {whole(len(ordered))} lines are shown, some of every task and outcome. "
        f"{data.every_trial} has every trial with its outcome and reason."
        if len(shown) < len(ordered)
        else "",
    )


def _of_every_kind(groups: Sequence[Group]) -> list[Group]:
    """Return at most so many groups, in their order: no outcome on any task hides behind thousands of another."""
    turns: Counter[tuple[str, Outcome]] = Counter()
    places = []
    for place, (_, task, _, outcome, _) in enumerate(groups):
        places.append((turns[task, outcome], place))
        turns[task, outcome] += 1
    return [groups[place] for place in sorted(place for _, place in sorted(places)[:MOST_FAILURES])]


def _failure(
    data: SiteData, links: Links, held: Sequence[Record], task: str, component: str, outcome: Outcome, reason: str
) -> FailureView:
    kind, name = data.places.home(held[0])
    steps = _steps(held)
    return FailureView(
        task=task,
        component=component,
        task_link=links.column(column_of(held[0])),
        component_link=links.component(kind, name),
        record_link=links.records(record.id for record in held),
        row=f"{kind}/{name}" if links.component(kind, name) else "",
        seeds=_seeds(held),
        failed=outcome.failed,
        word=outcome_word(outcome),
        steps=_listed([whole(step) for step in steps]) or "–",
        first_step=steps[0] if steps else math.nan,
        reason=reason,
        tracebacks=_tracebacks(held, links),
    )


def _labels(boards: Sequence[Leaderboard]) -> dict[str, tuple[str, str]]:
    """Return the labels of task and component of every trial, by id."""
    found = {}
    for board in boards:
        for row in board.rows:
            for head, entry in zip(board.columns, row.entries, strict=True):
                component = "baseline" if entry and entry.is_baseline else f"{board.kind.replace('_', ' ')} {row.label}"
                seeds = entry.seeds if entry else ()
                found.update({id: (head.label, component) for seed in seeds for id in seed.ids})
    return found


def _changes(record: Record) -> str:
    """Return where the recipe of a trial that is in no leaderboard leaves the baseline."""
    recipe = record.trial.recipe
    kinds = deviations(recipe, record.task.baseline)
    return ", ".join(f"{kind.replace('_', ' ')} {joined_name(recipe.get(kind))}" for kind in kinds) or "baseline"


def _seeds(records: Sequence[Record]) -> str:
    counts = Counter(record.trial.seed for record in records)
    # Without folds several trials of one seed are of several columns or streams, and each is told.
    folded = any(fold_count(record) for record in records)
    each = [f"{seed} ({count_of(counts[seed], 'fold')})" for seed in sorted(counts)] if folded else []
    return _listed(each or [str(seed) for seed in sorted(counts.elements())])


def _steps(records: Sequence[Record]) -> list[int]:
    steps = {failure.step for record in records if (failure := record.results.failure) and failure.step is not None}
    return sorted(steps)


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - MOST_LISTED
    return ", ".join([*texts[:MOST_LISTED], *[f"{whole(more)} more"] * (more > 0)])


def _tracebacks(records: Sequence[Record], links: Links) -> tuple[Traceback, ...]:
    by_text: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.results.failure:
            by_text[without_styles(record.results.failure.traceback)].append(record)
    return tuple(_traceback(held, text, links) for text, held in sorted(by_text.items())[:MOST_TRACEBACKS] if text)


def _traceback(records: Sequence[Record], text: str, links: Links) -> Traceback:
    record = min(one.id for one in records)
    more = (links.trial_file(record) or "") if len(text) > LONGEST_TRACEBACK else ""
    return Traceback(_seeds(records), shortened(text, LONGEST_TRACEBACK), more)


def _within(letters: int, lines: Sequence[FailureView]) -> Iterator[FailureView]:
    """Yield the lines, without the tracebacks that are too many."""
    for line in lines:
        kept = []
        for held in line.tracebacks:
            letters -= len(held.text)
            if letters >= 0:
                kept.append(held)
        yield replace(line, tracebacks=tuple(kept), untold=len(line.tracebacks) - len(kept))

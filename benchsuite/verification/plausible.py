"""Rules on what numbers are worth believing: better than everything before, faster than the clock."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from benchsuite.analysis import leaderboards, tuned_leaderboards
from benchsuite.analysis.beyond_reference import with_reference
from benchsuite.analysis.sample import Sample
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.verification.evidence import Evidence, words_of
from benchsuite.verification.rule import NotApplicable, Objection, Rule

SLACK = 1.05
"""Clocks are read one after another."""
MOST_CORES = 4096


def _beyond(evidence: Evidence) -> Iterator[Objection]:
    if not evidence.reference:
        raise NotApplicable("there are no stored reference results here.")
    sample = Sample(evidence.records.values(), evidence.searched)
    for board in (*leaderboards(sample), *tuned_leaderboards(sample, evidence.searches)):
        for one in with_reference(board, evidence.reference).beyond:
            if one.out_of_proportion and not evidence.note.strip():
                yield Objection(
                    f"{one.component} on {one.task} (median {one.median:.4g}) is better than every seed of the best of the stored "
                    f"reference results (best {one.best:.4g}), and {one.out_of_proportion}; the bundle has no note that says why.",
                    fails=False,
                )
            elif not evidence.note.strip():
                yield Objection(
                    f"{one.component} on {one.task} (median {one.median:.4g}) is significantly better than every seed of the best "
                    f"of the stored reference results (best {one.best:.4g}); the bundle has no note that says why.",
                    fails=False,
                )


BEYOND = Rule(
    "nothing too good without a note",
    "What is significantly better than the best of the stored reference results has a note of its author.",
    "Most results that are too good are leaks or mistakes, and their authors looked no further.",
    "MLPerf's convergence check; Recht et al. 2019 on leaks",
    _beyond,
)


def _timings(evidence: Evidence) -> Iterator[Objection]:
    made = _time(evidence.made)
    for record in evidence.records.values():
        for words in _wrong(record, made):
            yield Objection(f"{words_of(record)} ({record.id}): {words}.", fails=False, ids=(record.id,))


def _wrong(record: Record, made: datetime.datetime | None) -> Iterator[str]:
    costs = record.costs
    parts = sum(one or 0.0 for one in (costs.train_seconds, costs.evaluate_seconds))
    if parts > costs.wall_seconds * SLACK + 0.1:
        yield f"training and evaluation took {parts:.3g} s, and all of it {costs.wall_seconds:.3g} s"
    if costs.train_seconds_at and costs.train_seconds is not None:
        last = costs.train_seconds_at[-1]
        if last > costs.train_seconds * SLACK + 0.1:
            yield f"the last epoch ended after {last:.3g} s of training, and all of it took {costs.train_seconds:.3g} s"
    if costs.cpu_share is not None and costs.cpu_share > (record.environment.cores or MOST_CORES) * SLACK:
        yield f"it used {costs.cpu_share:.3g} cores of {record.environment.cores}"
    steps = len(costs.train_seconds_at) and record.results.steps_per_epoch
    if steps and costs.step_milliseconds == 0:
        yield "its steps took no time"
    limit = re.search(r"longer than ([0-9][0-9.e+]*) s", record.reason)
    if record.outcome is Outcome.TIMED_OUT and (limit is None or costs.wall_seconds * SLACK + 0.1 < _seconds(limit[1])):
        after = f"after {limit[1]} s" if limit else "and nothing says after how many seconds"
        yield f"it ran out of time {after}, and took {costs.wall_seconds:.3g} s"
    finished = _time(record.environment.finished_at)
    if made and finished and finished.date() > made.date():
        yield f"it ended on {finished.date()}, after the bundle was made ({made.date()})"


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")


def _time(text: str) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


TIMINGS = Rule(
    "timings are possible",
    "Parts take no longer than the whole, no trial uses more cores than there are, none ran out of time sooner than it may, and none ended "
    "after the bundle was made.",
    "Times that were typed do not add up. Times are never compared between machines.",
    "our own",
    _timings,
)

"""Rules on what was planned: all of it is there, failures among it, and the plan is the one that was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from benchsuite.outcomes import Outcome
from benchsuite.verification.evidence import Evidence, words_of
from benchsuite.verification.rule import Objection, Rule


def _accounted(evidence: Evidence) -> Iterator[Objection]:
    if not evidence.studies:
        yield Objection(
            f"nothing says which trials were planned: the bundle has no study file, and {len(evidence.records):,} records.",
            fails=False,
        )
    searches = {search.id: search for search in evidence.searches}
    for study in evidence.studies:
        missing = [id for id in study.planned if id not in evidence.records]
        if missing:
            yield Objection(
                f"study {study.id} planned {len(study.planned):,} trials, and {len(missing):,} of them have no record: "
                f"{_some(missing)}."
            )
        lost = [id for id in study.searches if id not in searches]
        if lost:
            yield Objection(
                f"study {study.id} asked for {len(study.searches):,} searches, and {len(lost):,} are not there: {_some(lost)}."
            )
    for search in evidence.searches:
        missing = [id for id in (*search.tuning_ids, *search.evaluated) if id not in evidence.records]
        if missing:
            yield Objection(
                f"the search of {search.selection} on {search.task} names {len(missing):,} trials that have no record: "
                f"{_some(missing)}."
            )
    if evidence.studies:
        stray = [id for id in evidence.records if id not in evidence.asked_by]
        if stray:
            yield Objection(
                f"{len(stray):,} of {len(evidence.records):,} records stand in no study file, so nobody can say what else was run "
                f"beside them: {_some(stray)}.",
                fails=False,
                ids=tuple(stray),
            )


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:3]) + (" …" if len(ids) > 3 else "")


ACCOUNTED = Rule(
    "every planned trial accounted for",
    "Each trial that a study planned has a record, whatever came of it; each search its tuning and its evaluation.",
    "Failures and unlucky seeds that are left out make a method look sound.",
    "MLPerf Training's package checker; CONSORT's flow of participants",
    _accounted,
)


def _failures(evidence: Evidence) -> Iterator[Objection]:
    for record in evidence.records.values():
        failure = record.results.failure
        # Of others the outcome says it all, and a worker that the system killed had nothing to say.
        if record.outcome is not Outcome.CRASHED or failure is None or failure.step is None:
            continue
        if not failure.traceback.strip():
            yield Objection(
                f"{words_of(record)} ({record.id}) crashed, and nothing says where.", fails=False, ids=(record.id,)
            )


FAILURES = Rule(
    "failures say why",
    "Each trial that failed says why, and one that crashed says where.",
    "What nobody can look into may be a run that somebody stopped because it went badly.",
    "MLPerf Training's logging rules",
    _failures,
)

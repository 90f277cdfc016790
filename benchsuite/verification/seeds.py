"""Rules on seeds: each stands for one draw, nobody chose among them, and none of tuning is one of the evaluation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from benchsuite.analysis.sample import Column
from benchsuite.record import Record
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.verification.evidence import Evidence, words_of
from benchsuite.verification.rule import Objection, Rule


def _once(evidence: Evidence) -> Iterator[Objection]:
    for records in evidence.rows.values():
        seen: dict[tuple[object, ...], Record] = {}
        for record in records:
            key = record.trial.seed, record.trial.division, record.trial.stop
            if key in seen:
                yield Objection(
                    f"{words_of(record)} stands there twice, as {seen[key].id} and {record.id}.",
                    ids=(seen[key].id, record.id),
                )
            seen[key] = record


ONCE = Rule(
    "no seed twice",
    "A row has each seed once on each task.",
    "A draw that counts twice makes intervals too narrow.",
    "MLPerf Training's seed checker",
    _once,
)


def _apart(evidence: Evidence) -> Iterator[Objection]:
    for search in evidence.searches:
        held = {id: evidence.records[id] for id in (*search.tuning_ids, *search.evaluated) if id in evidence.records}
        tuning = [id for id in search.tuning_ids if id in held and held[id].trial.seed < FIRST_TUNING_SEED]
        tested = [id for id in search.evaluated if id in held and held[id].trial.seed >= FIRST_TUNING_SEED]
        both = sorted(set(search.tuning_ids) & set(search.evaluated))
        for ids, words in (
            (tuning, "chose its setting by seeds that are none of tuning"),
            (tested, "is evaluated on seeds of tuning"),
            (both, "counts trials of its tuning as evaluation"),
        ):
            if ids:
                yield Objection(f"the search of {search.selection} on {search.task} {words}.", ids=tuple(ids))


APART = Rule(
    "tuning apart from evaluation",
    "Settings are chosen on seeds that no evaluation has, and evaluated on seeds that no search saw.",
    "Chosen and evaluated on one seed, the luck of that seed counts as skill.",
    "Bouthillier et al. 2021, Accounting for Variance in Machine Learning Benchmarks",
    _apart,
)


def _same(evidence: Evidence) -> Iterator[Objection]:
    columns: defaultdict[tuple[Column, bool], list[list[Record]]] = defaultdict(list)
    for (column, _), records in evidence.rows.items():
        # Parts of claims have seeds of their own, of one task 8 and 12: that they are those of the part its own rule looks at.
        own = [one for one in records if one.id not in evidence.of_claims]
        for searched in (False, True):
            if held := [one for one in own if (one.id in evidence.searched) is searched]:
                columns[column, searched].append(held)
    for (column, _), rows in sorted(columns.items(), key=lambda one: one[0]):
        union = {one.trial.seed for held in rows for one in held}
        of_study = _of_studies(rows, evidence)
        for held in rows:
            studies = {study for one in held for study in evidence.asked_by.get(one.id, ())}
            expected = set().union(*(of_study[study] for study in studies)) if studies else union
            has = {one.trial.seed for one in held}
            lacking = sorted(expected - has)
            if not lacking and not (lacking := sorted(union - has)):
                continue
            asked = bool(studies) and bool(expected - has)
            fails = asked or max(has) > lacking[0]  # who made the bundle wrote its studies as well
            yield Objection(
                f"{words_of(held[0]).partition(', seed')[0]} lacks seeds {_some(lacking)}, which other rows "
                + (
                    "of its study have."
                    if asked
                    else "of its task have: who may choose how many, or which, may choose the best."
                    if studies
                    else "have; no study file says that no more were planned."
                ),
                fails=fails,
                ids=tuple(one.id for one in held),
            )
        chosen = sorted(union)
        if chosen != list(range(chosen[0], chosen[0] + len(chosen))) and not evidence.note.strip():
            yield Objection(
                f"the seeds on {column.task} are {_some(chosen)}: the bundle has no note that says why these and no others.",
                fails=False,
            )


def _of_studies(rows: list[list[Record]], evidence: Evidence) -> dict[str, set[int]]:
    """Return study → the seeds that it asked of the rows of a column."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for held in rows:
        for record in held:
            for study in evidence.asked_by.get(record.id, ()):
                found[study].add(record.trial.seed)
    return found


def _some(seeds: list[int]) -> str:
    shown = ", ".join(map(str, seeds[:8]))
    return f"{shown}, … ({len(seeds)} in all)" if len(seeds) > 8 else shown


SAME = Rule(
    "all rows on the same seeds",
    "All rows of a task have the seeds of their study, and those of each other, without gaps; trials that claims alone asked for have "
    "the seeds of their parts.",
    "Who may choose ten of forty seeds has the best method, whatever it is.",
    "Picard 2021, torch.manual_seed(3407) is all you need; MLPerf Training's rule on dropped runs",
    _same,
)

"""What rules look at: a bundle's records, searches and studies, and what this installation knows of their code and data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from benchsuite.analysis.reference import StoredReference
from benchsuite.analysis.sample import Column, column_of
from benchsuite.analysis.searched_rows import searched_only
from benchsuite.analysis.settings import deviations
from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.computed_numbers import ComputedNumbers
from benchsuite.record import Record
from benchsuite.searches import Search
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.trial import Trial

CLAIM = "claim"
"""The verb whose calls may have several files, and whose claims say how many seeds each part has."""
Row = tuple[Column, str]
"""A column and a recipe: the trials of one row on one task, which differ in their seeds."""


class PlannedStudy(Protocol):
    """What a study file says that rules ask for."""

    @property
    def id(self) -> str:
        """What stands for the study."""
        ...

    @property
    def verb(self) -> str:
        """Which verb asked for it."""
        ...

    @property
    def planned(self) -> Sequence[str]:
        """The ids of its trials, where they were known beforehand."""
        ...

    @property
    def searches(self) -> Sequence[str]:
        """The ids of its searches."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """What was asked for, by the keys of study files."""
        ...


@dataclass(frozen=True)
class Evidence:
    """What there is to look at.

    Args:
        records: Id → record.
        searches: All of them.
        studies: What was planned, as far as it was kept.
        note: What the author says of the bundle.
        made: Its date, ISO 8601; empty if nobody knows.
        sizes: Task → answers in its three parts, as its certificate here says: one for each example, or place of a sequence.
        reference: The stored reference results.
        code_now: Trial → ``kind:name`` → the fingerprint of that code here, for all that is registered here.
        rules: Name of a version → number, as the bundle claims.
        rules_now: The same of this installation.
        claims: Verdicts on claims.
        computed: Numbers that were computed for them.
        thin: Whether the records may be thinned.
    """

    records: Mapping[str, Record]
    searches: Sequence[Search] = ()
    studies: Sequence[PlannedStudy] = ()
    note: str = ""
    made: str = ""
    sizes: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    reference: StoredReference = field(default_factory=StoredReference)
    code_now: Callable[[Trial], Mapping[str, str]] = lambda _: {}
    rules: Mapping[str, int] = field(default_factory=dict)
    rules_now: Mapping[str, int] = field(default_factory=dict)
    claims: Sequence[ClaimVerdict] = ()
    computed: Sequence[ComputedNumbers] = ()
    thin: bool = False

    @cached_property
    def rows(self) -> Mapping[Row, tuple[Record, ...]]:
        """Row → its evaluation trials, sorted by seed: those with seed streams of their own and those of tuning are no draws."""
        found: dict[Row, list[Record]] = {}
        for record in self.records.values():
            trial = record.trial
            if trial.seed < FIRST_TUNING_SEED and not trial.streams:
                found.setdefault((column_of(record), trial.recipe.text), []).append(record)
        ordered = sorted(found, key=lambda row: (row[0], row[1]))
        return {row: tuple(sorted(found[row], key=lambda one: (one.trial.seed, one.id))) for row in ordered}

    @cached_property
    def searched(self) -> frozenset[str]:
        """The trials that only a search asked for."""
        return searched_only(self.searches)

    @cached_property
    def asked_by(self) -> Mapping[str, frozenset[str]]:
        """Trial → the studies that planned it, or a search that ran it; without those that none did."""
        found: dict[str, set[str]] = {}
        searches = {search.id: search for search in self.searches}
        for study in self.studies:
            held = [searches[id] for id in study.searches if id in searches]
            tried = (id for search in held for id in (*search.tuning_ids, *search.evaluated))
            own = study.id  # a hash of all that it planned: once is enough
            for id in (*study.planned, *tried):
                found.setdefault(id, set()).add(own)
        return {id: frozenset(studies) for id, studies in found.items()}

    @cached_property
    def of_claims(self) -> frozenset[str]:
        """The trials that nothing but claims asked for, and that a verdict counts."""
        studies = {study.id for study in self.studies if study.verb == CLAIM}
        counted = {id for claim in self.claims for part in claim.parts for id in part.trials}
        return frozenset(id for id in counted if studies.issuperset(self.asked_by.get(id, ("",))))

    @cached_property
    def made_elsewhere(self) -> Mapping[str, Mapping[str, str]]:
        """Id of a record → ``kind:name`` of its code that is not what is installed here → how; without those whose code is."""
        found = {}
        known: dict[tuple[str, str], Mapping[str, str]] = {}
        for record in self.records.values():
            key = record.trial.task, record.trial.recipe.text
            if key not in known:
                known[key] = self.code_now(record.trial)
            if others := other_code(record, known[key]):
                found[record.id] = others
        return found


def other_code(record: Record, now: Mapping[str, str]) -> dict[str, str]:
    """Return ``kind:name`` → how it is not what is installed here, for the code of a record; empty where all of it is.

    Args:
        record: The record.
        now: ``kind:name`` → fingerprint of the code here, for all that is registered here.
    """
    return {
        key: "is not installed here" if key not in now else "is other code here"
        for key in sorted(named_code(record))
        if key not in now or record.fingerprints.get(key) != now[key]
    }


def named_code(record: Record) -> set[str]:
    """Return what of a record's code has a name: ``task:…`` and ``kind:name`` of each component."""
    parts = {f"{kind}:{setting.name}" for kind, settings in record.trial.recipe.settings for setting in settings}
    return {f"task:{record.trial.task}"} | parts


def words_of(record: Record) -> str:
    """Return what a trial compares, and where: ``optimizer adam on TASK, seed 3``."""
    trial = record.trial
    kinds = deviations(trial.recipe, record.task.baseline)
    parts = [f"{kind} {'+'.join(one.name for one in trial.recipe.get(kind)) or 'none'}" for kind in kinds]
    return f"{', '.join(parts) or 'the baseline'} on {trial.task}, seed {trial.seed}"

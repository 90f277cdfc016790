"""Merging: bundles and results folders of several people or machines become one results folder.

Everything is read and checked before anything is written. A trial that two have with the same numbers is one record; with
other numbers it is a dispute: the record of the first stays, the other lies beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchsuite.bundle.claims import MergedClaims, OfClaims, claim_contents, claims_of_folder, merge_claims
from benchsuite.bundle.disputes import (
    KeptChallenge,
    OtherRecord,
    challenge_to_json,
    dispute_to_json,
    read_challenges,
    read_disputes,
)
from benchsuite.bundle.errors import said
from benchsuite.bundle.lines import record_line
from benchsuite.bundle.manifest import Challenged
from benchsuite.bundle.names import PART
from benchsuite.bundle.reading import Bundle, is_bundle, open_bundle
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.execution.reading import all_beside
from benchsuite.folder import Folder
from benchsuite.plain_files import NotPlain, read_plain
from benchsuite.record import Record
from benchsuite.rules import newest_rules
from benchsuite.searches import Search
from benchsuite.store import Store
from benchsuite.study_files import StudyFile, read_studies, study_name, study_to_json

BESIDE = ("costs", "statements")
"""Folders of small files that come along as they are."""
LARGEST_BESIDE = 16 * 2**20
MOST = 64
"""Records that are written side by side."""


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """One of those that are merged.

    Args:
        where: Its path as it was named.
        origin: SHA-256 that stands for it: of a bundle its hash, of a folder that of all its records.
        author: Who signed it, or in words where it comes from.
        records: Sorted by id.
        searches: Likewise.
        studies: Likewise.
        files: Place below the results folder → content, of what comes along as it is.
        challenges: What it answers, if it is a challenge.
        disputes: What others have with other numbers, as it was kept there.
        claims: The challenges that were kept there.
        of_claims: Verdicts on claims, and what lies beside these.
        made: When it was made; empty of a folder.
        damaged: What lies in it and is no record, search or study.
    """

    where: str
    origin: str
    author: str
    records: Sequence[Record]
    searches: Sequence[Search] = ()
    studies: Sequence[StudyFile] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    challenges: Challenged | None = None
    disputes: Sequence[OtherRecord] = ()
    claims: Sequence[KeptChallenge] = ()
    of_claims: OfClaims = field(default_factory=OfClaims)
    made: str = ""
    damaged: Sequence[Damage] = ()


@dataclass
class Merged:
    """What a merge gives, before it is written.

    Args:
        records: Id → record, of those that are new.
        same: How many trials were there with the same numbers.
        disputes: What others have with other numbers.
        searches: Id → search, of those that are new or know more evaluations.
        studies: Those that are new.
        files: Place → content, of what is new.
        challenges: The claims of challenges.
        of_claims: What is new of claims.
        kept_apart: What compares with nothing else, a sentence each.
        differing: What else differs, a sentence each.
    """

    records: dict[str, Record] = field(default_factory=dict)
    same: int = 0
    disputes: list[OtherRecord] = field(default_factory=list)
    searches: dict[str, Search] = field(default_factory=dict)
    studies: dict[str, StudyFile] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    challenges: list[KeptChallenge] = field(default_factory=list)
    of_claims: MergedClaims = field(default_factory=MergedClaims)
    kept_apart: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def disputed(self) -> int:
        """How many trials are disputed."""
        return len({one.record.id for one in self.disputes})


def read_part(path: Path) -> Contribution:
    """Read a bundle or a results folder, all of it checked.

    Raises:
        BenchsuiteError: If it is neither, or not whole.
    """
    if is_bundle(path):
        return _of_bundle(open_bundle(path), str(path))
    if not (path / "trials").is_dir():
        raise BenchsuiteError(
            f"{said(str(path))} is neither a bundle nor a results folder: it has no manifest.json and no trials. "
            "Name a folder or a zip that `benchsuite publish` wrote, or a folder of results."
        )
    return part_of_folder(path)


def part_of_folder(path: Path) -> Contribution:
    """Read a results folder; what in it is no record, search or study is left there and named."""
    damaged: list[Damage] = []
    store = Store(path, create=False)
    records = list(all_beside(store.trials, damaged))
    whole = hashlib.sha256()
    for record in records:
        whole.update(record_line(record))
    return Contribution(
        where=str(path),
        origin=whole.hexdigest(),
        author=f"folder {said(path.resolve().name)}",
        records=records,
        searches=list(store.searches(damaged)),
        studies=list(read_studies(path, damaged)),
        files=_beside(path),
        disputes=[other for one in read_disputes(path, {}, damaged) for other in one.others],
        claims=list(read_challenges(path, damaged)),
        of_claims=claims_of_folder(path, damaged),
        damaged=damaged,
    )


def merged(parts: Sequence[Contribution]) -> Merged:
    """Return what several parts make together; of a trial that is disputed the first one's record stays.

    Args:
        parts: The first one is what is there already; there are more.
    """
    found = Merged()
    base, *others = parts
    here: dict[str, tuple[Record, Contribution]] = {record.id: (record, base) for record in base.records}
    searches = {one.id: one for one in base.searches}
    studies = {one.id for one in base.studies}
    disputed = {one.file for one in base.disputes}
    for part in others:
        for kept in part.disputes:
            if kept.file not in disputed:
                disputed.add(kept.file)
                found.disputes.append(kept)
        found.challenges += [one for one in part.claims if one not in base.claims]
        differs, agrees, changed = [], 0, set()
        for record in part.records:
            if record.id not in here:
                here[record.id] = record, part
                found.records[record.id] = record
                continue
            mine, _ = here[record.id]
            if record.numbers() == mine.numbers():
                agrees += 1
            else:
                differs.append(record.id)
                other = OtherRecord(part.origin, part.author, record)
                if other.file not in disputed:
                    disputed.add(other.file)
                    found.disputes.append(other)
            changed |= _changed(mine, record)
        found.same += agrees
        if changed:
            names = ", ".join(sorted(changed)[:6]) + (f" and {len(changed) - 6} more" if len(changed) > 6 else "")
            found.differing.append(f"{part.where} has trials of other code than those before it: {names}.")
        for search in part.searches:
            known = searches.get(search.id)
            if known is None:
                found.searches[search.id] = searches[search.id] = search
            elif (both := known.evaluated_with(search)) != known:
                found.searches[search.id] = searches[search.id] = both
            elif known.setting != search.setting:
                found.differing.append(
                    f"{part.where} has the search {search.id[:8]} of {search.selection} on {search.task} with another end: "
                    "the first one's stays."
                )
        for study in part.studies:
            if study.id not in studies:
                studies.add(study.id)
                found.studies[study.id] = study
        for place, content in part.files.items():
            if base.files.get(place, content) == content:
                found.files.setdefault(place, content)
        if part.challenges is not None:
            found.challenges.append(
                KeptChallenge.of(part.origin, part.challenges, part.author, part.made, differs, agrees)
            )
    found.of_claims = merge_claims(
        base.of_claims, [(one.origin, one.author, one.where, one.of_claims) for one in others]
    )
    found.differing += found.of_claims.differing
    found.files = {place: content for place, content in found.files.items() if place not in base.files}
    found.kept_apart += _apart([record for record, _ in here.values()])
    return found


def write_merged(found: Merged, store: Store) -> None:
    """Write what is new into a results folder that is locked. Each file is whole or absent; the same merge goes on.

    Args:
        found: What is new.
        store: The results folder.

    Raises:
        BenchsuiteError: If the disk is full or the folder has gone.
    """
    records = list(found.records.values())
    for first in range(0, len(records), MOST):  # each batch is kept at once, and on the disk before the next one
        for written in store.write_all(records[first : first + MOST]):
            if isinstance(written, Exception):
                raise written
    for search in found.searches.values():
        store.write_search(search)
    small = {study_name(one.id): study_to_json(one) for one in found.studies.values()}
    small |= {one.file: dispute_to_json(one) for one in found.disputes}
    small |= {one.file: challenge_to_json(one) for one in found.challenges}
    small |= claim_contents(found.of_claims.new)
    root = Folder(store.folder)
    for place, content in {**found.files, **small}.items():
        try:
            root.write(place, content)
        except OSError as error:
            raise cannot_write(store.folder / place, error) from None


def _of_bundle(bundle: Bundle, where: str) -> Contribution:
    files = {name: content for name, content in bundle.files.items() if name.startswith("costs/")}
    return Contribution(
        where=where,
        origin=bundle.hash,
        author=bundle.author,
        records=bundle.records,
        searches=bundle.searches,
        studies=bundle.studies,
        files={**files, **bundle.statement_files},
        challenges=bundle.manifest.challenges,
        disputes=bundle.disputes,
        claims=bundle.challenges,
        of_claims=OfClaims(bundle.claims, bundle.registrations, bundle.computed, bundle.claim_disputes),
        made=bundle.manifest.made,
    )


def _beside(path: Path) -> dict[str, bytes]:
    found = {}
    for name in BESIDE:
        folder = path / name
        for file in sorted(folder.glob("*.json")) if folder.is_dir() and not folder.is_symlink() else ():
            if not PART.fullmatch(file.name):
                continue
            try:
                found[f"{name}/{file.name}"] = read_plain(file, LARGEST_BESIDE)
            except (OSError, NotPlain):
                continue
    return found


def _changed(one: Record, other: Record) -> set[str]:
    """Return what has another fingerprint in two records of one trial."""
    keys = one.fingerprints.keys() & other.fingerprints.keys()
    return {key for key in keys if one.fingerprints[key] != other.fingerprints[key]}


def _apart(records: Iterable[Record]) -> list[str]:
    """Return in sentences which records compare with no newer ones."""
    held = list(records)
    engine, _ = newest_rules(held)
    lines = []
    for old in sorted({record.trial.engine for record in held} - {engine}):
        count = sum(record.trial.engine == old for record in held)
        lines.append(
            f"{count:,} records of engine {old} compare with none of engine {engine}: they have boards of their own."
        )
    versions: dict[str, set[int]] = {}
    for record in held:
        versions.setdefault(record.trial.task, set()).add(record.trial.task_version)
    for task, found in sorted(versions.items()):
        if len(found) > 1:
            said_versions = ", ".join(map(str, sorted(found)))
            lines.append(
                f"Task {said(task)!r} is there in versions {said_versions}: they compare with each other in nothing."
            )
    return lines

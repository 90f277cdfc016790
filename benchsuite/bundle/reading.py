"""Opening a bundle: everything is checked before anything of it is used, nothing is written, nothing is unpickled.

First names, kinds and sizes; then the manifest; then the hash of every file; then every record, search and study to the
letter; last whether all of these agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from benchsuite.bundle.claim_disputes import DISPUTED_CLAIMS, OtherClaim, claim_dispute_from_json
from benchsuite.bundle.container import Container, opened
from benchsuite.bundle.disputes import (
    CHALLENGES,
    DISPUTED,
    KeptChallenge,
    OtherRecord,
    challenge_from_json,
    dispute_from_json,
)
from benchsuite.bundle.errors import MOST_RECORDS, BundleError, said
from benchsuite.bundle.lines import NotLines, read_lines, unpacked
from benchsuite.bundle.manifest import (
    LARGEST_MANIFEST,
    MANIFEST,
    STATEMENTS,
    Manifest,
    NewerManifest,
    NotAManifest,
    manifest_from_json,
    once,
    sha256,
)
from benchsuite.claim_files import CLAIMS, COMPUTED, NAME, NAME_OF_PART, REGISTRATIONS
from benchsuite.claim_verdicts import ClaimVerdict, claim_from_json
from benchsuite.computed_numbers import ComputedNumbers, computed_from_json
from benchsuite.record import Record
from benchsuite.record_json import NewerFormat, NotARecord, record_from_json
from benchsuite.registrations import Registration, registration_from_json
from benchsuite.rules import newest_rules
from benchsuite.searches import Search, search_from_json
from benchsuite.study_files import StudyFile, study_from_json

T = TypeVar("T")

RECORDS = "records.jsonl.xz"
TABLE = "records.parquet"
"""Derived from the records for readers in other languages; never read here."""
SEARCHES = "searches.jsonl"
STUDIES = "studies.jsonl"
SITE = "site/"
OLDER = "archive/"
"""Below it lie publications of earlier rules, each a bundle of its own."""
COSTS = "costs/"
BESIDE = tuple(f"{folder}/" for folder in (DISPUTED, CHALLENGES, CLAIMS, REGISTRATIONS, COMPUTED, DISPUTED_CLAIMS))
STATEMENT = re.compile(r"statements/[A-Za-z0-9_.-]{1,100}\.json")
MOST_STATEMENTS = 1_000
LARGEST_STATEMENT = 2**20


@dataclass(frozen=True)
class Bundle:
    """A bundle that was opened and found whole.

    Args:
        path: Where it lies.
        manifest: What it says of itself.
        hash: SHA-256 of its manifest, 64 hexadecimal digits: what stands for all of it.
        records: Sorted by id.
        searches: Likewise.
        studies: Likewise.
        statement_files: Name → content, of each JSON file in ``statements/``: what others said of some bundle. Whether it is
            this one, they say; no hash of the manifest covers them.
        disputes: What others have with other numbers, as the folder that was published knew of it.
        challenges: Likewise, the claims against other bundles.
        claims: Verdicts on claims, sorted by the names of these.
        registrations: What was registered of claims, likewise.
        computed: Numbers that were computed for claims, likewise.
        claim_disputes: Verdicts of others, as the folder that was published knew of them.
        files: Name → content, of the small files that are asked for most: ``environment.json``, ``requirements.txt``, costs.
    """

    path: Path
    manifest: Manifest
    hash: str
    records: list[Record]
    searches: list[Search]
    studies: list[StudyFile]
    statement_files: Mapping[str, bytes] = field(default_factory=dict)
    disputes: Sequence[OtherRecord] = ()
    challenges: Sequence[KeptChallenge] = ()
    claims: Sequence[ClaimVerdict] = ()
    registrations: Sequence[Registration] = ()
    computed: Sequence[ComputedNumbers] = ()
    claim_disputes: Sequence[OtherClaim] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def author(self) -> str:
        """Who signed it, or the beginning of its hash where nobody did."""
        return self.manifest.author or f"bundle {self.hash[:8]}"


def open_bundle(path: Path) -> Bundle:
    """Open a bundle, and check all of it.

    Args:
        path: A folder or a zip.

    Raises:
        BundleError: With the first thing that is wrong; nothing of it was used, and nothing was written.
    """
    path = Path(path)
    with opened(path) as held:
        manifest, hash = _manifest(path, held)
        if RECORDS not in manifest.files:
            raise BundleError(path, f"has no {RECORDS}")
        wanted = {RECORDS, SEARCHES, STUDIES, "environment.json", "requirements.txt"}
        kept: dict[str, bytes] = {}
        for name, one in manifest.files.items():
            content = held.read(name)
            if (found := sha256(content)) != one.sha256:
                raise BundleError(
                    path,
                    f"has another file {said(name)!r} than its manifest says: SHA-256 {found[:16]}…, not {one.sha256[:16]}…",
                )
            if name in wanted or name.startswith((COSTS, *BESIDE)):
                kept[name] = content
        statements = _statements(path, held)
    records = _read(
        path,
        RECORDS,
        lambda: read_lines(unpacked(kept[RECORDS]), record_from_json, lambda one: one.id, MOST_RECORDS, "records"),
    )
    searches = _lines(path, SEARCHES, kept, _search, lambda one: one.id, "searches")
    studies = _lines(path, STUDIES, kept, _study, lambda one: one.id, "study files")
    if said_wrong := disagreement(manifest, records, searches, studies):
        raise BundleError(path, said_wrong)
    disputes = _each(path, f"{DISPUTED}/", kept, dispute_from_json)
    challenges = _each(path, f"{CHALLENGES}/", kept, challenge_from_json)
    claims = _each(path, f"{CLAIMS}/", kept, claim_from_json)
    registrations = _each(path, f"{REGISTRATIONS}/", kept, registration_from_json)
    computed = _each(path, f"{COMPUTED}/", kept, computed_from_json)
    claim_disputes = _each(path, f"{DISPUTED_CLAIMS}/", kept, claim_dispute_from_json)
    named = {one.file for one in disputes} | {one.file for one in challenges} | {one.file for one in claim_disputes}
    named |= {f"{CLAIMS}/{one.name}.json" for one in claims if NAME.fullmatch(f"{one.name}.json")}
    named |= {f"{REGISTRATIONS}/{one.name}.json" for one in registrations if NAME.fullmatch(f"{one.name}.json")}
    named |= {f"{COMPUTED}/{one.title}.json" for one in computed if NAME_OF_PART.fullmatch(f"{one.title}.json")}
    if wrong := sorted({name for name in kept if name.startswith(BESIDE)} - named):
        raise BundleError(path, f"has a file {said(wrong[0])!r} that holds something else than its name says")
    files = {name: content for name, content in kept.items() if name not in (RECORDS, SEARCHES, STUDIES)}
    return Bundle(
        path, manifest, hash, records, searches, studies, statements, disputes, challenges, claims, registrations, computed,
        claim_disputes, files,
    )  # fmt: skip


def is_bundle(path: Path) -> bool:
    """Say whether a folder or file looks as if it was meant to be one; whether it is, :func:`open_bundle` finds out."""
    return path.suffix.lower() == ".zip" or (path / MANIFEST).is_file()


def read_manifest(path: Path) -> tuple[Manifest, str]:
    """Return the manifest of a bundle and its hash, when names and sizes were checked and no file was read.

    Raises:
        BundleError: If something is wrong with these.
    """
    with opened(path) as held:
        return _manifest(path, held)


def _manifest(path: Path, held: Container) -> tuple[Manifest, str]:
    if MANIFEST not in held.sizes:
        raise BundleError(path, f"has no {MANIFEST}, so it is no bundle")
    content = held.read(MANIFEST, LARGEST_MANIFEST)
    try:
        manifest = manifest_from_json(content)
    except NewerManifest as error:
        raise BundleError(path, str(error), newer=True) from None
    except NotAManifest as error:
        raise BundleError(path, f"has a {MANIFEST} that does not follow the format: {said(str(error))}") from None
    there = {name for name in held.sizes if name != MANIFEST and not STATEMENT.fullmatch(name)}
    if missing := sorted(manifest.files.keys() - there):
        raise BundleError(path, f"lacks {_some(missing)}, which its manifest names")
    if more := sorted(there - manifest.files.keys()):
        raise BundleError(path, f"has {_some(more)}, which its manifest does not name")
    for name, one in manifest.files.items():
        if held.sizes[name] != one.bytes:
            raise BundleError(
                path,
                f"has a file {said(name)!r} of {held.sizes[name]:,} bytes, not the {one.bytes:,} that its manifest says",
            )
    return manifest, sha256(content)


def _statements(path: Path, held: Container) -> dict[str, bytes]:
    names = [name for name in held.sizes if name.startswith(STATEMENTS)]
    if len(names) > MOST_STATEMENTS:
        raise BundleError(path, f"has {len(names):,} statements, more than the {MOST_STATEMENTS:,} that are read")
    found = {}
    for name in names:
        found[name] = held.read(name, LARGEST_STATEMENT)
        try:
            data = once(found[name])
        except NotAManifest as error:
            raise BundleError(path, f"has a statement {said(name)!r} that cannot be read: {said(str(error))}") from None
        if not isinstance(data, dict):
            raise BundleError(path, f"has a statement {said(name)!r} that is no object")
    return found


def _lines(
    path: Path, name: str, kept: Mapping[str, bytes], read: Callable[[bytes], T], id_of: Callable[[T], str], noun: str
) -> list[T]:
    if name not in kept:
        return []
    return _read(path, name, lambda: read_lines([kept[name]], read, id_of, MOST_RECORDS, noun))


def _read(path: Path, name: str, read: Callable[[], list[T]]) -> list[T]:
    try:
        return read()
    except NewerFormat as error:
        raise BundleError(path, f"has a line in {name} that {said(str(error).partition(';')[0])}", newer=True) from None
    except NotLines as error:
        raise BundleError(path, f"has a {name} that cannot be read: {said(str(error))}") from None


def _each(path: Path, below: str, kept: Mapping[str, bytes], read: Callable[[bytes], T]) -> list[T]:
    """Read the files of a folder of a bundle, one thing each."""
    found = []
    for name, content in kept.items():
        if name.startswith(below):
            try:
                found.append(read(content))
            except NewerFormat as error:
                raise BundleError(
                    path, f"has a file {said(name)!r} that {said(str(error).partition(';')[0])}", newer=True
                ) from None
            except NotARecord as error:
                raise BundleError(path, f"has a file {said(name)!r} that {said(str(error))}") from None
    return found


def _search(line: bytes) -> Search:
    once(line)
    return search_from_json(line)


def _study(line: bytes) -> StudyFile:
    once(line)
    return study_from_json(line)


def disagreement(
    manifest: Manifest, records: Iterable[Record], searches: Iterable[Search], studies: Iterable[StudyFile]
) -> str:
    """Return where the manifest of a bundle says something else than its content, as the end of a sentence; empty if nowhere.

    Args:
        manifest: The manifest.
        records: Those of the bundle.
        searches: Likewise.
        studies: Likewise.
    """
    held = list(records)
    engines = sorted({record.trial.engine for record in held} - {manifest.rules.engine})
    if engines:
        return f"has records of engine {engines[0]}, and its rules are those of engine {manifest.rules.engine}"
    _, tasks = newest_rules(held)
    versions = {(record.trial.task, record.trial.task_version) for record in held}
    if versions != set(manifest.rules.tasks.items()):
        other = sorted(versions ^ set(manifest.rules.tasks.items()))[0]
        return f"disagrees with its rules about version {other[1]} of task {said(other[0])!r}"
    counts = manifest.counts
    outcomes = Counter(record.outcome for record in held)
    found = (len(held), dict(outcomes), sum(1 for _ in searches), sum(1 for _ in studies), len(tasks))
    said_there = (counts.records, dict(counts.outcomes), counts.searches, counts.studies, counts.tasks)
    names = ("records", "outcomes", "searches", "studies", "tasks")
    for name, here, there in zip(names, found, said_there, strict=True):
        if here != there:
            return f"has other {name} than the counts of its manifest say"
    return ""


def _some(names: list[str]) -> str:
    first = ", ".join(repr(said(name)) for name in names[:3])
    return first if len(names) <= 3 else f"{first} and {len(names) - 3:,} more files"

"""Disputes: trials of which somebody else has other numbers. Both stay and are shown; neither is averaged with the other.

``disputed/<id>/<first 16 digits of the origin's hash>.json`` of a results folder holds the record as the other has it.
Below ``challenges/`` lie the claims of bundles that answer others. docs/reference/bundle-format.md describes both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter

from benchsuite.bundle.errors import said
from benchsuite.bundle.manifest import Author, Challenged, NotAManifest, Sha256, once
from benchsuite.damage import Damage
from benchsuite.plain_files import kind_of
from benchsuite.record import Name, Record
from benchsuite.record_files import entries, read_each, read_one
from benchsuite.record_json import NotARecord, record_from_json
from benchsuite.repetition import difference
from benchsuite.study_files import TrialId
from benchsuite.versioned_json import to_json, validated, without_format

FORMAT = 1
DISPUTED = "disputed"
CHALLENGES = "challenges"
ID = re.compile(r"[0-9a-f]{32}")
HASH = re.compile(r"[0-9a-f]{64}\.json")
T = TypeVar("T")
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class OtherRecord:
    """A trial's record as somebody else has it.

    Args:
        origin: SHA-256 that stands for where it comes from: of a bundle, its hash.
        author: Who signed that; a few words where nobody did.
        record: The record.
    """

    origin: str
    author: str
    record: Record

    @property
    def file(self) -> str:
        """Where it lies, below the results folder."""
        return f"{DISPUTED}/{self.record.id}/{self.origin[:16]}.json"


@dataclass(frozen=True)
class Dispute:
    """A trial of which there are several results.

    Args:
        id: The trial.
        here: The record that stands in the boards; ``None`` where it is gone.
        others: What others have.
    """

    id: str
    here: Record | None
    others: tuple[OtherRecord, ...]

    @property
    def same_numerics(self) -> bool:
        """Whether all were made where numbers round alike: then only one of them can be what the code gives."""
        numerics = {one.record.environment.numerics for one in self.others}
        return self.here is not None and numerics == {self.here.environment.numerics} and numerics != {""}

    def for_page(self) -> dict[str, Any]:
        """Return what a page shows of it, as plain data."""
        return {
            "id": self.id,
            "task": (self.here or self.others[0].record).trial.task,
            "same_numerics": self.same_numerics,
            "here": _plain(self.here) if self.here else None,
            "others": [
                {
                    "origin": one.origin,
                    "author": one.author,
                    "differs": difference(self.here, one.record) if self.here else "",
                    **_plain(one.record),
                }
                for one in self.others
            ],
        }


@dataclass(frozen=True)
class KeptChallenge:
    """What a bundle that was merged says against another.

    Args:
        hash: Of the bundle that says so.
        against: Of the one that it answers.
        claim: What it says, a sentence.
        author: Who signed it; empty if nobody did.
        made: When, UTC, ISO 8601.
        differs: The trials of which it has other numbers than the records here.
        agrees: How many trials both have with the same numbers.
    """

    __pydantic_config__ = EXACT

    hash: Sha256
    against: Sha256
    claim: Annotated[str, Field(strict=True, min_length=1, max_length=10_000)]
    author: Author
    made: Name
    differs: tuple[TrialId, ...]
    agrees: Annotated[int, Field(strict=True, ge=0)]

    @classmethod
    def of(
        cls, hash: str, challenged: Challenged, author: str, made: str, differs: Iterable[str], agrees: int
    ) -> KeptChallenge:
        """Return what is kept of a bundle that is a challenge."""
        return cls(hash, challenged.manifest_sha256, challenged.claim, author, made, tuple(sorted(differs)), agrees)

    @property
    def file(self) -> str:
        """Where it lies, below the results folder."""
        return f"{CHALLENGES}/{self.hash}.json"

    def for_page(self) -> dict[str, Any]:
        """Return what a page shows of it, as plain data."""
        return {**asdict(self), "differs": list(self.differs)}


def dispute_to_json(other: OtherRecord) -> bytes:
    """Return the content of a file of a dispute."""
    data = {"format": FORMAT, "origin": other.origin, "author": other.author, "record": other.record.to_json()}
    return to_json(data)


def challenge_to_json(challenge: KeptChallenge) -> bytes:
    """Return the content of a file of a challenge."""
    return to_json({"format": FORMAT, **asdict(challenge)})


def read_disputes(folder: Path, here: Mapping[str, Record], damaged: list[Damage]) -> Iterator[Dispute]:
    """Read dispute after dispute, sorted by id.

    Args:
        folder: The results folder.
        here: Id → record, of all that stand there.
        damaged: Filled with all else that lies there.
    """
    if (folder / DISPUTED).is_symlink():
        damaged.append(Damage(DISPUTED, "is a link, and links are not followed", readable=False))
        return
    for entry in entries(folder / DISPUTED, DISPUTED, damaged):
        where = f"{DISPUTED}/{entry.name}"
        if not ID.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
            damaged.append(Damage(where, f"is {kind_of(entry.path) or 'a file'}, and no folder of a trial"))
            continue
        others = []
        for file in entries(entry.path, where, damaged):
            place = f"{where}/{file.name}"
            found = read_one(file.path, place, dispute_from_json)
            if isinstance(found, Damage):
                damaged.append(found)
            elif found is None:  # it may go meanwhile
                continue
            elif found.file != place:
                damaged.append(
                    Damage(place, f"holds trial {found.record.id} of another origin, which its name does not say")
                )
            else:
                others.append(found)
        if others:
            yield Dispute(entry.name, here.get(entry.name), tuple(others))


def read_challenges(folder: Path, damaged: list[Damage]) -> Iterator[KeptChallenge]:
    """Read challenge after challenge, sorted by hash.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there.
    """
    return read_each(
        folder, CHALLENGES, "challenge", challenge_from_json, damaged, key=lambda one: one.hash, named=HASH
    )


def dispute_from_json(content: bytes) -> OtherRecord:
    """Read what somebody else has of a trial, checked to the letter; errors are those of :func:`challenge_from_json`."""
    data = _object(content)
    if data.keys() != {"origin", "author", "record"}:
        raise NotARecord("does not follow the format: must have origin, author and record")
    origin, author = data["origin"], data["author"]
    if not isinstance(origin, str) or not re.fullmatch(r"[0-9a-f]{64}", origin):
        raise NotARecord("does not follow the format: origin: must be 64 hexadecimal digits")
    if not isinstance(author, str):
        raise NotARecord("does not follow the format: author: must be a text")
    return OtherRecord(origin, said(author), record_from_json(json.dumps(data["record"]).encode()))


def challenge_from_json(content: bytes) -> KeptChallenge:
    """Read a challenge that was kept, checked to the letter.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/bundle-format.md says.
    """
    return validated(_challenges, _object(content))


def _object(content: bytes) -> dict[str, Any]:
    """Return the object that a file of format 1 holds, without its format."""
    try:
        data = once(content)
    except NotAManifest as error:
        raise NotARecord(str(error)) from None
    return without_format(data, FORMAT)


def _plain(record: Record) -> dict[str, Any]:
    final = (record.results.final or {}).get(f"test_{record.task.primary}")
    baseline = dict(record.task.baseline.settings)
    own = {kind: held for kind, held in record.trial.recipe.settings if baseline.get(kind) != held}
    return {
        "outcome": record.outcome.value,
        "reason": record.reason,
        "primary": record.task.primary,
        "final": final,
        "numerics": record.environment.numerics,
        "compared": ", ".join(f"{kind} {' + '.join(one.name for one in held)}" for kind, held in own.items())
        or "baseline",
        "seed": record.trial.seed,
    }


_challenges: TypeAdapter[KeptChallenge] = TypeAdapter(KeptChallenge)

"""A bundle's manifest: what it is, whose, by which rules, and the SHA-256 of every file. Its own is the bundle's hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from benchsuite.bundle.errors import LARGEST_FILE, MOST_FILES
from benchsuite.bundle.names import wrong_names
from benchsuite.bundle.places import SINCE_2, format_of, strangers
from benchsuite.outcomes import Outcome
from benchsuite.record import Count, MadeBy, Name, Positive, printable
from benchsuite.rules import RulesVersion
from benchsuite.study_files import MOMENT, Word

FORMAT = 2
"""The newest; a bundle without claims is written as format 1, which readers of before know."""
MANIFEST = "manifest.json"
STATEMENTS = "statements/"
"""Below it lies what others found, which comes after the manifest and is not named by it."""
LARGEST_MANIFEST = 16 * 2**20
MOST_LETTERS = 10_000
"""Of a note or a claim."""

Sha256 = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
Note = Annotated[str, Field(strict=True, max_length=MOST_LETTERS)]
Author = Annotated[Name, Field(max_length=200)]
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class HeldFile:
    """A file of a bundle.

    Args:
        sha256: Of its content, 64 hexadecimal digits.
        bytes: Of its content.
    """

    __pydantic_config__ = EXACT

    sha256: Sha256
    bytes: Annotated[int, Field(strict=True, ge=0, le=LARGEST_FILE)]


@dataclass(frozen=True)
class BundleRules:
    """By what the numbers of a bundle may be compared.

    Args:
        engine: Of all its records.
        protocol: See :data:`benchsuite.rules.PROTOCOL`.
        record_format: Of its records.
        tasks: Name → version, of each task that it has records of.
    """

    __pydantic_config__ = EXACT

    engine: Count
    protocol: Positive
    record_format: Positive
    tasks: dict[Name, Positive]

    @property
    def version(self) -> RulesVersion:
        """The same without the tasks."""
        return RulesVersion(self.engine, self.protocol, self.record_format)


@dataclass(frozen=True)
class Challenged:
    """What a bundle answers.

    Args:
        manifest_sha256: The hash of the bundle that it answers.
        claim: What it says against that, in a sentence.
    """

    __pydantic_config__ = EXACT

    manifest_sha256: Sha256
    claim: Annotated[str, Field(strict=True, min_length=1, max_length=MOST_LETTERS)]


@dataclass(frozen=True)
class BundleCounts:
    """How much a bundle holds.

    Args:
        records: Trials.
        outcomes: Outcome → how many of them ended so; each that occurs.
        searches: Searches.
        studies: Study files.
        tasks: Tasks.
    """

    __pydantic_config__ = EXACT

    records: Count
    outcomes: dict[Outcome, Positive]
    searches: Count
    studies: Count
    tasks: Count


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a bundle says of itself.

    Args:
        made_by: The code that wrote it.
        made: When, UTC, ISO 8601.
        command: The words that made it, of paths the last part alone.
        rules: By what its numbers may be compared.
        author: Who signs it; empty if nobody does.
        note: What they say of it.
        challenges: What it answers; ``None`` if it is no challenge.
        thin: Whether its records are :func:`~benchsuite.thinned.thinned`: most curves hold the first two, the final and the best
            evaluation alone.
        counts: How much it holds.
        files: Name → hash and size, of each file but the manifest itself and what lies in ``statements/``.
    """

    __pydantic_config__ = EXACT

    made_by: MadeBy
    made: Annotated[str, Field(strict=True, pattern=MOMENT)]
    command: Annotated[tuple[Word, ...], Field(max_length=10_000)]
    rules: BundleRules
    author: Author = ""
    note: Note = ""
    challenges: Challenged | None = None
    thin: Annotated[bool, Field(strict=True)] = False
    counts: BundleCounts
    files: Annotated[dict[str, HeldFile], Field(max_length=MOST_FILES)]


class NotAManifest(Exception):
    """Raised for a manifest that cannot be read; its text says why, as the end of a sentence."""


class NewerManifest(NotAManifest):
    """Raised for one that a newer benchsuite wrote."""


def manifest_to_json(manifest: Manifest) -> bytes:
    """Return the content of ``manifest.json``: equal manifests are equal bytes."""
    data = printable({"format": format_of(manifest.files), **asdict(manifest)})
    data["counts"]["outcomes"] = {Outcome(key).value: count for key, count in data["counts"]["outcomes"].items()}
    return json.dumps(data, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False).encode() + b"\n"


def manifest_from_json(content: bytes) -> Manifest:
    """Read a manifest, checked to the letter.

    Raises:
        NewerManifest: If a newer benchsuite wrote it.
        NotAManifest: If it is not whole, or not as docs/reference/bundle-format.md says.
    """
    data = once(content)
    number = data.pop("format", None) if isinstance(data, dict) else None
    if type(number) is not int or number < 1:
        raise NotAManifest(f"must be an object whose format is 1 to {FORMAT}")
    if number > FORMAT:
        raise NewerManifest(f"has format {number}; this benchsuite reads up to {FORMAT}")
    try:
        manifest = _manifests.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "top level"
        raise NotAManifest(f"{where}: {first['msg']}") from None
    except RecursionError:
        raise NotAManifest("it is nested too deeply") from None
    if wrong := wrong_names(manifest.files) or _reserved(manifest.files) or strangers(manifest.files):
        raise NotAManifest(wrong)
    if number < format_of(manifest.files):
        raise NotAManifest(f"has format {number}, in which no bundle has {', '.join(SINCE_2)}")
    if sum(manifest.counts.outcomes.values()) != manifest.counts.records:
        raise NotAManifest("counts.outcomes: must add up to counts.records")
    return manifest


def once(content: bytes) -> Any:
    """Read JSON in which no object has a key twice: readers differ in which of the two they believe.

    Raises:
        NotAManifest: If it is none, or has numbers or letters that JSON does not.
    """

    def pairs(held: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(held)
        if len(found) < len(held):
            keys = [key for key, _ in held]
            double = next(key for key in keys if keys.count(key) > 1)
            raise NotAManifest(f"has the key {double!r} twice in one object")
        return found

    try:
        data = json.loads(content.decode(), object_pairs_hook=pairs, parse_constant=_refuse, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise NotAManifest(f"is not whole JSON ({error})") from None
    if printable(data) != data:
        raise NotAManifest("a text in it holds a lone surrogate, which is no letter")
    return data


def sha256(content: bytes) -> str:
    """Return 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _reserved(files: Mapping[str, HeldFile]) -> str:
    for name in files:
        if name.casefold() == MANIFEST or name.casefold().startswith(STATEMENTS):
            return f"files: {name!r} cannot be named by the manifest"
    return ""


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _whole(text: str) -> int:
    if len(text) > 20:
        raise ValueError(f"a whole number of {len(text):,} digits")
    return int(text)


_manifests: TypeAdapter[Manifest] = TypeAdapter(Manifest)

"""A statement: what somebody found who verified a bundle, signed off by name. Pages show it, bundles carry it.

It says of which bundle and which records, by their hashes, and from which number the sample was drawn, so that anybody can draw it again.
docs/reference/statement-format.md describes the JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter

from benchsuite.record import Count, Name, Record
from benchsuite.versioned_json import of_format, to_json, validated

FORMAT = 1
LARGEST = 4 * 2**20
"""Bytes of a statement's file. One of a sample of 1,000 trials has 0.3 million."""
PASS, FAIL, INCONCLUSIVE = "PASS", "FAIL", "INCONCLUSIVE"
VERDICTS = (PASS, FAIL, INCONCLUSIVE)
MOST_WORDS = 2_000
"""Letters of one text."""
MOST_LINES = 1_000
"""Reasons, or trials, of one statement."""

Verdict = Annotated[str, Field(strict=True, pattern="^(PASS|FAIL|INCONCLUSIVE)$")]
Said = Annotated[str, Field(strict=True, max_length=MOST_WORDS)]
Hash = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
Id = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{32}$")]
Day = Annotated[str, Field(strict=True, pattern=r"^\d{4}-\d{2}-\d{2}$")]
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class RuleCheck:
    """What one rule found.

    Args:
        name: Of the rule.
        verdict: ``PASS``, ``FAIL``, ``INCONCLUSIVE``; or ``SKIPPED`` where it could not be applied, with the reason.
        what: What it checks, a sentence.
        reasons: What is wrong, or what it could not see, a line each.
    """

    name: Name
    verdict: Annotated[str, Field(strict=True, pattern="^(PASS|FAIL|INCONCLUSIVE|SKIPPED)$")]
    what: Said
    reasons: Annotated[tuple[Said, ...], Field(max_length=MOST_LINES)] = ()


@dataclass(frozen=True)
class Rerun:
    """A trial of the sample, trained again.

    Args:
        id: Of the trial.
        task: Its task.
        what: What it compares, in words.
        agrees: ``bits``: every number; ``tolerance``: within what other hardware explains; ``beyond``: further apart than that,
            as one in twenty may be by chance; ``so far``: alike until one of the two ran out of time or memory; ``no``; ``not run``.
        words: Why not, or how far off.
    """

    id: Id
    task: Name
    what: Name
    agrees: Annotated[str, Field(strict=True, pattern="^(bits|tolerance|beyond|so far|no|not run)$")]
    words: Said = ""


@dataclass(frozen=True)
class DrawnSample:
    """How the sample was drawn.

    Args:
        n: Trials asked for.
        seed: The verifier's number.
        of: Trials in the bundle.
    """

    n: Count
    seed: Count
    of: Count


@dataclass(frozen=True)
class Statement:
    """What a verifier found.

    Args:
        bundle: SHA-256 of the bundle's manifest.
        verdict: ``PASS``, ``FAIL`` or ``INCONCLUSIVE``.
        reasons: Why, a line each.
        checks: What each rule found.
        rerun: The sample.
        sample: How it was drawn.
        machine: Where it was trained again, in words.
        versions: Package → version, there.
        verifier: Who signs it.
        date: Of the day, ISO 8601.
        records: What :func:`records_hash` gives of the bundle's records: the same numbers published anew have another manifest.
            Empty in statements of before, which are about no records that anybody could name.
    """

    bundle: Hash
    verdict: Verdict
    reasons: Annotated[tuple[Said, ...], Field(max_length=MOST_LINES)]
    checks: Annotated[tuple[RuleCheck, ...], Field(max_length=MOST_LINES)]
    rerun: Annotated[tuple[Rerun, ...], Field(max_length=MOST_LINES)]
    sample: DrawnSample
    machine: Name = ""
    versions: Annotated[dict[Name, Name], Field(max_length=MOST_LINES)] = field(default_factory=dict)
    verifier: Annotated[Name, Field(max_length=200)] = ""
    date: Day | None = None
    records: Annotated[str, Field(strict=True, pattern="^([0-9a-f]{64})?$")] = ""

    def for_page(self) -> dict[str, Any]:
        """Return what a page shows of it, as plain data."""
        return {**asdict(self), "line": self.line}

    @property
    def repeated(self) -> int:
        """How many trials of the sample were trained again and agree."""
        return sum(one.agrees in ("bits", "tolerance") for one in self.rerun)

    @property
    def line(self) -> str:
        """The statement in one line."""
        who = self.verifier or "somebody"
        when = f", {self.date}" if self.date else ""
        bits = sum(one.agrees == "bits" for one in self.rerun)
        again = (
            f"{self.repeated} of {len(self.rerun)} trials trained again agree" if self.rerun else "none trained again"
        )
        return f"{self.verdict}: {who}{when}; {again}{f', {bits} to the bit' if bits else ''}"


def records_hash(records: Iterable[Record]) -> str:
    """Return what stands for the numbers of some records, 64 hexadecimal digits; their order does not matter.

    It is the SHA-256 of a line for each record, sorted by id: a JSON array of id, outcome, curves and results without traceback,
    with sorted keys, no spaces and no letters beyond ASCII.

    Args:
        records: The records.
    """
    found = hashlib.sha256()
    for record in sorted(records, key=lambda one: one.id):
        numbers = record.numbers()
        line = [record.id, numbers["outcome"], numbers["curves"], numbers["results"]]
        found.update(json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return found.hexdigest()


def statement_to_json(statement: Statement) -> bytes:
    """Return the content of a statement's file: equal statements are equal bytes."""
    return to_json({"format": FORMAT, **asdict(statement)})


def statement_from_json(content: bytes) -> Statement:
    """Read a statement, checked to the letter.

    Args:
        content: Of its file.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/statement-format.md says.
    """
    return validated(_statements, of_format(content, FORMAT))


for _typed in (RuleCheck, Rerun, DrawnSample, Statement):
    setattr(_typed, "__pydantic_config__", EXACT)  # noqa: B010  # a type checker knows of no such attribute
_statements: TypeAdapter[Statement] = TypeAdapter(Statement)

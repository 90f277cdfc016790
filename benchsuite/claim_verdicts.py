"""What came of a claim: its parts with their effects, intervals and words, as ``results/claims/NAME.json`` holds it.

docs/reference/record-format.md describes the JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from benchsuite.record import Count, Name, Positive, Seconds, Truth
from benchsuite.text import LONGEST_REASON
from benchsuite.versioned_json import of_format, to_json, validated

FORMAT = 1

Word = Literal["holds", "does not hold", "cannot tell"]
Id = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{32}$")]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(strict=True, max_length=4_000)]
Reason = Annotated[str, Field(strict=True, max_length=LONGEST_REASON)]
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class GridEdges:
    """A number that a part's effect chose for each seed among those of several arms, by the validation part.

    Args:
        setting: What the number is, such as ``learning_rate of sgd``.
        arms: Names of the arms that were chosen among.
        seeds: In how many seeds one was chosen; where all runs failed none is.
        smallest: The seeds whose chosen number was the smallest of all: a better one may lie below.
        largest: Likewise the largest.
    """

    setting: Name
    arms: tuple[Name, ...]
    seeds: Count
    smallest: tuple[Count, ...]
    largest: tuple[Count, ...]


@dataclass(frozen=True)
class PartVerdict:
    """One number that a claim depends on.

    Args:
        name: Of the part.
        says: What must be so, in one sentence.
        because: Why these bounds.
        unit: Of the number.
        at_least: The smallest effect for which it holds; ``None`` without a bound.
        at_most: The largest; likewise.
        word: The verdict.
        reason: Why it cannot tell, where that is not the interval; empty otherwise.
        estimate: The middle of the seeds' numbers; ``None`` where there is none.
        low: Lower end of the interval; ``None`` for −∞, or where there is none.
        high: Upper end; ``None`` for +∞, or where there is none.
        confidence: What the interval attains, 0 to 1; 1 where nothing is random.
        seeds: How many were asked for.
        effects: One number for each seed, from 0; ``None`` where there is none, or an infinite one.
        trials: Ids of the trials that it is made of, sorted; none where it is computed.
        arms: Name of each arm → ids of its trials, a seed each; empty where it is computed.
        above: Seeds whose number is +∞, since a run failed where that decides.
        below: Seeds whose number is −∞, likewise.
        grids: What its effect chose among arms, and in which seeds at an edge; empty where it chose nothing, or did so by itself.
    """

    name: Name
    says: Text
    because: Text
    unit: Name
    at_least: Real | None
    at_most: Real | None
    word: Word
    reason: Reason
    estimate: Real | None
    low: Real | None
    high: Real | None
    confidence: Annotated[float, Field(strict=True, ge=0, le=1)]
    seeds: Positive
    effects: tuple[Real | None, ...]
    trials: tuple[Id, ...]
    arms: dict[Name, tuple[Id, ...]]
    above: tuple[Count, ...] = ()
    below: tuple[Count, ...] = ()
    grids: tuple[GridEdges, ...] = ()


@dataclass(frozen=True)
class ClaimVerdict:
    """What came of one claim.

    Args:
        name: Of the claim.
        number: Such as ``C7``; empty where it has none.
        sentence: As its source says it.
        source: Where it is said.
        basis: ``theorem``, ``theory`` or ``experience``.
        depends: What the outcome depends on.
        version: Of the claim.
        fingerprint: Of the claim's code and of all components that it uses, when it ran.
        origin: Who registered it: ``bundled``, a file, or a distribution with its version.
        word: The verdict.
        quick: Whether each part had the fewest seeds that can decide it.
        parts: All of them.
        components: Those whose code decides it, such as ``initializer he_normal`` or ``task deep_tanh``, sorted.
        seconds: On the clock of the workers, of its trials (each once) and computations.
        decided_at: When the verdict was made, UTC, ISO 8601.
        numerics: Fingerprint of what the last bits depend on, as in records.
    """

    name: Name
    number: Name
    sentence: Text
    source: Text
    basis: Literal["theorem", "theory", "experience"]
    depends: Text
    version: Count
    fingerprint: Name
    origin: Name
    word: Word
    quick: Truth
    parts: tuple[PartVerdict, ...]
    components: tuple[Name, ...]
    seconds: Seconds
    decided_at: Name
    numerics: Name

    @property
    def label(self) -> str:
        """Its number, or its name where it has none."""
        return self.number or self.name

    def to_json(self) -> bytes:
        """Return the content of its file."""
        return to_json({"format": FORMAT, **asdict(self)})


for _typed in (GridEdges, PartVerdict, ClaimVerdict):
    setattr(_typed, "__pydantic_config__", EXACT)  # noqa: B010  # a type checker knows of no such attribute
_verdicts: TypeAdapter[ClaimVerdict] = TypeAdapter(ClaimVerdict)


def claim_from_json(content: bytes) -> ClaimVerdict:
    """Read the content of a file of ``results/claims``.

    Raises:
        NotARecord: If it is none; a newer format is told apart.
    """
    return validated(_verdicts, of_format(content, FORMAT))

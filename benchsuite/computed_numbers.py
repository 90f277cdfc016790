"""Numbers of a claim's part that were computed, a seed each, as ``results/computed/CLAIM.PART.json`` holds them.

docs/reference/record-format.md describes the JSON.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from benchsuite.record import Name, Seconds
from benchsuite.text import LONGEST_REASON
from benchsuite.versioned_json import of_format, to_json, validated

FORMAT = 1

Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Reason = Annotated[str, Field(strict=True, max_length=LONGEST_REASON)]
Sign = Annotated[int, Field(strict=True, ge=-1, le=1)]
Seed = Annotated[str, Field(strict=True, pattern="^(0|[1-9][0-9]{0,3})$")]
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class ComputedNumber:
    """What was computed for one seed.

    Args:
        value: The number; ``None`` where there is none, or an infinite one.
        reason: Why there is none; empty otherwise.
        seconds: What it took.
        computed_at: When, UTC, ISO 8601.
        infinite: 1 of +∞, −1 of −∞, else 0.
    """

    value: Real | None
    reason: Reason
    seconds: Seconds
    computed_at: Name
    infinite: Sign = 0

    @property
    def number(self) -> float:
        """The number; NaN where there is none."""
        return self.value if self.value is not None else self.infinite * math.inf if self.infinite else math.nan


@dataclass(frozen=True)
class ComputedNumbers:
    """What was computed for one part.

    Args:
        claim: Name of the claim.
        part: Of its part.
        fingerprint: Of the claim's code and version.
        components: ``kind:name`` of each task and component that was used → fingerprint of its code.
        numerics: Fingerprint of what the last bits depend on, as in records.
        numbers: Seed → number.
    """

    claim: Name
    part: Name
    fingerprint: Name
    components: dict[Name, Name]
    numerics: Name
    numbers: dict[Seed, ComputedNumber] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What its file is called, without the ending."""
        return f"{self.claim}.{self.part}"

    def to_json(self) -> bytes:
        """Return the content of its file."""
        return to_json({"format": FORMAT, **asdict(self)})


for _typed in (ComputedNumber, ComputedNumbers):
    setattr(_typed, "__pydantic_config__", EXACT)  # noqa: B010  # a type checker knows of no such attribute
_computed: TypeAdapter[ComputedNumbers] = TypeAdapter(ComputedNumbers)


def computed_from_json(content: bytes) -> ComputedNumbers:
    """Read the content of a file of ``results/computed``.

    Raises:
        NotARecord: If it is none; a newer format is told apart.
    """
    return validated(_computed, of_format(content, FORMAT))

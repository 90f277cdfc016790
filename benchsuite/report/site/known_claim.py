"""A claim as the site knows it: its verdict, what is registered of it, and what has become of its code since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.computed_numbers import ComputedNumbers
from benchsuite.registrations import Registration
from benchsuite.report.tables.claim_words import place

DIGITS = 16
"""Of the half of a verdict's fingerprint that is the claim's own code."""


@dataclass(frozen=True, slots=True)
class OtherVerdict:
    """What somebody else has of a claim.

    Args:
        author: Who; a few words where nobody signed it.
        verdict: Theirs.
    """

    author: str
    verdict: ClaimVerdict


@dataclass(frozen=True)
class KnownClaim:
    """A claim and all that is shown of it.

    Args:
        verdict: What came of it.
        registration: What was registered of it; ``None`` if nothing was.
        computed: Part → what was computed for it.
        code_now: What stands for the claim's own code here and now; empty where it is not registered here, ``None`` where nobody
            looked, as for a page that others shall make again elsewhere.
        file_now: SHA-256 of its file now; empty where that is not known.
        others: Verdicts of others that differ.
    """

    verdict: ClaimVerdict
    registration: Registration | None = None
    computed: Mapping[str, ComputedNumbers] = field(default_factory=dict)
    code_now: str | None = ""
    file_now: str = ""
    others: tuple[OtherVerdict, ...] = ()

    @property
    def code_then(self) -> str:
        """What stood for the claim's own code when the verdict was made."""
        return self.verdict.fingerprint[:DIGITS]

    @property
    def changed(self) -> bool:
        """Whether the claim's own code is other code now than when its verdict was made."""
        return bool(self.code_now) and self.code_now != self.code_then

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, by which an equal site is known."""
        return asdict(self)


def in_order(claims: Iterable[KnownClaim]) -> list[KnownClaim]:
    """Return claims in the order of their numbers, those without one behind."""
    return sorted(claims, key=lambda one: place(one.verdict))

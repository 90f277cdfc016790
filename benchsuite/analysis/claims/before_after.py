"""Which results came before a registration, and which after: those that came before can have suggested what was registered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class BeforeAfter:
    """How many results came when.

    Args:
        before: Before the registration, or in the same second.
        after: After it.
        unknown: Of nobody knows when.
    """

    before: int = 0
    after: int = 0
    unknown: int = 0

    @property
    def whole(self) -> int:
        """All of them."""
        return self.before + self.after + self.unknown

    @property
    def words(self) -> str:
        """In words: ``all 12 results came after it``."""
        if not self.whole:
            return "there are no results yet"
        if self.after == self.whole:
            return f"all {self.whole} results came after it" if self.whole > 1 else "the one result came after it"
        unknown = f", of {self.unknown} nobody knows" if self.unknown else ""
        return f"of {self.whole} results {self.before} came before it and {self.after} after{unknown}"


def before_after(registered_at: str, times: Iterable[str]) -> BeforeAfter:
    """Count results by when they came.

    Args:
        registered_at: UTC, ISO 8601.
        times: When each result was there, likewise; empty where nobody knows.
    """
    at = _moment(registered_at)
    found = [_moment(time) for time in times]
    known = [moment for moment in found if moment is not None]
    if at is None:
        return BeforeAfter(unknown=len(found))
    before = sum(moment <= at for moment in known)
    return BeforeAfter(before, len(known) - before, len(found) - len(known))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

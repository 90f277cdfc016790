"""A mistake that people make, and how an error is known to come from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchsuite.conformance.places import Place


@dataclass(frozen=True)
class Seen:
    """What is known of an error.

    Args:
        kind: Of the component.
        types: Names of its class and of those of its causes.
        said: What it says.
        traceback: The whole traceback.
        place: The author's line that raised; ``None`` where none did.
        source: What stands there.
    """

    kind: str
    types: tuple[str, ...]
    said: str
    traceback: str
    place: Place | None
    source: str


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make.

    Args:
        cure: What it is, and what to write instead.
        said: What the error says, a regular expression.
        types: Names of the error's class; any unless given.
        kinds: Kinds of components that make it; all unless given.
        source: What stands in the author's line, a regular expression; anything unless given.
        raised: Whether a line of the author's raised; ``None`` where that says nothing.
    """

    cure: str
    said: str = ""
    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    source: str = ""
    raised: bool | None = None

    def fits(self, seen: Seen) -> bool:
        """Say whether an error is likely to come from it."""
        return (
            (not self.types or bool({*self.types} & {*seen.types}))
            and (not self.kinds or seen.kind in self.kinds)
            and (self.raised is None or self.raised is (seen.place is not None))
            and re.search(self.said, seen.said) is not None
            and re.search(self.source, seen.source) is not None
        )

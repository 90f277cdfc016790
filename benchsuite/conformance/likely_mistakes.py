"""The likely mistake behind an error, and what to write instead: by what was raised, what it says, and the author's line."""

from __future__ import annotations

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


def cure_of(seen: Seen) -> str:
    """Return the likely mistake and its cure; empty where none is known."""
    return ""

"""What became of one promise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What became of one promise.

    Args:
        promise: The promise, in words.
        problem: Why it is broken, in words; empty if kept.
        traceback: Of the error behind it, if there was one.
    """

    promise: str
    problem: str = ""
    traceback: str = ""

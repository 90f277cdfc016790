"""What a diagnosis says: a word, a sentence with its numbers, and whether something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Diagnosis:
    """What one look at a training found.

    Args:
        name: What was looked at, in lower-case letters and underscores: ``learning_rate``, ``dead_units``, ``curvature``.
        word: What was found, in a few letters: ``too large``, ``overfits``, ``healthy``.
        says: One or two sentences with the numbers.
        alarm: Whether something is wrong; else it is healthy, or only worth knowing.
        remedy: What the notes, or the paper, would do about it; empty where nothing is to be done.
        numbers: What was measured and compared, by name; NaN where there is no number.
        source: Where the threshold comes from: a place in the notes N0 to N4, a paper, or the reason for it.
    """

    name: str
    word: str
    says: str
    alarm: bool
    remedy: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    source: str = ""

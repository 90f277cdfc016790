"""What a search tells of a longer one: what the best of k of its trials is worth, and what as many more would be likely to bring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchsuite.analysis.numbers.best_of_k import best_of

FEWEST = 4
"""Of fewer trials there is no half to compare with."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The best of k settings for growing k, and what it says of more.

    Args:
        k: How many settings.
        expected: The expected best of so many; −∞ where all of them may fail.
        low: A tenth of all draws of k settings have a best below it.
        high: A tenth have one above it.
        last_doubling: What the second half of the settings brings on average; ``None`` of too few, or where half may all fail.
        any_order: Whether the settings could have come in any order: else these numbers are those of a tuner that does not
            learn, and one that does has had the easy part before.
    """

    k: tuple[int, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    last_doubling: float | None
    any_order: bool

    def chance_of_better(self, more: int) -> float:
        """Return the chance that one of so many further settings is better than all that there are.

        m / (n + m), whatever the distribution of the results, if they come in any order.

        Args:
            more: How many further settings, m.
        """
        return more / (self.k[-1] + more)


def outlook(scores: Sequence[float | None], any_order: bool) -> Outlook | None:
    """Return what the settings of a search say of a longer one; ``None`` if there is none that completed.

    Args:
        scores: Of each setting that was trained to the end, larger is better; ``None`` failed.
        any_order: Whether they could have come in any order.
    """
    values = np.array([-math.inf if score is None else score for score in scores])
    if not np.isfinite(values).any():
        return None
    found = best_of(values)
    count = len(values)
    half = float(found.expected[count // 2 - 1]) if count >= FEWEST else -math.inf
    last = float(found.expected[-1]) - half if math.isfinite(half) else None
    return Outlook(
        tuple(found.k.tolist()), tuple(found.expected.tolist()), tuple(found.low.tolist()), tuple(found.high.tolist()),
        last, any_order,
    )  # fmt: skip

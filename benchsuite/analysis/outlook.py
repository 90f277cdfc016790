"""What a search tells of a longer one: what the best of k of its trials is worth, and what the second half of them brought."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchsuite.analysis.budget_curves import expected_best
from benchsuite.searches import Search

FEWEST = 4
"""Of fewer trials there is no half to compare with."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The best of k settings for growing k, and what it says of more.

    Args:
        k: How many settings, the default among them.
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


def outlook(search: Search, any_order: bool) -> Outlook | None:
    """Return what the settings of a search say of a longer one; ``None`` if there is none that completed.

    The best of k is that of budget curves: the default first, and k − 1 settings that the tuner proposed.

    Args:
        search: The search.
        any_order: Whether its proposals could have come in any order.
    """
    found = expected_best(search)
    if not np.isfinite(found.expected).any():
        return None
    count = len(found.k)
    half = float(found.expected[count // 2 - 1]) if count >= FEWEST else -math.inf
    last = float(found.expected[-1]) - half if math.isfinite(half) else None
    return Outlook(
        tuple(found.k.tolist()), tuple(found.expected.tolist()), tuple(found.low.tolist()), tuple(found.high.tolist()),
        last, any_order,
    )  # fmt: skip

"""What the numbers of a part decide: it holds, it does not hold, or nobody can tell.

The interval of the seeds' numbers is Hodges and Lehmann's, exact, at 95 % for all parts of a claim together (Bonferroni: each at
1 − 0.05/parts). Within the bounds: it holds. Outside of them: it does not. Across one, or not as sure as wanted: nobody can tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchsuite.analysis.inference.shift import Shift, paired_shift
from benchsuite.claim_verdicts import GridEdges, Word

ROUNDING = 1e-12
"""A confidence that is met exactly must not fail by the last digit of a sum."""


@dataclass(frozen=True)
class Numbers:
    """One number for each seed.

    Args:
        values: From seed 0; ±∞ where a run failed and that decides, NaN where there is none.
        reasons: Seed → why it has none.
        grids: What was chosen for each seed among values, and where at their edge.
    """

    values: tuple[float, ...]
    reasons: Mapping[int, str] = field(default_factory=dict)
    grids: tuple[GridEdges, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What numbers decide.

    Args:
        word: The verdict.
        reason: Why nobody can tell, where that is not the interval; empty otherwise.
        shift: The middle of the numbers with its interval and the confidence that this attains.
    """

    word: Word
    reason: str
    shift: Shift


def decision(numbers: Numbers, low: float, high: float, confidence: float) -> Decision:
    """Return what the numbers of a part decide; a single one is its own interval.

    Args:
        numbers: Of the part's seeds.
        low: The smallest effect for which it holds; −∞ without a bound.
        high: The largest; likewise.
        confidence: What the interval must attain, above 0 and below 1.
    """
    values = numbers.values
    there = [value for value in values if not math.isnan(value)]
    alone = len(values) == 1
    found = Shift(there[0], there[0], there[0], 1.0) if alone and there else paired_shift(there, confidence)
    if len(there) < len(values):
        return Decision("cannot tell", _without(numbers), found)
    if found.attained < confidence - ROUNDING:
        reason = (
            f"{len(values)} seeds are too few: their widest interval has a confidence of {found.attained:.2%}, and "
            f"{confidence:.2%} is wanted"
        )
        return Decision("cannot tell", reason, found)
    if low <= found.low and found.high <= high:
        return Decision("holds", "", found)
    outside = found.high < low or high < found.low
    return Decision("does not hold" if outside else "cannot tell", "", found)


def word_of_all(words: Sequence[Word]) -> Word:
    """Return the verdict on a claim: it holds if all parts do, it does not if any does not."""
    if all(word == "holds" for word in words):
        return "holds"
    return "does not hold" if "does not hold" in words else "cannot tell"


def _without(numbers: Numbers) -> str:
    seeds = [seed for seed, value in enumerate(numbers.values) if math.isnan(value)]
    many = (
        f"{len(seeds)} of {len(numbers.values)} seeds gave no number; seed {seeds[0]}: "
        if len(numbers.values) > 1
        else ""
    )
    return f"{many}{numbers.reasons.get(seeds[0]) or 'the effect is not a number'}"

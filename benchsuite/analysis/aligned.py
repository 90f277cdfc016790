"""The runs of two sides of one task with larger better, seed by seed where both have the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.paired import pair_differences, signed_ranks
from benchsuite.analysis.two_sides import TwoSides

Floats = NDArray[np.float64]
Ranks = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Doubled ranks of the sizes of differences, and their signs."""


@dataclass(frozen=True)
class Aligned:
    """Two samples with larger better, of the same seeds where they have some.

    Args:
        a: One value a seed; −∞ failed.
        b: Of the same seeds in the same order, if ``paired``.
        paired: Whether they are.
    """

    a: Floats
    b: Floats
    paired: bool

    @cached_property
    def differences(self) -> Floats:
        """A − B, pair by pair; of seeds that are not the same, in their order, which is as good as any. Two failures are equal."""
        n = min(len(self.a), len(self.b))
        return pair_differences(self.a[:n], self.b[:n])

    @cached_property
    def ranks(self) -> Ranks:
        """The doubled ranks of these differences by size, and their signs."""
        return signed_ranks(self.differences)


def aligned(sides: TwoSides) -> Aligned:
    """Return the samples of a task: the seeds that both have, if these are two or more; else all of both.

    Args:
        sides: What was measured; seeds without a value are left out.
    """
    sign = 1.0 if sides.direction == "max" else -1.0
    of_a, of_b = (
        {seed: sign * float(value) for seed, value in zip(seeds, values, strict=True) if not math.isnan(value)}
        for seeds, values in ((sides.seeds_a, sides.a), (sides.seeds_b, sides.b))
    )
    common = sorted(of_a.keys() & of_b.keys())
    if len(common) >= 2 or (common and len(of_a) == len(of_b) == 1):
        return Aligned(np.array([of_a[seed] for seed in common]), np.array([of_b[seed] for seed in common]), True)
    return Aligned(
        np.array([of_a[seed] for seed in sorted(of_a)]), np.array([of_b[seed] for seed in sorted(of_b)]), False
    )

"""What so many seeds can show at all: the smallest effect that is found four times in five, and how many seeds another needs.

The reference is two normal distributions of one spread. The test is that of
:func:`~benchsuite.analysis.inference.difference.difference`.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from benchsuite.analysis.inference.outcome import Values, present
from benchsuite.analysis.inference.paired import pair_differences, smallest_p_of_pairs, smallest_p_paired
from benchsuite.analysis.inference.shift import paired_place, two_sample_place
from benchsuite.analysis.inference.two_samples import smallest_p
from benchsuite.errors import BenchsuiteError

SIMULATED_SEEDS = 20
"""Up to so many seeds of each method the effect is simulated; beyond, Student's test stands for it."""
SAMPLES = 4000
"""Pairs of samples that are drawn, always the same: the effect is right to some 3 %."""


@lru_cache(maxsize=1024)
def smallest_effect(n: int, *, paired: bool = False, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest effect that n seeds of each method show with that power; infinite if they can show none.

    A test by ranks finds an effect exactly where it exceeds how far the lower end of the interval lies below the true
    shift. So the smallest effect is the ``power`` quantile of that distance over samples in which nothing differs.

    Args:
        n: Seeds of each method.
        paired: Whether both have the same seeds.
        alpha: The two-sided level of the one test; that of the family ÷ its size where there are several.
        power: The wanted chance of finding it.

    Returns:
        The effect in standard deviations: of one method's runs, or, with ``paired``, of the differences within pairs.
    """
    for name, share in (("alpha", alpha), ("power", power)):
        if not 0 < share < 1:
            raise BenchsuiteError(f"{name} must lie between 0 and 1, both excluded. Received: {share!r}.")
    least = smallest_p_of_pairs(n) if paired else smallest_p(n, n)
    if n < 1 or least > alpha * (1 + 1e-12):
        return math.inf
    if n > SIMULATED_SEEDS:
        from scipy.special import stdtrit

        # 3/π is the efficiency of ranks against Student's test where the values are normal.
        degrees = n - 1 if paired else 2 * n - 2
        reach = float(stdtrit(degrees, 1 - alpha / 2) + stdtrit(degrees, power)) * math.sqrt(math.pi / 3)
        return reach * math.sqrt((1 if paired else 2) / n)
    generator = np.random.Generator(np.random.PCG64(n))
    a, b = generator.standard_normal((2, SAMPLES, n))
    reaches = np.empty(SAMPLES)
    signed = paired and smallest_p_paired(n) <= alpha * (1 + 1e-12)
    first, second = np.triu_indices(n)
    for start in range(0, SAMPLES, 250):  # some megabytes at a time
        part = slice(start, start + 250)
        d = (a[part] - b[part]) / math.sqrt(2)
        if signed:
            place, _ = paired_place(n, 1 - alpha)
            reaches[part] = -np.partition((d[:, first] + d[:, second]) / 2, place - 1)[:, place - 1]
            continue
        place, _ = two_sample_place(n, n, 1 - alpha)
        apart = (a[part, :, None] - b[part, None, :]).reshape(len(d), -1)
        reaches[part] = -np.partition(apart, place - 1)[:, place - 1]
        if paired:  # all pairs in one direction, and Mann and Whitney
            reaches[part] = np.maximum(reaches[part] / math.sqrt(2), -d.min(axis=1))
    return float(np.quantile(reaches, power, method="inverted_cdf"))


def deviation(a: Values, b: Values, *, paired: bool) -> float:
    """Return the standard deviation that effects are measured in: of the differences within pairs, or of the runs, pooled.

    Failed runs have no part in it. NaN where there are too few others.

    Args:
        a: One value for each run; larger is better, −∞ failed, NaN not there.
        b: Those of the other method; with ``paired`` for the same seeds in the same order.
        paired: Whether both have the same seeds.
    """
    samples = [pair_differences(a, b)] if paired else [present(a), present(b)]
    numbers = [sample[np.isfinite(sample)] for sample in samples]
    degrees = sum(max(0, len(sample) - 1) for sample in numbers)
    squares = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in numbers if len(sample))
    return math.sqrt(squares / degrees) if degrees else math.nan


def more_seeds(
    effect: float,
    deviation: float,
    *,
    n: int,
    paired: bool = False,
    alpha: float = 0.05,
    power: float = 0.8,
    test_error: float = 0.0,
    most: int = 1000,
) -> int | None:
    """Return how many more seeds of each method would show such an effect with that power; ``None`` if ``most`` would not.

    No number of seeds makes up for a test set that is too small: its error stays, whatever the seeds.

    Args:
        effect: The difference to be shown, such as the one that was estimated.
        deviation: What effects are measured in, see :func:`deviation`.
        n: Seeds of each method that are there.
        paired: Whether both have the same seeds.
        alpha: The two-sided level of the one test.
        power: The wanted chance of finding it.
        test_error: The standard error of the difference from the finite test set.
        most: The most seeds of each method, those that are there included.
    """
    if not math.isfinite(effect) or not math.isfinite(deviation) or not effect:
        return None
    from scipy.special import ndtri

    fixed = float(ndtri(1 - alpha / 2) + ndtri(power)) * test_error
    left = effect**2 - fixed**2
    if left <= 0:
        return None

    def enough(seeds: int) -> bool:
        reach = smallest_effect(seeds, paired=paired, alpha=alpha, power=power)
        return math.isfinite(reach) and (reach * deviation) ** 2 <= left

    low, high = max(n, 1), max(n, 1)
    if enough(low):
        return low - n
    while not enough(high):
        if high >= most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high - n

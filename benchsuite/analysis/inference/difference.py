"""The comparison of two methods on one task: which of the tests and intervals is used with how many seeds, and why.

The choice is made by the number of runs and by whether the seeds are the same; by the values in one case only, told below.
It was settled by the simulations of ``benchmarks/coverage.py``, whose tables docs/explanation/statistics.md shows:

- Seeds of its own for each: Mann and Whitney's exact test, with Hodges and Lehmann's interval.
- The same seeds for both: Wilcoxon's exact signed ranks of the differences, with the interval that belongs to them.
  Where all n ≥ 10 differences have one sign, this test is at the end of what it can say, 2 ÷ 2ⁿ, however large they are;
  there Mann and Whitney's p stands in for it if it is smaller. Of fewer pairs that would break the level where seeds
  that are lucky for one are unlucky for the other. No single test at 5 % is changed by it, only those of large tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.outcome import Test, Values, check_confidence
from benchsuite.analysis.inference.paired import (
    FEWEST_IN_ONE_DIRECTION,
    pair_differences,
    present_pairs,
    smallest_p_of_pairs,
    wilcoxon,
)
from benchsuite.analysis.inference.population import for_population
from benchsuite.analysis.inference.shift import Shift, paired_shift, shift
from benchsuite.analysis.inference.ties import rounding
from benchsuite.analysis.inference.two_samples import mann_whitney
from benchsuite.errors import BenchsuiteError


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one method is than another on one task.

    Args:
        estimate: By how much the first is better (larger than 0) or worse; infinite where that comes from failed
            runs, NaN without runs.
        low: Lower end of the interval; with an error of the test set, for the population.
        high: Upper end.
        p: The two-sided probability of such samples if nothing differs; with an error of the test set, for the
            population.
        method: The test in words.
        n: Pairs, or runs of the smaller sample.
        smallest_p: The smallest p that so many runs could give.
        interval_method: The interval in words.
        attained: The confidence that the interval has against the chance of the seeds, 0 to 1.
        seeds_p: p for this very test set: the chance of the seeds only.
        test_error: The standard error that the finite test set adds, 0 where the claim is about this very test set.
    """

    estimate: float
    low: float
    high: float
    p: float
    method: str
    n: int
    smallest_p: float
    interval_method: str
    attained: float
    seeds_p: float
    test_error: float


def difference(a: Values, b: Values, *, paired: bool, confidence: float = 0.95, test_error: float = 0.0) -> Difference:
    """Compare the runs of two methods on one task.

    With an error of the test set the claim is about data that nobody has measured yet, and both errors count: the
    seeds', read off p as the normal error that would have given it, and the test set's, added as squares. The ends of
    the interval move out likewise. p is then never smaller than for the seeds alone.

    Args:
        a: One value for each run; larger is better, −∞ failed, NaN not there.
        b: Those of the other method; with ``paired`` for the same seeds in the same order.
        paired: Whether both have the same seeds.
        confidence: The wanted confidence of the interval, above 0 and below 1.
        test_error: The standard error of the difference from the finite test set (see
            :mod:`benchsuite.analysis.inference.test_set`); 0 for a claim about this very test set.

    Raises:
        BenchsuiteError: If ``test_error`` is negative or no number, or the samples do not fit.
    """
    check_confidence(confidence)
    if not 0 <= test_error < math.inf:
        raise BenchsuiteError(f"test_error must be a number from 0 on. Received: {test_error!r}.")
    if paired:
        first, second = present_pairs(a, b)
        differences = pair_differences(first, second)
        test = _paired_test(first, second, differences)
        interval = paired_shift(differences, confidence, rounding(first, second))
        words = "Hodges–Lehmann of the pairs"
    else:
        test, interval = mann_whitney(a, b), shift(a, b, confidence)
        words = "Hodges–Lehmann"
    if test.n and interval.attained < confidence:
        words += f", the widest there is: {interval.attained:.1%}"
    low, high = with_test_error(interval, confidence, test_error)
    return Difference(
        estimate=interval.estimate,
        low=low,
        high=high,
        p=for_population(test.p, interval.estimate, test_error),
        method=test.method,
        n=test.n,
        smallest_p=test.smallest_p,
        interval_method=words,
        attained=interval.attained,
        seeds_p=test.p,
        test_error=test_error,
    )


def _paired_test(a: NDArray[np.float64], b: NDArray[np.float64], differences: NDArray[np.float64]) -> Test:
    """Return Wilcoxon's test, refined where all differences of ten pairs or more have one sign."""
    test = wilcoxon(differences)
    n = test.n
    if n >= FEWEST_IN_ONE_DIRECTION and abs(int(np.sign(differences).sum())) == n:
        apart = mann_whitney(a, b)
        if apart.p < test.p:
            test = replace(test, p=apart.p, method=f"{apart.method} (all {n} pairs differ in one direction)")
    return replace(test, smallest_p=smallest_p_of_pairs(n))


def with_test_error(interval: Shift, confidence: float, test_error: float) -> tuple[float, float]:
    """Return the ends of the interval, moved out by the error of the test set."""
    middle = interval.estimate
    if not test_error or not math.isfinite(middle):
        return interval.low, interval.high
    from scipy.special import ndtri

    reach = float(ndtri((1 + confidence) / 2)) * test_error
    return middle - math.hypot(middle - interval.low, reach), middle + math.hypot(interval.high - middle, reach)

"""What a test of two samples says, and how the values of a sample are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchsuite.errors import BenchsuiteError

Values = Sequence[float] | NDArray[np.float64]
"""One value for each run: larger is better, −∞ failed, NaN not there."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test of the hypothesis that nothing differs, two-sided.

    Args:
        statistic: What the test orders the samples by; larger speaks for the first.
        p: The probability, if nothing differs, of a statistic at least so far from its middle on either side.
        method: The test in words, with how the probability was found.
        n: Runs of the smaller sample, or pairs.
        smallest_p: The smallest probability that so many runs could give.
    """

    __test__: ClassVar[bool] = False  # else pytest would take it for a class of tests

    statistic: float
    p: float
    method: str
    n: int
    smallest_p: float


def present(values: Values) -> NDArray[np.float64]:
    """Return the runs that are there, as a line of float64.

    Raises:
        BenchsuiteError: If the values are no line.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1:
        raise BenchsuiteError(
            f"a sample is one value for each run. Received: an array of shape {sample.shape}. Give one dimension."
        )
    return sample[~np.isnan(sample)]


def minus(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a − b, where two failed runs are equal: 0, which −∞ − −∞ is not by itself."""
    with np.errstate(invalid="ignore"):
        return np.where(a == b, 0.0, a - b)


def doubled_ranks(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return twice the rank of each value, 1 (so 2) for the smallest; equal values share the mean of their ranks.

    Twice, because a mean of ranks may end in ½ and sums of whole numbers are exact.
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((2 * last - count + 1)[place], dtype=np.int64)


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is no share.

    Raises:
        BenchsuiteError: If it does not lie between 0 and 1, both excluded.
    """
    if not 0 < confidence < 1:
        raise BenchsuiteError(f"confidence must lie between 0 and 1, both excluded. Received: {confidence!r}.")

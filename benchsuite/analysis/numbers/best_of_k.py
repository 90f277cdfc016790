"""What the best of k tuning trials is worth, for every k: exactly, from the trials that were logged.

The distribution of the best of k is known from the ordered values alone. Two formulas give it. *Without replacement* asks
for k different trials out of the n that were run: P(best ≤ x₍ᵢ₎) = C(i, k) / C(n, k). Its expectation is unbiased for
k ≤ n (Tang et al. 2020), and beyond n it says nothing. *With replacement* (Dodge et al. 2019) takes the n values for the whole
distribution: P(best ≤ x₍ᵢ₎) = (i/n)ᵏ. It exists for any k and is biased towards too small values, the more so the
closer k comes to n, since a best value that nobody drew cannot come.

Both hold for trials that could have come in any order: those of random search, not those of a tuner that learns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class BestOf:
    """The best of k trials, for several k.

    Args:
        k: ``[k]``: how many trials.
        expected: The mean of the best; −∞ where k failed trials may come together and no value was stated for that.
        low: Below it the best stays with the probability (1 − coverage)/2: −∞ where that is a failure.
        high: Above it the best comes with the same.
        middle: The median of the best.
        error: Standard error of ``expected`` as an estimate from n trials, by leaving out each of them; NaN for k = n
            without replacement, of which there is one sample.
    """

    k: NDArray[np.int64]
    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    middle: NDArray[np.float64]
    error: NDArray[np.float64]


def best_of(
    values: ArrayLike,
    k: ArrayLike | None = None,
    *,
    replacement: bool = False,
    coverage: float = 0.8,
    failed: float = -np.inf,
) -> BestOf:
    """Return the distribution of the best of k trials.

    Args:
        values: ``[trials]``, larger is better; −∞ failed and is worse than any number; missing ones are left out.
        k: How many trials; all from 1 to n if ``None``.
        replacement: Take the formula with replacement; see above.
        coverage: How much of the distribution lies between ``low`` and ``high``.
        failed: What ``expected`` takes for k failed trials, such as the value of an untrained network. It has no
            influence on anything else.

    Raises:
        BenchsuiteError: If some k is below 1, or larger than the number of trials without replacement.
    """
    held = np.sort(np.asarray(values, dtype=np.float64).ravel())
    held = held[~np.isnan(held)]
    count = len(held)
    asked = np.arange(1, count + 1) if k is None else np.atleast_1d(np.asarray(k, dtype=np.int64))
    if (asked < 1).any() or (not replacement and (asked > count).any()):
        raise BenchsuiteError(
            f"the best of k needs 1 ≤ k, and without replacement k ≤ {count}, the trials that there are. "
            f"Received: {asked.tolist()!r}. Ask for smaller ones, or for the formula with replacement."
        )
    if not count:
        nothing = np.full(len(asked), np.nan)
        return BestOf(asked, nothing, nothing, nothing, nothing, nothing)
    below = best_distribution(count, asked, replacement)
    chances = np.diff(below, axis=1, prepend=0.0)
    stated = np.where(np.isneginf(held), failed, held)
    expected = _expectation(chances, stated)
    tails = (1 - coverage) / 2, 0.5, (1 + coverage) / 2
    low, middle, high = (held[(below < share - 1e-12).sum(axis=1).clip(max=count - 1)] for share in tails)
    return BestOf(asked, expected, low, high, middle, _jackknife(stated, asked, expected, replacement))


def running_best(values: ArrayLike) -> NDArray[np.float64]:
    """Return the best so far after each trial, ``[…, trials]``: the one curve that a tuner that learns has.

    Args:
        values: ``[…, trials]`` in the order in which they were tried; a missing one changes nothing, −∞ failed.
    """
    given = np.asarray(values, dtype=np.float64)
    return np.asarray(np.fmax.accumulate(given, axis=-1)) if given.shape[-1] else given


def best_distribution(count: int, asked: NDArray[np.int64], replacement: bool) -> NDArray[np.float64]:
    """Return P(best of k ≤ i-th smallest of all values) as ``[k, count]``.

    Args:
        count: How many values there are.
        asked: ``[k]``: how many are drawn.
        replacement: Whether a value may be drawn again.
    """
    places = np.arange(1, count + 1, dtype=np.float64)
    if replacement:
        return np.asarray((places / count) ** asked[:, None])
    # C(i, k) / C(n, k) = Π_{j<k} (i − j)/(n − j), one factor after another: no factorial overflows.
    found = np.ones((len(asked), count))
    for row, many in enumerate(asked.tolist()):
        taken = np.arange(many, dtype=np.float64)
        found[row] = np.prod(np.clip(places[:, None] - taken, 0, None) / (count - taken), axis=1)
    return found


def _expectation(chances: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(chances > 0, chances * values, 0.0).sum(axis=1))


def _jackknife(
    held: NDArray[np.float64], asked: NDArray[np.int64], expected: NDArray[np.float64], replacement: bool
) -> NDArray[np.float64]:
    """Return √((n − 1)/n · Σ (E₋ᵢ − Ē)²), all E₋ᵢ at once: without the i-th value those above it move down one place."""
    count = len(held)
    found = np.full(len(asked), np.nan)
    possible = np.isfinite(expected) & ((asked < count) | replacement)
    if count < 2 or not possible.any():
        return found
    chances = np.diff(best_distribution(count - 1, asked[possible], replacement), axis=1, prepend=0.0)
    with np.errstate(invalid="ignore"):
        upper = np.where(chances > 0, chances * held[1:], 0.0)  # value j + 1 at place j: something below it is left out
        lower = np.where(chances > 0, chances * held[:-1], 0.0)
    sums_lower = np.concatenate([np.zeros((len(chances), 1)), np.cumsum(lower, axis=1)], axis=1)
    sums_upper = np.concatenate([np.cumsum(upper[:, ::-1], axis=1)[:, ::-1], np.zeros((len(chances), 1))], axis=1)
    each = sums_lower + sums_upper
    spread = ((each - each.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    found[possible] = np.sqrt((count - 1) / count * spread)
    return found

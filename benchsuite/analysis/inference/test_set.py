"""How far a measure on so many test examples lies from what it would be on all data of their kind: the error of a finite test set.

More seeds do not make it smaller. It counts where a claim is about the population: that a method is better on such
data, not just on these examples. An accuracy is a mean over examples; what follows holds for any mean of values from
0 to 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchsuite.errors import BenchsuiteError

ADDED = 2
"""Agresti and Coull: as many right and as many wrong examples are added, else an accuracy of 1 would have no error."""


def binomial_error(accuracy: float, examples: int) -> float:
    """Return the standard error of an accuracy from the finite test set: √(p(1 − p)/(N + 4)), p with 2 right and 2 wrong added.

    Args:
        accuracy: The share of right examples, 0 to 1; a mean over seeds is one too.
        examples: Test examples (N).

    Raises:
        BenchsuiteError: If the accuracy is no share, or there is no example.
    """
    if not 0 <= accuracy <= 1 or examples < 1:
        raise BenchsuiteError(
            f"an accuracy lies from 0 to 1, on at least one example. Received: {accuracy!r} on {examples!r}. "
            "Give the share of right examples."
        )
    share = (accuracy * examples + ADDED) / (examples + 2 * ADDED)
    return math.sqrt(share * (1 - share) / (examples + 2 * ADDED))


def unpaired_examples_error(a: float, b: float, examples: int) -> float:
    """Return the standard error of the difference of two accuracies whose predictions are not known.

    It takes the errors of the two as if they had nothing in common: √(error² + error²). Methods tend to fail on the
    same examples, so it is too large rather than too small.

    Args:
        a: The accuracy of one method, 0 to 1; a mean over seeds is one too.
        b: That of the other.
        examples: Test examples.
    """
    return math.hypot(binomial_error(a, examples), binomial_error(b, examples))


def least_examples_error(difference: float, examples: int) -> float:
    """Return the least standard error that a difference of two accuracies can have: √(D(1 − D)/N), D at least one example.

    That is the error if no example spoke against it: all that differ, N·D of them, do in one direction. A difference
    that is none by this error is none by any; one that is may still be none, since the true error is larger.

    Args:
        difference: The difference of the accuracies of two runs, −1 to 1; of means over runs it may lie below.
        examples: Test examples (N).

    Raises:
        BenchsuiteError: If the difference is none of shares, or there is no example.
    """
    if not -1 <= difference <= 1 or examples < 1:
        raise BenchsuiteError(
            "a difference of accuracies lies from −1 to 1, on at least one example. "
            f"Received: {difference!r} on {examples!r}. Give the difference of two shares."
        )
    size = max(abs(difference), 1 / examples)
    return math.sqrt(size * max(1 - size, 1 / examples) / examples)


def least_examples_errors(differences: NDArray[np.float64], examples: int) -> NDArray[np.float64]:
    """Return :func:`least_examples_error` of many differences, to the bit.

    Args:
        differences: Each from −1 to 1.
        examples: Test examples, at least one.
    """
    sizes = np.maximum(np.abs(differences), 1 / examples)
    return np.sqrt(sizes * np.maximum(1 - sizes, 1 / examples) / examples)


def paired_examples_error(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the standard error of the difference of two means over the same test examples: s/√N of the differences.

    The examples on which both are right, or both wrong, say nothing about the difference and drop out, so it is much
    smaller than that of unknown predictions. Seeds are averaged for each example first. Where the values are 0 and 1 it
    is at least 1/N: one example, however the seeds share it, lies within one error.

    Args:
        a: The value of each example, such as 1 where it is predicted right, [examples] or [seeds, examples].
        b: Those of the other method, of the same examples; the seeds may be others.

    Raises:
        BenchsuiteError: If the examples are not the same number, or none.
    """
    first, second = (np.atleast_2d(np.asarray(values, dtype=np.float64)).mean(axis=0) for values in (a, b))
    if first.shape != second.shape or not first.size:
        raise BenchsuiteError(
            f"paired examples are the same for both. Received: {first.shape[-1]} and {second.shape[-1]}. "
            "Give the values of one test set."
        )
    return mean_examples_error(first, second, all(np.isin(values, (0.0, 1.0)).all() for values in (a, b)))


def mean_examples_error(first: NDArray[np.float64], second: NDArray[np.float64], shares: bool) -> float:
    """Return the standard error of the difference of two means over the same examples, whose seeds are averaged already.

    Args:
        first: The mean over the seeds of each example, [examples].
        second: That of the other method.
        shares: Whether all values were 0 and 1: then it is at least one example.
    """
    differences = first - second
    count = len(differences)
    spread = float(differences.std(ddof=1)) if count > 1 else 1.0
    error = spread / math.sqrt(count)
    return max(error, 1 / count) if shares else error

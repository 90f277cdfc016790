"""How far the difference of two selections may lie from that on all data of their kind, since the part they are measured on is finite."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.test_set import paired_examples_error
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record

SHARE = "accuracy"
"""The measure that is a mean over examples of 0 and 1."""
Right = Callable[[Record], NDArray[np.float64] | None]
"""Record → for each test example whether it was predicted right, 1 or 0; ``None`` where predictions are not stored."""


def part_error(
    a: Sequence[Record],
    b: Sequence[Record],
    difference: float,
    measure: TrialMeasure,
    sizes: tuple[int, int, int] | None,
    right: Right | None = None,
) -> float:
    """Return the standard error of a difference of accuracies that comes from a finite part; 0 where nobody can say.

    Where all trials of both sides have stored predictions it is that of the differences example by example; else the least
    that such a difference can have, as if no example spoke against it. Other measures have none that is known.

    Args:
        a: The records of A.
        b: The records of B.
        difference: The mean of A minus that of B.
        measure: What is compared.
        sizes: Examples in the training, validation and test part; ``None`` if nobody knows.
        right: Gives what was predicted right in the test part.
    """
    if measure.of not in ("validation", "test") or measure.loss or a[0].task.primary != SHARE:
        return 0.0
    if measure.of == "test" and right is not None:
        each = [[right(record) for record in side if record.outcome.finished] for side in (a, b)]
        first, second = ([one for one in side if one is not None] for side in each)
        whole = len(first) + len(second) == sum(map(len, each)) and len({len(one) for one in (*first, *second)}) == 1
        if first and second and whole:
            return paired_examples_error(np.array(first), np.array(second))
    if sizes is None or not -1 <= difference <= 1:
        return 0.0
    return least_error(difference, sizes[1 if measure.of == "validation" else 2])


def least_error(difference: float, examples: int) -> float:
    """Return the error of a difference of accuracies if no example spoke against it: √(D(1 − D)/N), D at least one example.

    So one example lies within one error, and four that all speak for one side are the fewest that lie beyond two.

    Args:
        difference: The difference, −1 to 1.
        examples: In the part (N).
    """
    size = max(abs(difference), 1 / examples)
    return math.sqrt(size * max(1 - size, 1 / examples) / examples)


def right_of(outputs: NDArray[np.float32], targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return for each example whether the largest output is that of its class; of several outputs an example their mean.

    Args:
        outputs: Logits, ``[examples, …, classes]``.
        targets: ``[examples, …]``.
    """
    same = (outputs.argmax(axis=-1) == targets).astype(np.float64)
    return np.asarray(same.reshape(len(same), -1).mean(axis=1))

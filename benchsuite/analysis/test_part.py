"""How far the difference of two selections may lie from that on all data of their kind, since the part they are measured on is finite."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.test_set import least_examples_error, mean_examples_error
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record

SHARE = "accuracy"
"""The measure that is a mean over examples of 0 and 1."""
Right = Callable[[Record], NDArray[np.float64] | None]
"""Record → for each test example whether it was predicted right, 1 or 0; ``None`` where predictions are not stored."""


@dataclass(frozen=True)
class TestParts:
    """What is known of the parts that accuracies are measured on.

    Args:
        sizes: Task → examples in its training, validation and test part.
        right: Gives what was predicted right in the test part.
    """

    __test__ = False  # no test of pytest's

    sizes: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    right: Right | None = None


@dataclass(frozen=True, eq=False)
class MeasuredPart:
    """The part of one task that rows are measured on.

    Args:
        examples: In it; 0 where nobody knows.
        right: Of each row the share of its seeds that predicted each example right, and whether single seeds gave 0 and 1 alone;
            ``None`` where not all of its predictions are stored.
    """

    examples: int = 0
    right: tuple[tuple[NDArray[np.float64], bool] | None, ...] = ()

    def only(self, rows: Iterable[int]) -> MeasuredPart:
        """Return the same part with some of the rows."""
        return replace(self, right=tuple(self.right[row] for row in rows) if self.right else ())

    def error(self, one: int, other: int, difference: float) -> float:
        """Return the standard error of a difference of two rows; 0 where nobody can say.

        Args:
            one: The first row.
            other: The second.
            difference: The mean of the first minus that of the second.
        """
        first, second = (self.right[one], self.right[other]) if self.right else (None, None)
        if first and second and len(first[0]) == len(second[0]):
            return mean_examples_error(first[0], second[0], first[1] and second[1])
        return least_examples_error(difference, self.examples) if self.examples and -1 <= difference <= 1 else 0.0


def part_of(
    rows: Sequence[Sequence[Record]],
    measure: TrialMeasure,
    primary: str,
    sizes: tuple[int, int, int] | None,
    right: Right | None = None,
) -> MeasuredPart | None:
    """Return the part that rows of one task are measured on; ``None`` where a measure has no error that is known.

    Args:
        rows: The records of each row.
        measure: What is compared.
        primary: The task's primary measure.
        sizes: Examples in the training, validation and test part; ``None`` if nobody knows.
        right: Gives what was predicted right in the test part.
    """
    if measure.of not in ("validation", "test") or measure.loss or primary != SHARE:
        return None
    examples = sizes[1 if measure.of == "validation" else 2] if sizes else 0
    predicted = measure.of == "test" and right is not None
    return MeasuredPart(examples, tuple(_predicted(records, right) for records in rows) if predicted and right else ())


def _predicted(records: Sequence[Record], right: Right) -> tuple[NDArray[np.float64], bool] | None:
    each = [right(record) for record in records if record.outcome.finished]
    held = [one for one in each if one is not None]
    if not held or len(held) < len(each) or len({len(one) for one in held}) > 1:
        return None
    values = np.array(held)
    return values.mean(axis=0), bool(np.isin(values, (0.0, 1.0)).all())


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
    part = part_of((a, b), measure, a[0].task.primary, sizes, right)
    return 0.0 if part is None else part.error(0, 1, difference)


def right_from(predicted: Callable[[str], Mapping[str, Any] | None], ids: Container[str] | None = None) -> Right:
    """Return what gives, for a record, what its stored predictions got right.

    Args:
        predicted: Id → stored predictions.
        ids: The trials that have some; whoever is asked unless given.
    """

    def right(record: Record) -> NDArray[np.float64] | None:
        found = predicted(record.id) if ids is None or record.id in ids else None
        return None if found is None else right_of(found["test_outputs"], found["test_targets"])

    return right


def right_of(outputs: NDArray[np.float32], targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return for each example whether the largest output is that of its class; of several outputs an example their mean.

    Args:
        outputs: Logits, ``[examples, …, classes]``.
        targets: ``[examples, …]``.
    """
    same = (outputs.argmax(axis=-1) == targets).astype(np.float64)
    return np.asarray(same.reshape(len(same), -1).mean(axis=1))

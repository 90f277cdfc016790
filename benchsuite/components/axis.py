"""Along which numbers a task can be scaled: width, depth, data, batch, noise, condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchsuite.components.fields import LONGEST_SUMMARY, is_finite, listed, shown
from benchsuite.errors import BenchsuiteError

EXAMPLES = "examples"
"""The axis by which the harness shortens the training part: its first N examples, so that each is a part of the next."""


@dataclass(frozen=True)
class Axis:
    """Values along which a task can be scaled, from small to large: what ``benchsuite scale --over`` takes one by one.

    Its name says how it acts: ``batch_size``, or a knob of the task's ``architecture``, by ``--with name=value``; ``examples``
    keeps the first N of the training part; of every other name the task's ``instance`` makes what it replaces.

    Args:
        values: Numbers from small to large, two or more. The least and the largest are its limits as well: what lies outside
            of them is refused, but for a knob of the ``architecture``, which has the limits of its own space.
        default: The task's own, one of the values.
        summary: One line: what it is, and its unit.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    values: Sequence[float]
    default: float
    summary: str = ""

    def __post_init__(self) -> None:
        values = listed("values of an axis", self.values, "numbers from small to large")
        rising = all(map(is_finite, values)) and all(one < two for one, two in pairwise(values))
        if len(values) < 2 or not rising:
            raise BenchsuiteError(
                f"values of an axis must be two or more finite numbers from small to large. Received: {shown(list(values))}."
            )
        object.__setattr__(self, "values", values)
        if not is_finite(self.default) or self.default not in values:
            raise BenchsuiteError(
                f"the default of an axis must be the task's own value, one of {', '.join(map(shown, values))}. "
                f"Received: {shown(self.default)}."
            )
        if not isinstance(self.summary, str) or len(self.summary) > LONGEST_SUMMARY:
            raise BenchsuiteError(
                f"summary of an axis must be text of at most {LONGEST_SUMMARY} letters. Received: {shown(self.summary)}."
            )

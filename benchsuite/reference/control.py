"""The control: a stored baseline that ran again here, on a machine that rounds otherwise, against what is stored of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SEEDS = 3
"""Of the control on each task: enough to see a machine that computes something else, at the price of a fifth of a search."""
LEAST_WIDTH = 1e-3
"""Of the stored range, relative to its middle: where all seeds end alike, so much rounding alone may do."""


@dataclass(frozen=True)
class Control:
    """What the control gave on one task.

    Args:
        task: The task.
        stored: One number a stored seed; infinite where it failed.
        here: One number a seed that ran here.
    """

    task: str
    stored: Sequence[float]
    here: Sequence[float]

    @property
    def agrees(self) -> bool:
        """Whether every seed that ran here lies where the stored ones do.

        That is within their range, widened on both sides by its own width: of ten stored seeds a value that is distributed as
        they are lies outside once in a hundred thousand times. A failure agrees where a stored seed failed as well.
        """
        numbers = [value for value in self.stored if math.isfinite(value)]
        lost = len(numbers) < len(self.stored)
        if not numbers:
            return all(not math.isfinite(value) for value in self.here)
        low, high = min(numbers), max(numbers)
        width = max(high - low, LEAST_WIDTH * abs(low + high) / 2)
        return all(low - width <= value <= high + width if math.isfinite(value) else lost for value in self.here)

    @property
    def words(self) -> str:
        """What was stored and what came here."""
        return f"{_range(self.stored)} stored, {_range(self.here)} here"


def controls(stored: Mapping[str, Sequence[float]], here: Mapping[str, Sequence[float]]) -> list[Control]:
    """Return the control of each task that has one, sorted by task.

    Args:
        stored: Task → one number a stored seed.
        here: Task → one number a seed that ran here.
    """
    return [Control(task, stored[task], here[task]) for task in sorted(stored) if here.get(task)]


def _range(values: Sequence[float]) -> str:
    numbers = [value for value in values if math.isfinite(value)]
    failed = f", {len(values) - len(numbers)} failed" if len(numbers) < len(values) else ""
    if not numbers:
        return f"all {len(values)} failed"
    low, high = f"{min(numbers):.4g}", f"{max(numbers):.4g}"
    return (low if low == high else f"{low} to {high}") + failed

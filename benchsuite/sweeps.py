"""Sweeps: ``1e-4..1:log9`` in a selection stands for nine values of a hyperparameter, both ends among them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass

from benchsuite.errors import BenchsuiteError
from benchsuite.spaces import Integer, LogUniform, OneMinusLogUniform, Space, Uniform, Value

MOST_VALUES = 10_000
SCALES = ("log", "lin")
NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
FORM = "Write low..high:logN or low..high:linN with N from 2, such as 1e-4..1:log9; of whole numbers low..high as well."
DIGITS = 12
"""Of a value between the ends: 0.001 and not 0.0010000000000000002, so that it is the trial that one types."""


@dataclass(frozen=True)
class EvenValues:
    """Evenly spaced values of one hyperparameter.

    Args:
        low: The smallest.
        high: The largest.
        scale: ``log`` or ``lin``; empty for every whole number.
        count: How many; 0 for every whole number.
    """

    low: float | int
    high: float | int
    scale: str = ""
    count: int = 0

    def __str__(self) -> str:
        ends = f"{json.dumps(self.low)}..{json.dumps(self.high)}"
        return f"{ends}:{self.scale}{self.count}" if self.scale else ends

    def values(self, space: Space, what: str) -> list[Value]:
        """Return the values, smallest first, each once: the ends exactly, those between rounded to twelve digits.

        On a log scale it is the value that grows by equal factors; of a hyperparameter whose own scale is that of 1 − value,
        such as momentum, 1 − value shrinks so. Whole numbers are rounded.

        Args:
            space: Of the hyperparameter.
            what: It, for errors.

        Raises:
            BenchsuiteError: If an end lies outside the space, or its values cannot be spaced so.
        """
        if not isinstance(space, Uniform | LogUniform | OneMinusLogUniform | Integer):
            raise BenchsuiteError(f"{what} must be {space.describe()}: a sweep is for ranges. Received: {str(self)!r}.")
        ends = [space.checked(end, what) for end in (self.low, self.high)]
        low, high = (float(end) for end in ends)  # type: ignore[arg-type]  # these spaces hold numbers
        whole = isinstance(space, Integer)
        wrong = ""
        if not low < high:
            wrong = "goes from the smaller value to the larger"
        elif not self.scale and not whole:
            wrong = "says how many values it has"
        elif self.scale and not 2 <= self.count <= MOST_VALUES:
            wrong = f"has 2 to {MOST_VALUES:,} values"
        elif not self.scale and high - low >= MOST_VALUES:
            wrong = f"has up to {MOST_VALUES:,} values"
        elif self.scale == "log" and low <= 0 and not isinstance(space, OneMinusLogUniform):
            wrong = "on a log scale begins above 0"
        if wrong:
            raise BenchsuiteError(f"a sweep {wrong}. Received: {str(self)!r} for {what}. {FORM}")
        if not self.scale:
            return list(range(int(low), int(high) + 1))
        inner = [self._between(low, high, number / (self.count - 1), space) for number in range(1, self.count - 1)]
        if whole:
            inner = [round(value) for value in inner]
        clamped: list[Value] = [ends[0], *(min(max(value, low), high) for value in inner), ends[1]]
        return list(dict.fromkeys(space.checked(value, what) for value in clamped))

    def _between(self, low: float, high: float, share: float, space: Space) -> float:
        """Return the value that lies so far from the low end to the high one."""
        if self.scale == "lin":
            return _rounded(low * (1 - share) + high * share)
        if isinstance(space, OneMinusLogUniform):
            return float(f"{1 - _rounded(_geometric(1 - low, 1 - high, share)):.15g}")
        return _rounded(_geometric(low, high, share))


def read_sweep(text: str) -> EvenValues | None:
    """Return the sweep that a text is, whether or not any space can be swept so; ``None`` if it has not the form of one."""
    match = re.fullmatch(rf"\s*({NUMBER})\s*\.\.\s*({NUMBER})\s*(?::\s*(log|lin)\s*(\d{{1,9}}))?\s*", text)
    if not match:
        return None
    low, high = (_number(match[end]) for end in (1, 2))
    return (
        EvenValues(low, high, match[3] or "", int(match[4] or 0))
        if math.isfinite(low) and math.isfinite(high)
        else None
    )


def _number(text: str) -> float | int:
    return int(text) if re.fullmatch(r"[-+]?\d{1,15}", text) else float(text)


def _geometric(low: float, high: float, share: float) -> float:
    return math.exp((1 - share) * math.log(low) + share * math.log(high))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")

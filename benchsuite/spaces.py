"""Hyperparameter spaces: which values a hyperparameter may take, its default, and how a tuner draws from it."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    import numpy as np

Value = float | int | str | bool | None
LONGEST_VALUE = 200
"""Letters of a value that is text: it stands in tables."""


class Space:
    """The values of one hyperparameter; every space has a ``default`` that lies in it."""

    default: Value

    def contains(self, value: Value) -> bool:
        """Say whether ``value`` lies in the space."""
        raise TypeError(f"{type(self).__name__} must define contains()")

    @property
    def required(self) -> bool:
        """Whether there is no default that means anything: the user must choose."""
        return False

    def describe(self) -> str:
        """Say in words which values are possible."""
        raise TypeError(f"{type(self).__name__} must define describe()")

    def sample(self, generator: np.random.Generator) -> Value:
        """Draw one value with an explicit NumPy generator."""
        raise TypeError(f"{type(self).__name__} must define sample()")

    def checked(self, value: Value, what: str) -> Value:
        """Return ``value`` in the space's own type, or raise a :class:`BenchsuiteError` that names the range.

        Args:
            value: The value as received.
            what: What it belongs to, such as ``"momentum of optimizer 'sgd'"``.
        """
        if not self.contains(value):
            raise BenchsuiteError(f"{what} must be {self.describe()}. Received: {value!r}.")
        return value


def _is_number(value: Any) -> bool:
    # The comparison refuses NaN and infinities, and whole numbers that no float can hold.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _checked_value(value: Any, what: str) -> Value:
    """Return what can be stored of a value, of its plain type: text, a finite number, a switch or nothing."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and _is_number(value):
        return int(value)
    if isinstance(value, float) and _is_number(value):
        return float(value)
    if (
        isinstance(value, str)
        and len(value) <= LONGEST_VALUE
        and not any("\ud800" <= each <= "\udfff" for each in value)
    ):
        return str.__str__(value)
    try:
        received = ascii(value) if isinstance(value, str) else repr(value)
    except Exception:
        received = f"a {type(value).__name__}"
    received = received if len(received) <= 120 else f"{received[:120]}…"
    raise BenchsuiteError(
        f"{what} must be text of at most {LONGEST_VALUE} letters, a finite number, True, False or None: a record has to "
        f"store it. Received: {received}."
    )


def _same(value: Any, other: Any) -> bool:
    """Say whether two values are one: 1 is 1.0, but True is not 1."""
    return bool(value == other and isinstance(value, bool) == isinstance(other, bool))


@dataclass(frozen=True)
class _Range(Space):
    low: float
    high: float
    default: float

    def __post_init__(self) -> None:
        if not (_is_number(self.low) and _is_number(self.high) and self.low < self.high):
            raise BenchsuiteError(
                f"{type(self).__name__} needs finite low < high. Received: low={self.low!r}, high={self.high!r}."
            )
        self.checked(self.default, f"default of {type(self).__name__}({self.low!r}, {self.high!r})")

    def contains(self, value: Value) -> bool:
        return _is_number(value) and self.low <= value <= self.high  # type: ignore[operator]  # _is_number narrows

    def checked(self, value: Value, what: str) -> Value:
        # 1 and 1.0 must be one trial, not two; and so must 0.0 and -0.0.
        return 0.0 + float(super().checked(value, what))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Uniform(_Range):
    """A real number, every value between ``low`` and ``high`` equally likely.

    Args:
        low: Smallest value, included.
        high: Largest value, included.
        default: Value used when nothing else is asked for.
    """

    def describe(self) -> str:
        """Say in words which values are possible."""
        return f"a number from {self.low:g} to {self.high:g}"

    def sample(self, generator: np.random.Generator) -> float:
        """Draw u·(high − low) + low with u uniform on [0, 1)."""
        return float(generator.uniform(self.low, self.high))


@dataclass(frozen=True)
class LogUniform(_Range):
    """A positive real number, uniform on the logarithmic scale: learning rates, penalties.

    Args:
        low: Smallest value, included, above 0.
        high: Largest value, included.
        default: Value used when nothing else is asked for.
        zero: Whether 0, which switches a penalty off, is a value as well; none is drawn at random.
    """

    zero: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low <= 0:
            raise BenchsuiteError(
                f"LogUniform needs low above 0. Received: low={self.low!r}. "
                "Use Uniform to include 0, or zero=True to allow it beside the others."
            )

    def contains(self, value: Value) -> bool:
        """Say whether ``value`` is in the range, or the 0 that is allowed."""
        return super().contains(value) or (self.zero and _is_number(value) and value == 0)

    def describe(self) -> str:
        """Say in words which values are possible."""
        return f"{'0, or ' if self.zero else ''}a number from {self.low:g} to {self.high:g} (log scale)"

    def sample(self, generator: np.random.Generator) -> float:
        """Draw exp(v) with v uniform on [ln low, ln high)."""
        value = math.exp(generator.uniform(math.log(self.low), math.log(self.high)))
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class OneMinusLogUniform(_Range):
    """A real number below 1 whose distance from 1 is uniform on the logarithmic scale: momentum and decay rates β.

    0.9 and 0.99 are as far apart as 0.99 and 0.999; a uniform draw would hardly ever see the last decade.

    Args:
        low: Smallest value, included.
        high: Largest value, included, below 1.
        default: Value used when nothing else is asked for.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.high >= 1:
            raise BenchsuiteError(
                f"OneMinusLogUniform needs high below 1. Received: high={self.high!r}. Use Uniform to include 1."
            )

    def describe(self) -> str:
        """Say in words which values are possible."""
        return f"a number from {self.low:g} to {self.high:g} (1 − value on log scale)"

    def sample(self, generator: np.random.Generator) -> float:
        """Draw 1 − exp(v) with v uniform on [ln(1 − high), ln(1 − low))."""
        value = 1 - math.exp(generator.uniform(math.log(1 - self.high), math.log(1 - self.low)))
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Integer(Space):
    """A whole number from ``low`` to ``high``, both included.

    Args:
        low: Smallest value.
        high: Largest value.
        default: Value used when nothing else is asked for.
    """

    low: int
    high: int
    default: int

    def __post_init__(self) -> None:
        if not (_is_number(self.low) and _is_number(self.high) and self.low < self.high):
            raise BenchsuiteError(f"Integer needs finite low < high. Received: low={self.low!r}, high={self.high!r}.")
        self.checked(self.default, f"default of Integer({self.low!r}, {self.high!r})")

    def contains(self, value: Value) -> bool:
        """Say whether ``value`` is a whole number in the range."""
        return _is_number(value) and float(value) == int(value) and self.low <= value <= self.high  # type: ignore[arg-type,operator]

    def checked(self, value: Value, what: str) -> Value:
        """Return ``value`` as an ``int``, or raise an error that names the range."""
        return int(super().checked(value, what))  # type: ignore[arg-type]

    def describe(self) -> str:
        """Say in words which values are possible."""
        return f"a whole number from {self.low} to {self.high}"

    def sample(self, generator: np.random.Generator) -> int:
        """Draw one of the high − low + 1 numbers, all equally likely."""
        return int(generator.integers(self.low, self.high + 1))


@dataclass(frozen=True)
class Choice(Space):
    """One of a few listed values.

    Args:
        options: The values, all different.
        default: Value used when nothing else is asked for; the first option unless given.
    """

    options: Sequence[Value]
    default: Value = field(default="__first__")

    def __post_init__(self) -> None:
        options = tuple(_checked_value(option, "each option of Choice") for option in self.options)
        object.__setattr__(self, "options", options)
        twice = len({(isinstance(option, bool), option) for option in options}) < len(options)  # as _same has it
        if not self.options or twice:
            raise BenchsuiteError(f"Choice needs at least one option and no option twice. Received: {self.options!r}.")
        if isinstance(self.default, str) and self.default == "__first__":
            object.__setattr__(self, "default", self.options[0])
        object.__setattr__(self, "default", self.checked(self.default, "default of Choice"))

    def contains(self, value: Value) -> bool:
        """Say whether ``value`` is one of the options; 1 is 1.0, but True is not 1."""
        return any(_same(value, option) for option in self.options)

    def checked(self, value: Value, what: str) -> Value:
        """Return the option that equals ``value``, or raise an error that names the options."""
        super().checked(value, what)
        return next(option for option in self.options if _same(value, option))

    def describe(self) -> str:
        """Say in words which values are possible."""
        return f"one of {', '.join(map(repr, self.options))}"

    def sample(self, generator: np.random.Generator) -> Value:
        """Draw one of the options, all equally likely."""
        return self.options[int(generator.integers(len(self.options)))]


@dataclass(frozen=True)
class Fixed(Space):
    """A constant that no tuner varies and no user sets: it is part of the method, shown and hashed like the others.

    Args:
        default: The value.
    """

    default: Value

    def __post_init__(self) -> None:
        object.__setattr__(self, "default", _checked_value(self.default, "the value of Fixed"))

    def contains(self, value: Value) -> bool:
        """Say whether ``value`` is the constant."""
        return _same(value, self.default)

    def checked(self, value: Value, what: str) -> Value:
        """Return the constant, or raise an error that names it."""
        super().checked(value, what)
        return self.default

    def describe(self) -> str:
        """Say in words which values are possible."""
        return f"{self.default!r} (fixed)"

    def sample(self, generator: np.random.Generator) -> Value:
        """Return the constant."""
        return self.default


@dataclass(frozen=True)
class TrialId(Space):
    """The id of another trial, for methods that start from what that trial learned. It has no default: the user must choose."""

    default: Value = None

    @property
    def required(self) -> bool:
        """True: every use names its own trial."""
        return True

    def contains(self, value: Value) -> bool:
        """Say whether ``value`` has the form of an id; whether there is such a trial is seen when it is needed."""
        return isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value) is not None

    def describe(self) -> str:
        """Say in words which values are possible."""
        return "the id of a trial: the 32 hexadecimal digits of its record's name"

    def sample(self, generator: np.random.Generator) -> Value:
        """Refuse: no tuner can draw a trial.

        Raises:
            BenchsuiteError: Always.
        """
        raise BenchsuiteError("the id of a trial cannot be drawn: name one.")


SPACES = (Uniform, LogUniform, OneMinusLogUniform, Integer, Choice, Fixed, TrialId)
"""All there are."""

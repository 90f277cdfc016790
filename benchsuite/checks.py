"""What a value of an option must be, beyond its type, with the words that say so to whoever wrote another."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.errors import BenchsuiteError, unknown


@dataclass(frozen=True)
class Check:
    """A promise about values.

    Args:
        words: What a value must do, as a verb and its object: ``be a whole number from 1``.
        holds: Says whether a value does.
        then: What to write instead, a whole sentence.
        noun: What the words of a closed list are, if the check is one.
        names: The closed list.
    """

    words: str
    holds: Callable[[Any], bool]
    then: str = ""
    noun: str = ""
    names: tuple[str, ...] = ()

    def refusal(self, called: str, value: Any) -> BenchsuiteError:
        """Return the error about a value that does not hold."""
        if self.names:
            given = (value,) if isinstance(value, str) else value
            return unknown(self.noun, next(name for name in given if name not in self.names), self.names)
        received = ", ".join(value) if isinstance(value, tuple) else repr(value)
        return BenchsuiteError(
            f"{called} must {self.words}. Received: {received}.{' ' + self.then if self.then else ''}"
        )


def whole(least: int, most: int | None = None) -> Check:
    """Whole numbers from ``least``, up to ``most`` if there is a bound."""
    if most is None:
        return Check(f"be a whole number from {least}", lambda value: value >= least)
    return Check(f"be a whole number from {least} to {most:,}", lambda value: least <= value <= most)


def above(bound: float) -> Check:
    """Numbers above a bound, infinity among them; not-a-number is none."""
    return Check(f"be a number above {bound:g}", lambda value: value > bound)


def one_of(noun: str, names: Sequence[str]) -> Check:
    """One word of a closed list; of several words, each. Another is refused with the nearest.

    Args:
        noun: What such a word is.
        names: The list.
    """
    words = f"be one of {', '.join(names)}"
    return Check(
        words,
        lambda value: all(name in names for name in ((value,) if isinstance(value, str) else value)),
        noun=noun,
        names=tuple(names),
    )


def form(pattern: str, words: str) -> Check:
    """Text of a form.

    Args:
        pattern: A regular expression that the whole text must match.
        words: What a text must do.
    """
    return Check(words, lambda value: re.fullmatch(pattern, value) is not None)

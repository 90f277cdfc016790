"""A shard: one of several parts of a study, which processes that know nothing of each other can run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchsuite.errors import BenchsuiteError

MOST_SHARDS = 100_000
SHARD_WORDS = "be K/N: the K-th of N parts, counted from 1"
_FORM = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")


@dataclass(frozen=True, order=True)
class Shard:
    """The K-th of N parts of a study.

    Args:
        number: K, from 1.
        of: N.
    """

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> Shard:
        """Read ``K/N``.

        Raises:
            BenchsuiteError: If it is none.
        """
        match = _FORM.fullmatch(text)
        if not match or not int(match[1]) <= int(match[2]) <= MOST_SHARDS:
            raise BenchsuiteError(f"--shard must {SHARD_WORDS}. Received: {text!r}. Example: --shard 3/16.")
        return cls(int(match[1]), int(match[2]))

    @property
    def name(self) -> str:
        """As a part of a file's name: ``3-of-16``."""
        return f"{self.number}-of-{self.of}"

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def asked_shard(text: str | None) -> Shard | None:
    """Return the shard that an option names; ``None`` where nobody gave it, for a whole study.

    Raises:
        BenchsuiteError: If it is none, an empty text included: a variable that nobody set must not run the whole study.
    """
    return None if text is None else Shard.read(text)


def is_shard(text: str) -> bool:
    """Say whether a text names a shard."""
    try:
        Shard.read(text)
    except BenchsuiteError:
        return False
    return True

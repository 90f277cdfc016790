"""Which seeds a study runs, from what a user writes: ``5`` (0 … 4), ``0-9``, ``3,5``, ``0-4,10``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from benchsuite.checks import Check
from benchsuite.errors import BenchsuiteError

MOST_SEEDS = 1_000_000
LARGEST_SEED = 999_999_999
FIRST_TUNING_SEED = 1_000_000_000
"""Tuning trials have this seed and those behind it, which no user can write: no evaluation ever sees them."""
WORDS = f"be a number of seeds from 1 to {MOST_SEEDS:,}, or seeds and ranges such as 0-9, 3,5 or 0-4,10"


def seed_numbers(text: str) -> tuple[int, ...]:
    """Return the seeds that a text means, in the order written.

    Args:
        text: One whole number N for the seeds 0 … N−1; or seeds and ranges, both ends included, separated by commas.

    Raises:
        BenchsuiteError: What is wrong with it, without a full stop.
    """
    if re.fullmatch(r"\s*\d+\s*", text):
        count = int(text[:20])
        if not 1 <= count <= MOST_SEEDS:
            raise BenchsuiteError("")
        return tuple(range(count))
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,20})\s*(?:-\s*(\d{1,20})\s*)?", part)
        if not match:
            raise BenchsuiteError("")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise BenchsuiteError(f"write the smaller seed of a range first: {last}-{first}")
        if last > LARGEST_SEED:
            raise BenchsuiteError(f"the largest seed is {LARGEST_SEED:,}")
        if len(found) + last - first >= MOST_SEEDS:
            raise BenchsuiteError("these are more")
        found += range(first, last + 1)
    seen: set[int] = set()
    for seed in found:
        if seed in seen:
            raise BenchsuiteError(f"seed {seed} stands there twice")
        seen.add(seed)
    return tuple(found)


def joined(seeds: Any) -> Any:
    """Return a study file's list of seeds and ranges as the text that means the same; what is no such list as it is."""
    if (
        not isinstance(seeds, list)
        or not seeds
        or not all(isinstance(seed, int | str) and not isinstance(seed, bool) for seed in seeds)
    ):
        return seeds
    text = ",".join(map(str, seeds))
    return f"{text}-{text}" if re.fullmatch(r"\d+", text) else text  # of a list, even of one, each is a seed


@dataclass(frozen=True)
class SeedsCheck(Check):
    """The check of :func:`seed_numbers`, whose refusal says what is wrong."""

    def refusal(self, called: str, value: Any) -> BenchsuiteError:
        """Return the error about seeds that nobody can run."""
        then = ""
        try:
            seed_numbers(value)
        except BenchsuiteError as error:
            then = str(error)
        said = f" {then[0].upper()}{then[1:]}." if then else ""
        return BenchsuiteError(f"{called} must {self.words}. Received: {value!r}.{said}")


def _readable(text: str) -> bool:
    try:
        seed_numbers(text)
    except BenchsuiteError:
        return False
    return True


SEEDS = SeedsCheck(WORDS, _readable)

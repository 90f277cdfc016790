"""Which variants of its tasks a study runs, from what a user writes: ``3``, ``1-5``, ``2,4``."""

from __future__ import annotations

import re

from benchsuite.checks import Check
from benchsuite.errors import BenchsuiteError
from benchsuite.seed_numbers import seed_numbers

MOST_VARIANTS = 1_000


def variant_numbers(text: str) -> tuple[int, ...]:
    """Return the variants that a text means, in the order written; of one number that variant, of none none.

    Args:
        text: Numbers from 1 and ranges of them, both ends included, separated by commas.

    Raises:
        BenchsuiteError: What is wrong with it, without a full stop.
    """
    if not text.strip():
        return ()
    alone = re.fullmatch(r"\s*(\d{1,20})\s*", text)
    found = seed_numbers(f"{alone[1]}-{alone[1]}" if alone else text)
    if min(found) < 1 or len(found) > MOST_VARIANTS:
        raise BenchsuiteError("0 is the published instance" if min(found) < 1 else "these are more")
    return found


def _readable(text: str) -> bool:
    try:
        variant_numbers(text)
    except BenchsuiteError:
        return False
    return True


VARIANTS = Check(
    f"be variants from 1, at most {MOST_VARIANTS:,} of them: numbers and ranges such as 3, 1-5 or 2,4", _readable
)

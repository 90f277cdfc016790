"""Many tests at once: Holm's correction, which keeps the chance of any false one of the family below the level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchsuite.errors import BenchsuiteError


def holm(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each p corrected for its family: reject where it is at most the level (Holm 1979).

    The i-th smallest of m is multiplied by m + 1 − i, is at least the one before it and at most 1. It holds however
    the tests hang together and is never larger than Bonferroni's m·p. NaN, a test that was not made, stays and does
    not count in the family.

    Args:
        p_values: One p for each test of the family; any shape.

    Raises:
        BenchsuiteError: If one is no probability.
    """
    given = np.asarray(p_values, dtype=np.float64)
    made = ~np.isnan(given)
    family = given[made]
    if ((family < 0) | (family > 1)).any():
        raise BenchsuiteError(
            f"a p-value lies from 0 to 1. Received: {family.min():g} to {family.max():g}. Give NaN for a test that was not made."
        )
    order = np.argsort(family, kind="stable")
    times = np.arange(len(family), 0, -1)
    held = np.empty_like(family)
    held[order] = np.minimum(1.0, np.maximum.accumulate(family[order] * times))
    corrected = given.copy()
    corrected[made] = held
    return corrected

"""Values of hyperparameters as a reader takes them in: three digits, and more of what is near 1."""

from __future__ import annotations

import math

from benchsuite.spaces import Value


def value_text(value: Value) -> str:
    """Return a value as a tick or a row says it."""
    if isinstance(value, float):
        # Of what is near 1 the distance counts: 0.999 and 0.9999 are as far apart as 0.001 and 0.0001.
        digits = 3 if not 0.9 < value < 1 else 2 - math.floor(math.log10(1 - value))
        return f"{value:.{digits}g}"
    return str(value)

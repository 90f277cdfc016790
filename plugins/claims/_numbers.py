"""Ratios that are no number, rather than an error, where there is none."""

import math


def ratio(first, second):
    """Return first/second; NaN where the second is 0."""
    return first / second if second else math.nan


def log_ratio(first, second):
    """Return ln(first/second), ±∞ where one of them is ∞; NaN unless both are above 0, and where both are ∞."""
    return math.log(first) - math.log(second) if first > 0 and second > 0 else math.nan

"""What studies of searches share: the run that validation chooses, and errors compared as ratios."""

import math


def chosen_name(runs, names, measure="validation_loss"):
    """Return which of these names has the run with the least of a measure, the first of equals; ``None`` if none has a number.

    Args:
        runs: Name of the arm → run.
        names: Of the arms to choose among.
        measure: Of the validation part, the less the better.
    """
    found = {name: runs[name].final(measure) for name in names}
    finite = [name for name in names if math.isfinite(found[name])]
    return min(finite, key=found.__getitem__, default=None)


def chosen(runs, names, measure="validation_loss"):
    """Return the run of :func:`chosen_name`; ``None`` if none has a number."""
    name = chosen_name(runs, names, measure)
    return None if name is None else runs[name]


def error(run, measure):
    """Return a measure of the test part at the end; ∞ where there is no run, or it failed."""
    return math.inf if run is None or run.failed else run.final(measure)


def log_ratio(worse, better):
    """Return ln(worse ÷ better): above 0 where the second error is the smaller; NaN if both are infinite."""
    if math.isinf(worse) and math.isinf(better):
        return math.nan
    if math.isinf(worse) or math.isinf(better):
        return math.inf if math.isinf(worse) else -math.inf
    return math.log(worse / better)

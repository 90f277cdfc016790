"""What studies of searches share: the run that validation chooses, and errors compared as ratios."""

import math

import benchsuite as bs


def chosen(runs, names, measure="validation_loss", drawn=False):
    """Return the run that :func:`benchsuite.choose` chooses, with the least of a measure; ``None`` if none has a number.

    Args:
        runs: Name of the arm → run.
        names: Of the arms to choose among.
        measure: Of the validation part, the less the better.
        drawn: Whether the values were drawn at random.
    """
    name = bs.choose(runs, names, measure, drawn=drawn)
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

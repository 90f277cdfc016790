"""What claims about tuned methods share: a grid of learning rates as arms, and the choice among them by validation.

Beside each verdict stands in which seeds a rate at an edge of its grid was chosen: a better one may lie beyond.
"""

import math

import benchsuite as bs

GROWING = ("accuracy", "r2")
"""Measures of which more is better; of all others less is."""

EDGES = "On the grids of rates, beyond whose edges there may be better ones."
"""What a tuned claim depends on."""
WIDENED = "The grids were changed once after a look at seven seeds, which decide as well."
"""What a claim depends on whose grids were."""


def arm(method, rate):
    """Return the name of the arm of a method with a rate: ``sgd_0_01``."""
    return f"{method}_{rate:.10f}".rstrip("0").rstrip(".").replace(".", "_")


def grid(method, task, optimizer, rates, recipe=None, knobs=None):
    """Return an arm for each rate: what is tuned is the learning rate, in the same grid for all that are compared.

    Args:
        method: What the arms are called, letters, digits and underscores; see :func:`arm`.
        task: Name of the task.
        optimizer: Name of the optimizer.
        rates: Its learning rates, growing.
        recipe: Kind → selection, of the other kinds.
        knobs: As of :class:`benchsuite.Arm`.
    """
    return {
        arm(method, rate): bs.Arm(
            task=task,
            recipe={**(recipe or {}), "optimizer": f"{optimizer}[learning_rate={rate:g}]"},
            knobs=knobs or {},
        )
        for rate in rates
    }


def best_rate(runs, method, rates, measure):
    """Return the rate with the best *validation* measure after the last epoch, the smallest of equals; ``None`` if all failed.

    Test parts choose nothing: what is read of the chosen run afterwards is a fresh number.
    """
    names = {arm(method, rate): rate for rate in rates}
    found = bs.choose(runs, list(names), f"validation_{measure}", largest=measure in GROWING)
    return None if found is None else names[found]


def tuned(runs, method, rates, measure):
    """Return the run with the rate that :func:`best_rate` chooses; ``None`` if all failed."""
    rate = best_rate(runs, method, rates, measure)
    return None if rate is None else runs[arm(method, rate)]


def tuned_end(runs, method, rates, measure, guess):
    """Return the test measure after the last epoch of the run that :func:`tuned` gives.

    Args:
        runs: Name of the arm → run.
        method: As of :func:`arm`.
        rates: Of its grid.
        measure: Of the test part; the same of the validation part chooses.
        guess: What it is where every run diverged, such as the accuracy of guessing; NaN if they failed otherwise.
    """
    run = tuned(runs, method, rates, measure)
    if run is not None:
        return run.final(f"test_{measure}")
    return guess if all(runs[arm(method, rate)].outcome == "diverged" for rate in rates) else math.nan


def tuned_first_loss(runs, method, rates, measure):
    """Return the training loss after the first epoch of the run that :func:`tuned` gives.

    It is ∞ where every run diverged, and NaN if they failed otherwise.
    """
    run = tuned(runs, method, rates, measure)
    if run is not None:
        return run.curve("train_loss")[run.epochs.index(1)]
    return math.inf if all(runs[arm(method, rate)].outcome == "diverged" for rate in rates) else math.nan

"""Results that are better than anything the stored reference results hold: when that is told, and how.

Where the reference results hold more of a task than its baseline, their best row by the same measure is what must be beaten: many
methods are better than a baseline on a task that tells methods apart. Of other tasks they hold the baselines as they are declared:
one setting for each task, at its default or the best of a few that its author tried, and of no search. So there are two rules:

- Of a setting that nobody chose either (a component at its defaults, a method that brings its own) it is told whenever it is
  significantly better than all their seeds.
- A setting that was typed in, or found by a search, may well be better than a baseline that was not searched for. Of it is told
  only what is out of proportion (:func:`out_of_proportion`), and that is told of every setting in the stronger words.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchsuite.analysis.inference.two_samples import mann_whitney
from benchsuite.analysis.intervals import Direction

Floats = NDArray[np.float64]

SHARE_OF_ERRORS = 1 / 4
"""Of the mistakes of the best reference seed, for a share of right answers."""
SHARE_OF_LOSS = 1 / 1000
"""Of the loss or error of the best reference seed: a well chosen optimizer and rate have taken two powers of ten off it on
noisy_quadratic, none has taken three."""
SHARE_OF_STEPS = 1 / 10
"""Of what the fastest reference seed took to the same target."""
FIRST = "Look for one first: does it see validation or test examples, or more steps than the budget?"


def is_chosen(name: str, track: str) -> bool:
    """Say whether somebody chose the hyperparameters: a user who typed them, or a search.

    Args:
        name: A selection or the label of a row, such as ``adam[learning_rate=0.01]``.
        track: How hyperparameters were chosen.
    """
    return track == "tuned" or "[" in name


def too_good(
    name: str,
    values: Floats,
    reference: Floats,
    direction: Direction,
    level: float,
    tests: int,
    *,
    of: str = "",
    chosen: bool = False,
    counted: bool = False,
) -> str:
    """Return what to say of results that are significantly better than all that the stored reference results hold; else nothing.

    That is so where the median is better than the best seed of the reference, and Mann and Whitney's test, corrected for as
    many tests, tells the two apart; of a chosen setting, where it is out of proportion besides.

    Args:
        name: What gave them.
        values: One number a seed; failed ones are infinite.
        reference: What the reference results hold of the same measure on the same task and budget: one number a seed.
        direction: ``max`` if larger is better.
        level: The level of the test.
        tests: How many such tests are made.
        of: The stored row that these are of; the baseline as declared unless given.
        chosen: Whether somebody chose its hyperparameters, see :func:`is_chosen`.
        counted: Whether the numbers count steps or epochs to a target.
    """
    sign = 1.0 if direction == "max" else -1.0
    ours, theirs = (sign * one[~np.isnan(one)] for one in (values, reference))
    if not len(ours) or not len(theirs) or not np.median(ours) > theirs.max():
        return ""
    p = mann_whitney(ours, theirs).p * tests
    if p > level:
        return ""
    median, best = sign * float(np.median(ours)), sign * float(theirs.max())
    beyond = out_of_proportion(median, best, direction, counted=counted)
    if chosen and not beyond:
        return ""
    whose = (
        f"{of}, the best of the stored reference results on this task"
        if of
        else "the stored reference results, which are of the task's baseline as declared, found by no search"
    )
    fact = (
        f"{name} is better than all {len(theirs)} seeds of {whose} "
        f"(median {median:.4g}, best reference {best:.4g}, p {p:.2g})"
    )
    if beyond:
        return f"{fact}, and {beyond}: too good until a leak is ruled out. {FIRST}"
    return f"{fact}. A better method may be; where you did not expect it, there may be a leak. {FIRST}"


def out_of_proportion(median: float, best: float, direction: Direction, *, counted: bool) -> str:
    """Return by how much a median beats the best seed of the reference, where better settings alone hardly explain it; else nothing.

    - A share of right answers (larger is better, the reference is at most 1): at most a quarter of its mistakes.
    - Steps or epochs to a target: at most a tenth of them.
    - A loss or an error above 0: at most a thousandth of it; so far no choice of hyperparameters goes where data have noise.
    - Of other measures nothing is known of their proportion.

    Args:
        median: Of the results.
        best: The best seed of the reference.
        direction: ``max`` if larger is better.
        counted: Whether the numbers count steps or epochs to a target.
    """
    if direction == "max":
        few = 0 <= best <= 1 and 1 - median <= SHARE_OF_ERRORS * (1 - best)
        return "it makes at most a quarter of the mistakes of the best of them" if few else ""
    if counted:
        return "it took at most a tenth of the fastest of them" if median <= SHARE_OF_STEPS * best else ""
    low = best > 0 and median <= SHARE_OF_LOSS * best
    return "it has at most a thousandth of what the best of them has left" if low else ""

"""Learning rate too large or too small: from one curve, and from the trainings with a tenth and ten times of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from benchsuite.diagnostics.course import TrialCourse
from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "learning_rate"
LEARNS_NOTHING = "learns nothing"
SOURCE = "N4, “Loss”: a loss that falls slowly has too small a rate; one that rises or is NaN has too large a one"
HIGHER = 1.05
"""A training loss that is above so many times its start has risen: less is noise."""
AT_CHANCE = 0.98
"""A training loss within two per cent of that of outputs 0 has learned nothing; so has one that fell by less than that."""
STEADY = 0.5
"""A loss falls steadily, and so is far from its end, where the second half of the epochs gives at least so much of the mean fall."""
FEWEST = 4
"""Evaluated epochs, that before training among them, of a curve whose halves are compared: of two, each half has the mean fall."""
AMONG_SOURCE = (
    "N4, “Hyper-Parameter Tuning”: try a wide range, and go on where it is best; that 20 % is clearly better is ours"
)
CLEARLY = 0.8
"""Another rate is clearly better where it ends with less than this share of the training loss."""
MATTERS = 0.01
"""… and the difference is more than this share of the loss at the start: near 0 any difference is a large share."""


def learning_rate(course: TrialCourse) -> Diagnosis | None:
    """Say from the training loss alone whether the learning rate is too large or too small; ``None`` without a curve.

    Too large: it diverged, is not a number, or after some epoch lies above 1.05 times its start. Learns nothing: it ends within 2 %
    of the loss of outputs 0, or of its start. Too small: the second half of the epochs still gives at least half of the mean fall,
    and the easiest target of the task was not reached; said of four evaluated epochs or more, the start among them.

    Source: N4. Departs from it in having numbers: the notes read the curve by eye.
    """
    epochs, loss = course.held("train_loss")
    numbers = {"start": float(loss[0]), "end": float(loss[-1])} if len(loss) else {}
    lower = "A tenth of the rate; or a warm-up, or gradient clipping (N0, N2)."
    if course.failed:
        said = course.reason[:1].upper() + course.reason[1:] + "." if course.reason else "The loss left the numbers."
        return Diagnosis(NAME, "too large", said, True, lower, numbers, SOURCE)
    if len(loss) < 2:
        return None
    start, end, top = float(loss[0]), float(loss[-1]), int(loss[1:].argmax()) + 1
    if start > 0 and loss[top] > HIGHER * start:
        said = f"The training loss rose from {start:.4g} to {loss[top]:.4g} in epoch {epochs[top]:.0f}, and ended at {end:.4g}."
        return Diagnosis(NAME, "too large", said, True, lower, {**numbers, "highest": float(loss[top])}, SOURCE)
    least = AT_CHANCE * min(start, course.chance if math.isfinite(course.chance) else start)
    if start > 0 and end > least:
        said = f"The training loss ends at {end:.4g}, where outputs 0 or the starting values are: nothing was learned."
        remedy = (
            "Try rates a hundred times smaller and larger (benchsuite lr-range). Dead units tell of too large a one."
        )
        return Diagnosis(NAME, LEARNS_NOTHING, said, True, remedy, numbers, SOURCE)
    share = _second_half(epochs, loss)
    numbers["second_half"] = share
    if len(loss) >= FEWEST and share >= STEADY and course.reached is False:
        said = (
            f"The training loss falls slowly: after {end:.4g} at the end it still fell at {share:.0%} of its mean pace, and the "
            "easiest target is not reached."
        )
        return Diagnosis(NAME, "too small", said, True, "Ten times the rate; or more epochs.", numbers, SOURCE)
    fell = f"{start:.4g} to {end:.4g}"
    return Diagnosis(NAME, "right", f"The training loss fell from {fell}.", False, "", numbers, SOURCE)


def _second_half(epochs: np.ndarray, loss: np.ndarray) -> float:
    """Return the fall per epoch in the second half of the epochs, as a share of that in all of them."""
    middle = (epochs[0] + epochs[-1]) / 2
    fall = float(loss[0] - loss[-1])
    return 2 * float(np.interp(middle, epochs, loss) - loss[-1]) / fall if fall > 0 else math.nan


def among_rates(rates: Sequence[float], losses: Sequence[float], own: float, start: float) -> Diagnosis | None:
    """Say whether another learning rate ends with a clearly lower training loss; ``None`` with fewer than two rates.

    Clearly: less than 80 % of it, and a difference of more than 1 % of the loss at the start.

    Args:
        rates: Learning rates that were trained with, all else equal.
        losses: The training loss after the last epoch of each; +∞ where it failed.
        own: The rate that is looked at, one of them.
        start: The training loss before training.

    Source: N4. That a fifth less is clearly better is ours.
    """
    by_rate = dict(sorted(zip(rates, losses, strict=True)))
    if len(by_rate) < 2:
        return None
    mine = by_rate[own]
    best = min(by_rate, key=lambda rate: (by_rate[rate], abs(math.log(rate / own))))
    numbers = {f"loss_at_{rate:g}": loss for rate, loss in by_rate.items()}
    told = ", ".join(
        f"{loss:.4g} at {rate:g}" if loss < math.inf else f"fails at {rate:g}" for rate, loss in by_rate.items()
    )
    if best != own and by_rate[best] < CLEARLY * mine and mine - by_rate[best] > MATTERS * abs(start):
        word = "too small" if best > own else "too large"
        said = f"Training losses at the end: {told}; the recipe has {own:g}."
        return Diagnosis(
            NAME, word, said, True, f"A learning rate of {best:g}, and look further there.", numbers, AMONG_SOURCE
        )
    if math.isinf(mine):
        return Diagnosis(NAME, "fails", f"It fails with each rate: {', '.join(f'{rate:g}' for rate in by_rate)}.", True,
                         "Look further below, or at what else fails.", numbers, AMONG_SOURCE)  # fmt: skip
    said = f"Ends: {told}."
    return Diagnosis(NAME, "right", said, False, "", numbers, AMONG_SOURCE)

"""Under- and overfitting from the two curves, and which of the two to treat."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from benchsuite.diagnostics.course import TrialCourse
from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "fit"
SOURCE = (
    "N4, “Overfitting”: the training loss falls on while the validation loss rises. Risen: 5 % above its lowest, the largest "
    "generalization loss of Prechelt 1998, “Early stopping – but when?”"
)
UNDER_SOURCE = "N4, “Overfitting”: both losses are large and close together. Large: above half of that of outputs 0 or of the start; ours"
RISEN = 0.05
MORE_THAN_USUAL = 2.0
"""An alarm where the task's own baseline overfits too: a task of few examples is made so."""
LARGE = 0.5
CLOSE = 0.1
"""Of the training loss."""
AGAINST_VARIANCE = (
    "More data or augmentation, regularization (L2, dropout), early stopping (N2, N4). "
    "A larger net or a longer training does not help."
)
AGAINST_BIAS = (
    "A larger net, a longer training, a better optimizer (N2). More data does not help, nor does dropout, which is for what is "
    "bad on the validation part alone (N1)."
)


def fit(course: TrialCourse) -> Diagnosis | None:
    """Say whether a training under- or overfits; ``None`` where there are fewer than two epochs with both losses.

    With validation losses v after each epoch, overfits: v_end > 1.05·min v while the training loss fell further. It is an alarm
    unless the task's own baseline does so, and this one's rise is at most twice as large: tasks of few examples are made so.
    Underfits: the
    training loss ends above half of that of outputs 0 (of its start, where that is not known), within 10 % of the validation loss,
    and the easiest target was not reached.

    Source: N1, N2 and N4; Prechelt 1998.
    """
    epochs, train, validation = course.held("train_loss", "validation_loss")
    if len(train) < 2 or course.failed:
        return None
    best, end, held_out = int(validation.argmin()), float(train[-1]), float(validation[-1])
    rise = _rise(validation)
    numbers = {
        "train": end,
        "validation": held_out,
        "gap": held_out - end,
        "lowest_validation": float(validation[best]),
        "rise": rise,
    }
    if rise > RISEN and end < float(train[best]):
        said = (
            f"The validation loss was lowest in epoch {epochs[best]:.0f} ({validation[best]:.4g}) and rose to {held_out:.4g} "
            f"(+{rise:.0%}), while the training loss fell to {end:.4g}."
        )
        usual = course.usual_rise
        numbers["usual_rise"] = usual
        if rise <= MORE_THAN_USUAL * usual and usual > RISEN:
            said += f" The task's own baseline rises by {usual:.0%}: it is made so."
            return Diagnosis(NAME, "overfits as usual", said, False, AGAINST_VARIANCE, numbers, SOURCE)
        if course.published and not usual > RISEN:
            said += " It is the task's own baseline: the task is made so."
            return Diagnosis(NAME, "overfits as usual", said, False, AGAINST_VARIANCE, numbers, SOURCE)
        return Diagnosis(NAME, "overfits", said, True, AGAINST_VARIANCE, numbers, SOURCE)
    level = course.chance if math.isfinite(course.chance) else float(train[0])
    numbers["level"] = level
    if end > LARGE * level and held_out - end < CLOSE * abs(end) and course.reached is not True:
        said = (
            f"Both losses end large and close together: training {end:.4g}, validation {held_out:.4g}, where outputs that know nothing "
            f"have {level:.4g}."
        )
        return Diagnosis(NAME, "underfits", said, True, AGAINST_BIAS, numbers, UNDER_SOURCE)
    said = f"Loss {end:.3g}, validation {held_out:.3g}, lowest in epoch {epochs[best]:.0f} of {epochs[-1]:.0f}."
    return Diagnosis(NAME, "healthy", said, False, "", numbers, SOURCE)


def after_the_rate(found: Diagnosis, rate: Diagnosis | None, *, others: bool) -> Diagnosis:
    """Return a fit as it is to be told beside the learning rate: no alarm where it should be looked at again with a better rate.

    So it is where the rate is too large or too small, and the training overfits, or another rate was seen to fit better: then neither
    more data nor a larger net comes first. A rate that a curve alone calls wrong leaves underfitting as it is: it may be the cause.

    Args:
        found: The fit.
        rate: What is said of the learning rate.
        others: Whether trainings with other rates say it.
    """
    wrong = rate is not None and rate.alarm and rate.word in ("too large", "too small")
    if rate is None or not wrong or not found.alarm or not (others or found.word == "overfits"):
        return found
    return replace(
        found, alarm=False, remedy=f"After the rate is mended ({rate.word}), look again: the fit depends on it."
    )


def validation_rise(course: TrialCourse) -> float:
    """Return by how much the validation loss ends above its lowest, as a share of that; NaN without one above 0."""
    _, validation = course.held("validation_loss")
    return _rise(validation) if len(validation) else math.nan


def _rise(validation: np.ndarray) -> float:
    lowest = float(validation.min())
    return float(validation[-1]) / lowest - 1 if lowest > 0 else math.nan

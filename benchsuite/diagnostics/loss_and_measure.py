"""The loss against what is cared for: a small change of one, a large one of the other."""

from __future__ import annotations

import math

from benchsuite.diagnostics.course import TrialCourse
from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "loss_and_measure"
SOURCE = (
    "N4, “Loss and Other Metrics”: the loss hardly changes while the accuracy clearly improves, or the other way round. "
    "That 5 % is hardly is ours"
)
HARDLY = 0.05
"""Of the loss. Of a share such as accuracy it is two standard errors."""
MEASURE = "accuracy"


def loss_and_measure(course: TrialCourse) -> Diagnosis | None:
    """Say whether validation loss and accuracy went different ways after the epoch of the lowest loss; no alarm, but worth knowing.

    With the lowest loss in epoch b: they part where the loss rose by more than 5 % since b while the accuracy did not fall, and
    where the loss changed by at most 5 % while the accuracy rose, both by two standard errors √(a(1 − a)/n) of n examples.
    ``None`` where there is no accuracy, or nothing after epoch b.

    Source: N4.
    """
    epochs, loss, accuracy = course.held("validation_loss", f"validation_{MEASURE}")
    if len(loss) < 2 or course.failed:
        return None
    best = int(loss.argmin())
    if loss[best] <= 0:
        return None
    rate = float(accuracy[-1])
    error = math.sqrt(max(rate * (1 - rate), 0.0) / course.examples) if course.examples else 0.0
    changes = float(loss[-1] / loss[best] - 1), float(accuracy[-1] - accuracy[best])
    numbers = {
        "loss_change": changes[0],
        "accuracy_change": changes[1],
        "standard_error": error,
        "epoch": float(epochs[best]),
    }
    since = (
        f"Since the lowest validation loss (epoch {epochs[best]:.0f}): loss {changes[0]:+.0%}, accuracy {accuracy[best]:.3f} to "
        f"{rate:.3f}."
    )
    if changes[0] > HARDLY and changes[1] > -2 * error:
        remedy = "Choose by the one that you care for. A loss that rises so is over-confidence: label smoothing, early stopping (N0, N4)."
        return Diagnosis(NAME, "part", since, False, remedy, numbers, SOURCE)
    if abs(changes[0]) <= HARDLY and changes[1] > 2 * error > 0:
        return Diagnosis(NAME, "part", since, False, "Watch the accuracy: the loss hardly tells (N4).", numbers, SOURCE)
    return Diagnosis(NAME, "go together", since, False, "", numbers, SOURCE)

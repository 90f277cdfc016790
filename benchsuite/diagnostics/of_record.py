"""All that curves and probes of one trial tell, from its record alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchsuite.diagnostics.course import TrialCourse, course_of
from benchsuite.diagnostics.diagnosis import Diagnosis
from benchsuite.diagnostics.fit import after_the_rate, fit
from benchsuite.diagnostics.layer_gradients import layer_gradients
from benchsuite.diagnostics.learning_rate import LEARNS_NOTHING, learning_rate
from benchsuite.diagnostics.loss_and_measure import loss_and_measure
from benchsuite.diagnostics.start_loss import start_loss
from benchsuite.diagnostics.units import activation_spread, dead_units, saturated_units
from benchsuite.record import Record


def of_record(
    record: Record,
    certificate: Mapping[str, Any] | None = None,
    probes: Mapping[str, Any] | None = None,
    *,
    usual_rise: float = math.nan,
) -> tuple[Diagnosis, ...]:
    """Return what the curves of a trial tell, and its probes where there are any; nothing of one that did not train.

    Args:
        record: Of the trial.
        certificate: Of its task, if it has one.
        probes: What was measured in its layers, see ``docs/reference/record-format.md``.
        usual_rise: By how much the validation loss of the task's baseline ends above its lowest, where that is known.
    """
    course = course_of(record, certificate, usual_rise=usual_rise)
    if course is None:
        return ()
    return (*of_curves(course), *(of_probes(probes) if probes else ()))


def of_curves(course: TrialCourse, among: Diagnosis | None = None) -> tuple[Diagnosis, ...]:
    """Return what the curves tell.

    Args:
        course: Of the training.
        among: What other rates tell, if any were trained: it stands for what the curve alone says, except where that learned nothing
            and no other rate is better.
    """
    start = course.curve("train_loss")
    classes = any(name.endswith("_accuracy") for name in course.curves)
    rate, fitted = learning_rate(course), fit(course)
    if rate is not None and among is not None and (among.alarm or rate.word != LEARNS_NOTHING):
        rate = among
    found = (
        rate,
        start_loss(float(start[0]), course.chance, classes=classes) if len(start) else None,
        after_the_rate(fitted, rate, others=rate is not None and rate is among) if fitted else None,
        loss_and_measure(course),
    )
    return tuple(one for one in found if one is not None)


def of_probes(probes: Mapping[str, Any], *, bounded: bool | None = None) -> tuple[Diagnosis, ...]:
    """Return what probes tell: of gradients and spread after the first probed epoch, of units after the worst of first and last.

    Args:
        probes: Layers, epochs, and each measure by epoch and layer.
        bounded: Whether the activation is bounded on both sides; ``None`` if unknown, as from a record alone: components do not
            declare it.
    """
    layers, epochs = probes["layers"], probes["epochs"]
    if not layers or not epochs:
        return ()

    def row(measure: str, place: int) -> Sequence[float]:
        held = probes["measures"].get(measure)
        return [float("nan")] * len(layers) if held is None else np.array(held[place], "float64").tolist()

    ends = sorted({0, len(epochs) - 1})
    found = [
        layer_gradients(row("gradient_norm", 0), layers, epochs[0], row("weight_norm", 0)),
        activation_spread(row("activation_std", 0), layers, epochs[0]),
        _worse([dead_units(row("dead", at), layers, epochs[at]) for at in ends]),
        _worse([saturated_units(row("saturated", at), layers, epochs[at], bounded=bounded) for at in ends]),
    ]
    return tuple(one for one in found if one is not None)


def _worse(found: Sequence[Diagnosis | None]) -> Diagnosis | None:
    return max((one for one in found if one), key=lambda one: one.numbers["share"], default=None)

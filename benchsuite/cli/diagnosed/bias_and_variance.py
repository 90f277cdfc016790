"""``--bias-variance N``: the expected error over redrawn training sets, taken apart into bias and variance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.components.lab import Specimen
from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.decomposition import SOURCE, diagnose_decomposition, of_squared_error, of_zero_one_loss

if TYPE_CHECKING:
    from benchsuite.registry import Registry
    from benchsuite.store import Store
    from benchsuite.trial import Trial

NAME = "bias_and_variance"
FEWEST = 2
"""Trainings that must have got somewhere: the variance of one is none."""
Trained = Iterable[tuple[Specimen, np.ndarray, np.ndarray]]


def look_at_bias_and_variance(drawn: Trained) -> list[Diagnosis]:
    """Train on every set, and take the error on the validation part apart: 0/1 loss of classes, else squared error.

    Args:
        drawn: For each training set an untrained network, inputs, and targets, which are the same for all.
    """
    given, sets = [], 0
    for specimen, inputs, targets in drawn:
        sets += 1
        if not specimen.train().failed:
            given.append(specimen.outputs(inputs).astype("float64"))
            truth = targets
    if len(given) < FEWEST:
        said = f"Of {sets} trainings on redrawn sets {len(given)} completed: there is no spread to look at."
        return [Diagnosis(NAME, "no numbers", said, True)]
    outputs = np.stack(given)
    predictions = classes_of(outputs, truth) if np.issubdtype(truth.dtype, np.integer) else outputs
    if predictions.size != sets_of(truth, len(given)):
        said = f"Outputs {list(outputs.shape[1:])} are no predictions of the targets {list(truth.shape)}."
        return [Diagnosis(NAME, "cannot tell", said, False)]
    predictions = predictions.reshape(len(given), *truth.shape)
    if np.issubdtype(truth.dtype, np.integer):
        found = diagnose_decomposition(of_zero_one_loss(predictions, truth), noise_known=False)
    else:
        found = diagnose_decomposition(of_squared_error(predictions, truth).without_bias_of_few(), noise_known=False)
    lost = f" {sets - len(given)} of {sets} trainings did not complete." if len(given) < sets else ""
    return [
        replace(
            found,
            says=f"On the validation part, {found.says[:1].lower()}{found.says[1:]}{lost}",
            source=f"{SOURCE}; sets: Efron 1979",
        )
    ]


def classes_of(outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the class that outputs predict: the largest of several, the sign of a single one.

    Args:
        outputs: ``[sets, examples, …, classes]``, or one for each target.
        truth: Classes ``[examples, …]``.
    """
    if outputs.size == sets_of(truth, len(outputs)):
        return (outputs > 0).astype("int64")
    return np.asarray(outputs.argmax(axis=-1))


def sets_of(truth: np.ndarray, sets: int) -> int:
    """Return how many predictions there are of all targets."""
    return int(truth.size) * sets


def predicted_seconds(trial: Trial, sets: int, known: Registry, store: Store) -> float:
    """Return what the trainings on redrawn sets take, one after another in this process, as other trials took.

    Args:
        trial: The trial.
        sets: How many.
        known: The plugins that were found.
        store: The results folder.
    """
    from benchsuite.execution import Forecast, learn_from, others_of

    forecast = Forecast(known, [replace(trial, seed=trial.seed + number) for number in range(sets)])
    learn_from(forecast, others_of(store, ()))
    return forecast.seconds

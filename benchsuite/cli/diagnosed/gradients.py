"""``--check-gradients``: whether the gradients of a recipe's network are those of its loss, by central differences."""

from __future__ import annotations

import numpy as np

from benchsuite.cli.diagnosed.subject import Subject, some_examples
from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.gradient_check import check_gradient, diagnose_gradients

EXAMPLES = 32
"""Few, so that few kinks lie within a step."""


def check_gradients(subject: Subject) -> list[Diagnosis]:
    """Compare the gradient at the start with central differences, for each variable; all in float32, as the network computes."""
    specimen = subject.specimen(0)
    inputs, targets = some_examples(specimen, EXAMPLES)
    weights = specimen.weights
    gradient = specimen.gradient(inputs, targets)

    def loss_at(moved: np.ndarray) -> float:
        specimen.weights = moved
        return specimen.loss(inputs, targets)

    checked = check_gradient(loss_at, gradient, weights, specimen.shapes, precision="float32")
    specimen.weights = weights
    return [diagnose_gradients(checked, "float32")]

"""What a look at a network is given: its specimens, and what they do not tell of themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchsuite.components.lab import Specimen

MOST_EXAMPLES = 1_024
"""Of the training part, drawn once, that loss, gradient and curvature are taken on: the mean of a thousand is close enough."""


@dataclass(frozen=True)
class Subject:
    """One recipe on one task, to be looked at.

    Args:
        specimen: ``(n) -> Specimen``: a network with the starting values of the seed that was asked for plus n.
        epochs: Of its training.
        batch_size: Of its training.
        title: Recipe and task, for pictures.
    """

    specimen: Callable[[int], Specimen]
    epochs: int
    batch_size: int
    title: str


def some_examples(specimen: Specimen, most: int = MOST_EXAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets of training examples: all, or so many drawn at random, the same each time."""
    inputs, targets = specimen.arrays("train")
    if len(inputs) <= most:
        return inputs, targets
    chosen = np.sort(np.random.default_rng(0).choice(len(inputs), most, replace=False))
    return inputs[chosen], targets[chosen]

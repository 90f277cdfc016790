"""``--surface FILE``: the loss around a solution, on lines and a plane, and on the way to the solution of another seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchsuite.cli.diagnosed.subject import Subject, some_examples
from benchsuite.components.lab import Specimen
from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.directions import filter_normalized
from benchsuite.diagnostics.surface import (
    LossAt,
    across,
    along,
    between,
    diagnose_between,
    diagnose_flatness,
)

LINES = 5
"""Random directions around the solution."""
EXAMPLES = 512
"""A picture takes about a thousand losses."""


def look_at_surface(subject: Subject, picture: Path | None = None) -> list[Diagnosis]:
    """Train twice, with two seeds, and say whether the first solution lies flat, and what is between the two.

    Args:
        subject: What to train.
        picture: File for the drawing of lines, way and plane; none unless given, and no plane is computed.
    """
    specimen = subject.specimen(0)
    inputs, targets = some_examples(specimen, EXAMPLES)
    start = specimen.loss(inputs, targets)
    specimen.train()
    solution = specimen.weights.astype("float64")
    if not np.isfinite(solution).all():
        said = "The training left all numbers: there is no solution to look around."
        return [Diagnosis("flatness", "no numbers", said, True)]
    other = subject.specimen(1)
    other.train()
    other_solution = other.weights.astype("float64")
    loss_at = _loss_at(specimen, inputs, targets)
    directions = [filter_normalized(solution, specimen.shapes, seed) for seed in range(LINES)]
    lines = [along(loss_at, solution, direction) for direction in directions]
    found = [diagnose_flatness(lines, start)]
    way = None
    if np.isfinite(other_solution).all():
        way = between(loss_at, solution, other_solution)
        found.append(diagnose_between(way, start))
    if picture is not None:
        from benchsuite.report.drawings.loss_surface import surface_figure
        from benchsuite.report.drawings.picture import write_picture

        plane = across(loss_at, solution, (directions[0], directions[1]))
        write_picture(picture, surface_figure(subject.title, lines, plane, way, start))
    return found


def _loss_at(specimen: Specimen, inputs: np.ndarray, targets: np.ndarray) -> LossAt:
    """Return the loss as a function of all weights."""

    def loss_at(weights: np.ndarray) -> float:
        specimen.weights = weights
        return specimen.loss(inputs, targets)

    return loss_at

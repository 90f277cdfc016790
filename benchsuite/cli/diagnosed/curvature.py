"""``--curvature``: the ends of the Hessian's spectrum at the start, in the middle and at the end of a training, and all of it there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchsuite.cli.diagnosed.subject import Subject, some_examples
from benchsuite.components.lab import Specimen
from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.curvature import LossPoint, diagnose_course, diagnose_point
from benchsuite.diagnostics.lanczos import extremes
from benchsuite.diagnostics.spectrum import Spectrum, diagnose_spectrum, spectrum


def look_at_curvature(subject: Subject, picture: Path | None = None) -> list[Diagnosis]:
    """Train, and say how curvature goes, what kind of place the training ends in, and how its eigenvalues lie.

    Args:
        subject: What to train.
        picture: File for the spectra at start and end; none unless given.
    """
    specimen = subject.specimen(0)
    inputs, targets = some_examples(specimen)
    points, spectra = {"start": point_of(specimen, inputs, targets)}, {}
    if picture is not None:
        spectra["start"] = spectrum_of(specimen, inputs, targets)
    half = subject.epochs // 2
    for name, epochs in (("middle", half), ("end", subject.epochs - half)):
        if epochs and not specimen.train(epochs).failed:
            points[name] = point_of(specimen, inputs, targets)
        elif epochs:
            points["end"] = point_of(specimen, inputs, targets)
            break
    spectra["end"] = spectrum_of(specimen, inputs, targets)
    if picture is not None:
        from benchsuite.report.drawings.picture import write_picture
        from benchsuite.report.drawings.spectrum import spectrum_figure

        write_picture(picture, spectrum_figure(subject.title, spectra))
    last = list(points.values())[-1]
    return [
        diagnose_course(points),
        diagnose_point(last, points["start"].loss),
        diagnose_spectrum(spectra["end"]),
    ]


def point_of(specimen: Specimen, inputs: np.ndarray, targets: np.ndarray) -> LossPoint:
    """Return what a specimen's place is like, on these examples."""
    ends = extremes(lambda vector: specimen.curvature(vector, inputs, targets), specimen.size)
    gradient = specimen.gradient(inputs, targets).astype("float64")
    return LossPoint(
        specimen.loss(inputs, targets), float(np.linalg.norm(gradient)), ends.largest, ends.smallest, ends.doubt
    )


def spectrum_of(specimen: Specimen, inputs: np.ndarray, targets: np.ndarray) -> Spectrum:
    """Return the spectrum of the Hessian at a specimen's place, on these examples."""
    return spectrum(lambda vector: specimen.curvature(vector, inputs, targets), specimen.size)

"""``--gradient-noise``: how much the gradient of a batch varies at the start and at the end of a training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchsuite.cli.diagnosed.subject import Subject, some_examples
from benchsuite.components.lab import Specimen
from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.gradient_noise import GradientNoise, diagnose_noise, gradient_noise

EXAMPLES = 256
"""Each takes a gradient of its own."""


def look_at_gradient_noise(subject: Subject) -> list[Diagnosis]:
    """Train, and compare the batch with the gradient's noise scale before and after."""
    specimen = subject.specimen(0)
    noise = noise_of(specimen)
    if noise.examples < 2:
        return [diagnose_noise(noise, subject.batch_size)]
    found = [_said(noise, subject, "start")]
    specimen.train()
    return [*found, _said(noise_of(specimen), subject, "end")]


def noise_of(specimen: Specimen) -> GradientNoise:
    """Return the noise of single examples' gradients at a specimen's place."""
    inputs, targets = some_examples(specimen, EXAMPLES)
    single = [specimen.gradient(inputs[at : at + 1], targets[at : at + 1]) for at in range(len(inputs))]
    return gradient_noise(np.array(single))


def _said(noise: GradientNoise, subject: Subject, when: str) -> Diagnosis:
    diagnosis = diagnose_noise(noise, subject.batch_size)
    return replace(diagnosis, name=f"{diagnosis.name}_{when}", says=f"At the {when}: {diagnosis.says}")

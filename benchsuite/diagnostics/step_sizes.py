"""Effective step sizes: how much a step changes the weights of each layer, against their size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "step_sizes"
SOURCE = "Stanford CS231n, “Neural networks 3”: ‖update‖/‖weights‖ of about 1e-3. A thousand times more or less is wrong; ours"
LARGEST = 1.0
SMALLEST = 1e-6


def step_sizes(ratios: Mapping[str, np.ndarray]) -> Diagnosis | None:
    """Say whether steps are too large or too small for some layer; ``None`` without layers whose weights are not 0.

    With r = ‖Δw‖/‖w‖ of a step, median over the steps looked at: too large above 1, where a step replaces the weights, too small
    below 10⁻⁶, where a million steps would.

    Args:
        ratios: Layer → r of each step; what is not finite counts as ∞.

    Source: CS231n; the bounds are ours.
    """
    medians = {
        name: float(np.median(np.where(np.isfinite(row), row, np.inf))) for name, row in ratios.items() if len(row)
    }
    if not medians:
        return None
    low, high = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    said = f"‖Δw‖/‖w‖ of a step: {medians[low]:.2g} ({low}) to {medians[high]:.2g} ({high})."
    numbers = {f"ratio_{name}": value for name, value in medians.items()}
    if medians[high] > LARGEST:
        return Diagnosis(NAME, "too large", said, True, "A smaller rate, or clipping (N0).", numbers, SOURCE)
    if medians[low] < SMALLEST:
        remedy = "A larger rate; a method with a rate for each weight where layers differ (N0, N4)."
        return Diagnosis(NAME, "too small", said, True, remedy, numbers, SOURCE)
    return Diagnosis(NAME, "sensible", said, False, "", numbers, SOURCE)

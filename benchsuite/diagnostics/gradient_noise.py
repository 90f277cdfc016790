"""How much the gradient of a batch varies: with its size, and against its mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

SOURCE = (
    "McCandlish et al. 2018, arXiv:1812.06162, section 2.2: at a batch of the noise scale a step gains half of what the whole gradient "
    "would; that four times more or less is clearly beside it is ours"
)
VARIANCE_SOURCE = "N0: a larger batch has a smaller variance of the gradient; tr Σ/K for K examples drawn apart"
BESIDE = 4.0


@dataclass(frozen=True)
class GradientNoise:
    """The gradient of single examples: its mean and its scatter, both estimated without bias.

    Args:
        examples: How many were looked at.
        mean_square: |G|², of the mean gradient; below 0 where it cannot be told from 0.
        scatter: tr Σ, the variance of one example's gradient, summed over all weights.
    """

    examples: int
    mean_square: float
    scatter: float

    @property
    def scale(self) -> float:
        """B_simple = tr Σ/|G|², in examples; ∞ where the mean gradient cannot be told from 0."""
        return self.scatter / self.mean_square if self.mean_square > 0 else math.inf

    def variance(self, batch: int) -> float:
        """Return tr Σ/K: the variance of the mean gradient of a batch of K examples drawn apart."""
        return self.scatter / batch


def gradient_noise(gradients: np.ndarray) -> GradientNoise:
    """Return the noise of gradients, one example each.

    tr Σ = Σᵢ‖gᵢ − ḡ‖²/(n − 1) and |G|² = ‖ḡ‖² − tr Σ/n: ‖ḡ‖² alone is too large by the noise that is left in ḡ.

    Args:
        gradients: ``[examples, size]``; of one example the scatter is NaN.

    Source: McCandlish, Kaplan, Amodei et al. 2018, arXiv:1812.06162, equation 2.9 and appendix A.
    """
    count = len(gradients)
    mean = gradients.mean(axis=0, dtype="float64")
    if count < 2:
        return GradientNoise(count, float(mean @ mean), math.nan)
    scatter = float(sum(float(np.sum((one - mean) ** 2)) for one in gradients)) / (count - 1)
    return GradientNoise(count, float(mean @ mean) - scatter / count, scatter)


def noise_of_two_sizes(small: int, small_square: float, large: int, large_square: float) -> GradientNoise:
    """Return the noise from the mean of ‖g‖² over batches of two sizes, where single gradients cost too much.

    E‖g_B‖² = |G|² + tr Σ/B, so that two sizes give both: |G|² = (B₂·s₂ − B₁·s₁)/(B₂ − B₁), tr Σ = (s₁ − s₂)/(1/B₁ − 1/B₂).

    Args:
        small: B₁.
        small_square: Mean of ‖g‖² over batches of B₁ examples.
        large: B₂ > B₁.
        large_square: Likewise of B₂.

    Source: McCandlish et al. 2018, appendix A.1.
    """
    mean_square = (large * large_square - small * small_square) / (large - small)
    return GradientNoise(large, mean_square, (small_square - large_square) / (1 / small - 1 / large))


def variances(
    gradient: Callable[[np.ndarray], np.ndarray], examples: int, sizes: Sequence[int], draws: int, seed: int = 0
) -> np.ndarray:
    """Return the measured variance of the mean gradient for each batch size, summed over all weights, float64 ``[sizes]``.

    Σ‖g − ḡ‖²/(draws − 1) over batches drawn with replacement: then it is tr Σ/K exactly in expectation, for every K.

    Args:
        gradient: Positions of the batch's examples ``[K]`` → mean gradient ``[size]``.
        examples: How many there are to draw from.
        sizes: Batch sizes K.
        draws: Batches of each size, two at least.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    return np.array(
        [
            gradient_noise(np.array([gradient(random.integers(examples, size=size)) for _ in range(draws)])).scatter
            for size in sizes
        ]
    )


def slope(sizes: Sequence[int], measured: np.ndarray) -> float:
    """Return the exponent p of variance ∝ Kᵖ, by least squares of the logarithms: −1 in theory."""
    return float(np.polyfit(np.log(sizes), np.log(measured), 1)[0])


def diagnose_noise(found: GradientNoise, batch: int) -> Diagnosis:
    """Say how a batch compares with the noise scale. No alarm: either may be wanted, and the scale grows as a training goes on.

    Args:
        found: The noise, at some weights.
        batch: Examples of a batch.
    """
    numbers = {
        "batch_size": float(batch),
        "noise_scale": found.scale,
        "mean_square": found.mean_square,
        "scatter": found.scatter,
        "variance": found.variance(batch),
    }
    if found.examples < 2:
        said = "One example: no noise to measure."
        return Diagnosis("gradient_noise", "none", said, False, numbers=numbers, source=SOURCE)
    if not math.isfinite(found.scatter):
        return Diagnosis(
            "gradient_noise", "no numbers", "Some gradient is not finite.", True, numbers=numbers, source=SOURCE
        )
    if not math.isfinite(found.scale):
        said = f"From {found.examples} examples the mean gradient cannot be told from 0: all of a batch's gradient is noise."
        return Diagnosis("gradient_noise", "noise only", said, False, numbers=numbers, source=SOURCE)
    efficiency = 1 / (1 + found.scale / batch)
    numbers["efficiency"] = efficiency
    said = (
        f"The noise scale is {found.scale:.3g} examples; a step with a batch of {batch} gains {efficiency:.0%} "
        "of what one with all would."
    )
    if batch < found.scale / BESIDE:
        word, remedy = (
            "noisy",
            "A larger batch bears a larger rate and saves steps (N0); smaller ones cost no examples.",
        )
    elif batch > found.scale * BESIDE:
        word, remedy = "averaged", "A smaller batch would take about as many steps, and fewer examples."
    else:
        word, remedy = "balanced", ""
    return Diagnosis("gradient_noise", word, said, False, remedy, numbers, SOURCE)

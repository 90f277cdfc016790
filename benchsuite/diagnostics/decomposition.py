"""Expected error over redrawn training sets, taken apart: bias, variance, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

CLEARLY = 2.0
SOURCE = (
    "N2, bias, variance, noise; squared error: Geman, Bienenstock & Doursat 1992; 0/1 loss: Domingos 2000, A Unified Bias-Variance "
    "Decomposition; that twice as much dominates is ours"
)
AGAINST_BIAS = "A larger network, a longer training, another optimizer; more data does not help against bias (N2)."
AGAINST_VARIANCE = "More data, or regularization (N2)."


@dataclass(frozen=True)
class Decomposition:
    """What the expected error is made of; the three sum up to it, exactly.

    Args:
        error: Mean error over training sets and examples.
        bias: Of squared error bias²; of 0/1 loss the error of the main prediction.
        variance: What the training sets add, net of what they take away.
        noise: What no method can avoid; 0 where targets have none, or where it is not known and is part of the bias.
        sets: How many training sets.
    """

    error: float
    bias: float
    variance: float
    noise: float
    sets: int

    def without_bias_of_few(self) -> Decomposition:
        """Return the estimates for infinitely many sets, of squared error: those of few take part of the variance for bias.

        variance·D/(D − 1), and bias² − variance/(D − 1): E‖f̄ − y‖² over D sets is bias² + variance/D.
        """
        extra = self.variance / (self.sets - 1)
        return Decomposition(self.error, self.bias - extra, self.variance + extra, self.noise, self.sets)


def of_squared_error(predictions: np.ndarray, truth: np.ndarray, noise: float = 0.0) -> Decomposition:
    """Return the decomposition of squared error: E(f_D − y_D)² = (f̄ − y)² + E(f_D − f̄)² + E(y_D − y)².

    Exact for the given sets, f̄ their mean; mean over examples and outputs.

    Args:
        predictions: ``[sets, examples]`` or ``[sets, examples, outputs]``, of a network trained on each set.
        truth: y without noise, ``[examples]`` or with outputs. Where only targets with noise are known, that noise is in the bias.
        noise: E(y_D − y)², the variance of the targets' noise.
    """
    predictions, truth = np.asarray(predictions, "float64"), np.asarray(truth, "float64")
    mean = predictions.mean(axis=0)
    bias = float(np.mean((mean - truth) ** 2))
    variance = float(np.mean((predictions - mean) ** 2))
    error = float(np.mean((predictions - truth) ** 2)) + noise
    return Decomposition(error, bias, variance, noise, len(predictions))


def of_zero_one_loss(predicted: np.ndarray, truth: np.ndarray) -> Decomposition:
    """Return the decomposition of 0/1 loss, of targets without noise.

    The main prediction is the class that most sets predict (the smallest of several). Bias is 1 where it is wrong. Where it is right,
    a set that departs from it adds error: variance +1. Where it is wrong, a departure that hits the truth takes error away:
    variance −1; one that does not changes nothing. Error = bias + variance, exactly.

    Args:
        predicted: Classes, integers ``[sets, examples]``.
        truth: Classes ``[examples]``.

    Source: Domingos 2000, ICML, theorem 2 without noise.
    """
    classes = int(max(predicted.max(), truth.max())) + 1
    votes = np.stack([(predicted == one).sum(axis=0) for one in range(classes)])
    main = votes.argmax(axis=0)
    wrong = main != truth
    departs = predicted != main
    added = (departs & ~wrong).mean()
    taken = (departs & wrong & (predicted == truth)).mean()
    error = float((predicted != truth).mean())
    return Decomposition(error, float(wrong.mean()), float(added - taken), 0.0, len(predicted))


def diagnose_decomposition(found: Decomposition, *, noise_known: bool = True) -> Diagnosis:
    """Say what most of the avoidable error is, and what the notes do about it. No alarm: some of either is always there.

    Args:
        found: The error, taken apart.
        noise_known: Whether the noise of the targets is known; else it is in the bias, and no method can take it away.
    """
    if found.bias > CLEARLY * found.variance:
        word, remedy = "bias", AGAINST_BIAS
    elif found.variance > CLEARLY * found.bias:
        word, remedy = "variance", AGAINST_VARIANCE
    else:
        word, remedy = "both", f"{AGAINST_BIAS} {AGAINST_VARIANCE}"
    if max(found.bias, found.variance) < found.noise:
        word, remedy = "noise", "None: most of the error is in the data."
    return Diagnosis(
        "bias_and_variance",
        word,
        f"Over {found.sets} training sets the error of {found.error:.3g} is bias {found.bias:.3g}"
        + (
            f", variance {found.variance:.3g} and noise {found.noise:.3g}."
            if noise_known
            else f" (the noise of the targets in it) and variance {found.variance:.3g}."
        ),
        False,
        remedy,
        {
            "error": found.error,
            "bias": found.bias,
            "variance": found.variance,
            "noise": found.noise,
            "sets": float(found.sets),
        },
        SOURCE,
    )

"""Vanishing and exploding gradients: the norm of the gradient from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "layer_gradients"
SOURCE = "N0, “norm-preserving”: the error keeps its norm from layer to layer; N2: it falls or grows exponentially. A factor of 100 is ours"
MOST = 100.0
NOTHING = 1e-6
"""Of the weights: at a rate of 1 a million steps would replace them."""


def layer_gradients(
    norms: Sequence[float], layers: Sequence[str], epoch: int, weights: Sequence[float] = ()
) -> Diagnosis | None:
    """Say whether the gradient vanishes or explodes on its way back; ``None`` with fewer than three layers that have one.

    With gₗ of layer l from the inputs, the output's left out: vanishing where g_first < g_last/100, or where each layer has gₗ <
    10⁻⁶‖wₗ‖; exploding where g_first > 100·g_last, or where a norm is not finite. The second rule is for starting values that are too
    small: what shrinks on the way back does so on the way there, and the products g are alike.

    Args:
        norms: Euclidean norm of the gradient of each layer's weights, inputs first, the output last; NaN where there is none.
        layers: Their names.
        epoch: After which it was measured.
        weights: Norms of the weights of each layer, where they are known.

    Source: N0, N2; Glorot & Bengio 2010, section 4.2. Departs in looking at the gradient of the weights, which probes measure, not
    at that of the activations.
    """
    found = [(name, float(norm)) for name, norm in zip(layers[:-1], norms[:-1], strict=True) if not np.isnan(norm)]
    if len(found) < 3:
        return None
    (first, low), (last, high) = found[0], found[-1]
    numbers = {"first": low, "last": high, "layers": float(len(found)), "epoch": float(epoch)}
    said = f"Norm {low:.3g} ({first}) to {high:.3g} ({last}), epoch {epoch}."
    if not np.isfinite([low, high]).all() or low > MOST * high:
        remedy = "Gradient clipping, a penalty on weights, smaller starting values, normalization (N0, N2)."
        return Diagnosis(NAME, "explodes", said, True, remedy, numbers, SOURCE)
    known = zip(norms[:-1], weights[:-1], strict=True) if weights else ()
    shares = [norm / weight for norm, weight in known if weight > 0 and not np.isnan(norm)]
    if low < high / MOST or high == 0 or max(shares, default=1.0) < NOTHING:
        remedy = "ReLU and He's starting values, normalization, residual connections; gates in recurrent nets (N1, N2)."
        return Diagnosis(NAME, "vanishes", said, True, remedy, numbers, SOURCE)
    return Diagnosis(NAME, "keeps its size", said, False, "", numbers, SOURCE)

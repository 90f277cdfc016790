"""Dead and saturated units, and the spread of activations from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchsuite.diagnostics.diagnosis import Diagnosis

DEAD_SOURCE = "N4, “ReLU”: below 0 nothing passes; CS231n, “Neural networks 1”: of too large a rate up to 40 % die. Above 50 % is ours"
SATURATED_SOURCE = "N2, “initial weights”, and N4: units far from the centre have a derivative next to 0. More than half of them is ours"
SPREAD_SOURCE = (
    "N2, “initial weights”: with σ = 0.01 the outputs of deep layers are all close to 0. A factor of 100 is ours"
)
MOST_DEAD = 0.5
MOST_SATURATED = 0.5
"""Of a bounded activation. Of a ReLU half is inactive from the start."""
NOTHING_PASSES = 0.95
"""Of any activation."""
MOST_SPREAD = 100.0


def dead_units(shares: Sequence[float], layers: Sequence[str], epoch: int) -> Diagnosis | None:
    """Say whether more than half of the units of some layer are dead: the same output for every example.

    Args:
        shares: Share of dead units of each layer, NaN where there are no units.
        layers: Their names.
        epoch: After which it was measured.

    Source: N4.
    """
    return _worst(
        "dead_units",
        ("dead", "alive"),
        shares,
        layers,
        MOST_DEAD,
        "After epoch {epoch} up to {share:.0%} of {layer}.",
        epoch,
        "A smaller rate, a leaky ReLU, He's starting values, normalization (N1, N4).",
        DEAD_SOURCE,
    )


def saturated_units(
    shares: Sequence[float], layers: Sequence[str], epoch: int, *, bounded: bool | None
) -> Diagnosis | None:
    """Say whether too many activations are saturated: their derivative is below 0.01.

    Too many: more than half where the activation is bounded on both sides, such as tanh; more than 95 % where it is not, or where
    that is not known.

    Args:
        shares: Share of saturated entries of each layer, NaN where it has no activation.
        layers: Their names.
        epoch: After which it was measured.
        bounded: Whether the activation is bounded on both sides; ``None`` if unknown.

    Source: N2, N4.
    """
    return _worst(
        "saturated_units",
        ("saturated", "not saturated"),
        shares,
        layers,
        MOST_SATURATED if bounded else NOTHING_PASSES,
        "After epoch {epoch} up to {share:.0%} of {layer}.",
        epoch,
        "Smaller starting values (Xavier), standardized inputs, batch normalization before the activation, ReLU (N2, N4).",
        SATURATED_SOURCE,
    )


def activation_spread(deviations: Sequence[float], layers: Sequence[str], epoch: int) -> Diagnosis | None:
    """Say whether activations shrink or grow from layer to layer by more than a factor of 100; ``None`` with one layer.

    Args:
        deviations: Standard deviation of the activations of each layer, inputs first; NaN where there are none.
        layers: Their names.
        epoch: After which it was measured.

    Source: N2; Glorot & Bengio 2010.
    """
    found = [(name, float(one)) for name, one in zip(layers, deviations, strict=True) if not np.isnan(one)]
    if len(found) < 2:
        return None
    (first, low), (last, high) = found[0], found[-1]
    numbers = {"first": low, "last": high, "epoch": float(epoch)}
    said = f"Deviation {low:.3g} ({first}) to {high:.3g} ({last})."
    remedy = "Starting values scaled by fan-in: Xavier for tanh, He for ReLU (N0, N2, N4); normalization."
    if not np.isfinite([low, high]).all() or high > MOST_SPREAD * low:
        return Diagnosis("activation_spread", "grows", said, True, remedy, numbers, SPREAD_SOURCE)
    if high < low / MOST_SPREAD:
        return Diagnosis("activation_spread", "shrinks", said, True, remedy, numbers, SPREAD_SOURCE)
    return Diagnosis("activation_spread", "even", said, False, "", numbers, SPREAD_SOURCE)


def _worst(
    name: str,
    words: tuple[str, str],
    shares: Sequence[float],
    layers: Sequence[str],
    most: float,
    says: str,
    epoch: int,
    remedy: str,
    source: str,
) -> Diagnosis | None:
    found = [(float(share), layer) for share, layer in zip(shares, layers, strict=True) if not np.isnan(share)]
    if not found:
        return None
    share, layer = max(found, key=lambda one: one[0])
    numbers = {"share": share, "most": most, "epoch": float(epoch)}
    said = says.format(share=share, layer=layer, epoch=epoch)
    wrong = share > most
    return Diagnosis(name, words[0 if wrong else 1], said, wrong, remedy if wrong else "", numbers, source)

"""The loss before training against what outputs that know nothing give: ln K for classes, the targets' mean square for values."""

from __future__ import annotations

import math

from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "loss_at_start"
SOURCE = (
    "N4, “Sanity Checking”: a network with random starting values is predictable. The allowance is ours: what outputs of variance 2, as "
    "He's rule makes them, exceed once in 10,000 starts"
)
ABOVE_CLASSES = 3.0
"""Nats: the right class has e³ ≈ 20 times less than the chance of 1/K."""
ABOVE_VALUES = 30.0
"""Mean squares of the targets. Outputs that are much alike have a mean square of 2χ² with one degree of freedom: P(χ² > 15) = 10⁻⁴."""
BELOW = 0.5


def start_loss(loss: float, chance: float, *, classes: bool) -> Diagnosis | None:
    """Say whether the loss before training is one of outputs that know nothing; ``None`` where that is not known.

    Too high: more than 3 nats above ln K for classes, more than 31 times the mean square of the targets for values.

    Args:
        loss: Before training, of the training part.
        chance: Of outputs 0, in closed form.
        classes: Whether the targets are classes.

    Source: N4. The allowance is ours.
    """
    if math.isnan(chance):
        return None
    numbers = {"loss": loss, "chance": chance}
    what = f"{loss:.4g} before training, {chance:.4g}{_as_logarithm(chance)} of outputs 0."
    if not math.isfinite(loss) or loss > (chance + ABOVE_CLASSES if classes else (1 + ABOVE_VALUES) * chance):
        remedy = "Smaller starting values, scaled by fan-in: Xavier for tanh, He for ReLU (N0, N2, N4); standardized inputs and targets."
        return Diagnosis(NAME, "too high", what, True, remedy, numbers, SOURCE)
    if loss < 0 <= chance:
        return Diagnosis(
            NAME, "negative", what, True, "The loss is not the one that it is taken for (N4).", numbers, SOURCE
        )
    if loss < BELOW * chance:
        said = f"{what} Starting values were trained before, or the inputs tell the targets."
        return Diagnosis(NAME, "below chance", said, False, "", numbers, SOURCE)
    return Diagnosis(NAME, "as expected", what, False, "", numbers, SOURCE)


def _as_logarithm(chance: float) -> str:
    """Return `` = ln K`` where a number is one of a whole K, as the cross-entropy of K classes is."""
    count = round(math.exp(min(chance, 50.0)))
    return f" = ln {count}" if count > 1 and math.isclose(chance, math.log(count), rel_tol=1e-5) else ""

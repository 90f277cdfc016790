"""The case of 56 layers: a deeper net that is worse on the training part as well does not overfit."""

from __future__ import annotations

from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "depth"
SOURCE = (
    "N1: 56 layers with a higher training loss than 20 have not overfitted, for the first 20 could do the same; He et al. 2015, "
    "arXiv:1512.03385, figure 1. That 5 % is worse is ours"
)
WORSE = 0.05


def deeper(
    shallow: tuple[float, float], deep: tuple[float, float], names: tuple[str, str] = ("shallower", "deeper")
) -> Diagnosis:
    """Say why a deeper net is worse on the validation part, if it is.

    Worse is a loss that is more than 5 % larger. Worse on both parts: it is trained badly, not overfitting. Worse on the validation
    part alone: it overfits.

    Args:
        shallow: Training and validation loss of the shallower net after the last epoch; +∞ where it failed.
        deep: Those of the deeper one.
        names: Of the two, for the sentence.

    Source: N1; He et al. 2015.
    """
    trained, held_out = (deep[part] > (1 + WORSE) * shallow[part] for part in (0, 1))
    numbers = {
        "shallow_train": shallow[0],
        "shallow_validation": shallow[1],
        "deep_train": deep[0],
        "deep_validation": deep[1],
    }
    said = (
        f"Training and validation loss: {deep[0]:.4g} and {deep[1]:.4g} of {names[1]}, "
        f"{shallow[0]:.4g} and {shallow[1]:.4g} of {names[0]}."
    )
    if trained and held_out:
        remedy = "Residual connections, normalization, other starting values (N1, N2); not dropout, which is for what overfits."
        return Diagnosis(
            NAME, "not overfitting", f"{said} It is worse on both: it is trained badly.", True, remedy, numbers, SOURCE
        )
    if held_out:
        remedy = "Regularization, more data (N2), or the shallower net."
        return Diagnosis(
            NAME, "overfits", f"{said} It is worse on the validation part alone.", True, remedy, numbers, SOURCE
        )
    return Diagnosis(NAME, "bears its depth", said, False, "", numbers, SOURCE)

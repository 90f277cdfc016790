"""Whether a recipe can learn a few examples by heart: if not, something is wrong with network, loss or optimizer."""

from __future__ import annotations

from benchsuite.diagnostics.diagnosis import Diagnosis

NAME = "tiny_subset"
SOURCE = "N4, “Sanity Checking”: overfit a small data set first. That a tenth of the loss is learned by heart is the certificates' rule"


def tiny_subset(examples: int, start: float, end: float, steps: int, *, learned: bool) -> Diagnosis:
    """Say whether a few examples were learned by heart.

    Args:
        examples: How many.
        start: Their loss before training, in evaluation mode.
        end: Their loss after it.
        steps: Steps of the recipe's optimizer.
        learned: Whether the loss fell to a tenth; for a task's own loss, whether it fell.

    Source: N4; Karpathy 2019, “A recipe for training neural networks”: overfit one batch.
    """
    said = f"Loss of {examples} examples: {start:.3g} to {end:.3g} in {steps} steps."
    numbers = {"examples": float(examples), "start": start, "end": end, "steps": float(steps)}
    if learned:
        return Diagnosis(NAME, "learned", said, False, "", numbers, SOURCE)
    remedy = "Look at loss, labels and gradient first (--check-gradients), then at rate and starting values; less regularization."
    return Diagnosis(NAME, "not learned", said, True, remedy, numbers, SOURCE)

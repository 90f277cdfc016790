"""C20: an L1 penalty leaves many weights at zero, an L2 penalty leaves none there.

Both penalties on noisy_labels_mlp (5,376 weights, which learn wrong labels by heart unless something keeps them from it), with
momentum and a rate that falls to 0 by a cosine: a step of rate α comes no nearer to 0 than α·λ, so that with a constant rate no
weight would stay there. Each penalty has three strengths, of which the validation part chooses, for each seed. Zeros are counted
as the probes count them: weights of at most a thousandth of the largest of their layer. They are
trained in the lab, since what probes find is not published with the records.

Momentum and not the task's Adam, since Adam divides the gradient of the penalty by its own size where the loss has no gradient,
and then L2 drives weights to 0 as well. What the study does not show: that zeros help; N2 doubts it itself; nor whether
the strength that validation chose lies at an end of the three. The bounds were written down with the claim, and have not been moved
since.
"""

import math

import numpy as np

import benchsuite as bs

TASK = "noisy_labels_mlp"
RECIPE = {"optimizer": "momentum[learning_rate=0.1]", "schedule": "cosine"}
STRENGTHS = {"l1": (1e-4, 3e-4, 1e-3), "l2": (1e-3, 3e-3, 1e-2)}
ZERO = 1e-3
"""Of the largest weight of a layer: what is no larger counts as zero."""
SEEDS = 10


def share_of_zeros(weights, shapes):
    """Return the share of zeros among the weights of all kernels.

    Args:
        weights: All trained numbers ``[size]``.
        shapes: Name → shape of the variables in them, in order; kernels have two dimensions.
    """
    at = zero = count = 0
    for shape in shapes.values():
        values = np.abs(weights[at : at + math.prod(shape)])
        at += values.size
        if len(shape) == 2:
            zero += np.count_nonzero(values <= ZERO * values.max())
            count += values.size
    return zero / count if count else math.nan


def zeros(kind):
    """Return what computes the share of zeros that a penalty leaves, at the strength that validation chooses; NaN if all failed."""

    def compute(lab, seed):
        found = []
        for strength in STRENGTHS[kind]:
            network = lab.specimen(TASK, {**RECIPE, "regularization": f"{kind}[strength={strength:g}]"}, seed=seed)
            loss = network.train().final("validation_log_loss")
            if math.isfinite(loss):
                found.append((loss, share_of_zeros(network.weights, network.shapes)))
        return min(found)[1] if found else math.nan

    return compute


@bs.hookimpl
def register_claims():
    """Register l1_zeros."""
    return [
        bs.Claim(
            name="l1_zeros",
            number="C20",
            sentence="With L1 the weights end sparse: there are many zeros in the vector. With L2 there are not.",
            source="Course notes N2, Regularization, the general regularization term; Tibshirani 1996",
            parts=[
                bs.Part(
                    name="l1_gives_zeros",
                    says="The share of weights at zero after training with L1, its strength chosen on the validation part.",
                    evidence=bs.Computed(compute=zeros("l1"), seeds=SEEDS),
                    at_least=0.5,
                    because="Many is at least half.",
                    unit="share",
                ),
                bs.Part(
                    name="l2_does_not",
                    says="The share of weights at zero after training with L2, its strength chosen likewise.",
                    evidence=bs.Computed(compute=zeros("l2"), seeds=SEEDS),
                    at_most=0.05,
                    because="Of weights spread evenly or normally some per cent lie that near to 0 by chance: one in twenty "
                    "is not many.",
                    unit="share",
                ),
            ],
            basis="theory",
            depends="On the strength (a weak L1 removes little), on a rate that falls to 0, and on the optimizer: Adam drives "
            "weights "
            "without a gradient of the loss to 0 under L2 too.",
        )
    ]

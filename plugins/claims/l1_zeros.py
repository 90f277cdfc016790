"""C20: an L1 penalty leaves many weights at zero, an L2 penalty leaves none there.

Both penalties on noisy_labels_mlp (5,376 weights, which learn wrong labels by heart unless something keeps them from it), with
momentum and a rate that falls to 0 by a cosine: a step of rate α comes no nearer to 0 than α·λ, so that with a constant rate no
weight would stay there. Each penalty has three strengths, of which the validation part chooses, for each seed. Zeros are counted
as the probes count them: weights of at most a thousandth of the largest of their layer.

Momentum and not the task's Adam, since Adam divides the gradient of the penalty by its own size where the loss has no gradient,
and then L2 drives weights to 0 as well. What the study does not show: that zeros help; N2 doubts it itself.
"""

import benchsuite as bs
from benchsuite_plugins.claims._chosen import chosen

TASK = "noisy_labels_mlp"
RECIPE = {"optimizer": "momentum[learning_rate=0.1]", "schedule": "cosine"}
STRENGTHS = {"l1": (1e-4, 3e-4, 1e-3), "l2": (1e-3, 3e-3, 1e-2)}
SIZES = (10 * 64, 64 * 64, 64 * 10)
"""Weights of each layer."""


def arms(kind):
    """Return an arm for each strength of a penalty."""
    return {
        f"{kind}_{number}": bs.Arm(task=TASK, recipe={**RECIPE, "regularization": f"{kind}[strength={strength:g}]"})
        for number, strength in enumerate(STRENGTHS[kind])
    }


def zeros(runs):
    """Return the share of zeros among the weights of the run that validation chooses; NaN if all failed."""
    run = chosen(runs, sorted(runs), "validation_log_loss")
    if run is None:
        return float("nan")
    shares = zip(SIZES, run.layers("sparsity", -1), strict=False)
    return sum(size * share for size, share in shares) / sum(SIZES)


@bs.hookimpl
def register_claims():
    """Register l1_zeros."""
    return [
        bs.Claim(
            name="l1_zeros",
            number="C20",
            sentence="With L1 the weights end sparse: there are many zeros in the vector. With L2 there are not.",
            source="N2, Regularization, the general regularization term; Tibshirani 1996",
            parts=[
                bs.Part(
                    name="l1_gives_zeros",
                    says="The share of weights at zero after training with L1, its strength chosen on the validation part.",
                    evidence=bs.Trained(arms=arms("l1"), effect=zeros, probe="last"),
                    at_least=0.5,
                    because="Many is at least half.",
                    unit="share",
                ),
                bs.Part(
                    name="l2_does_not",
                    says="The share of weights at zero after training with L2, its strength chosen likewise.",
                    evidence=bs.Trained(arms=arms("l2"), effect=zeros, probe="last"),
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

"""C19: weight decay and an L2 penalty are one under plain gradient descent, and two under Adam.

The penalty λ/2·‖w‖² adds λ·w to the gradient, so that a step with rate α is θ ← (1 − αλ)·θ − αg: decay with w = αλ. Adam divides all
of the gradient by its own size, the penalty's part too; decay is left undivided. Both are trained on digits_mlp for three
epochs, a hundred steps, from the same start on the same batches. *Apart* is the length of the difference between the weights that they
end with, over the length of those.

λ = 0.1 at rates of 0.1 (plain descent; w = 0.01) and 0.003 (Adam, the task's baseline; w = 0.0003): both strong enough to be seen
within a hundred steps. That decay does something at all is a part of its own,
under each of both.

Chosen before any of it ran: one is a thousandth, which leaves room for rounding that a hundred steps let grow; two is a hundredth.
"""

import numpy as np

import benchsuite as bs

TASK, EPOCHS, STRENGTH = "digits_mlp", 3, 0.1
RATES = {"sgd": 0.1, "adam": 0.003}
SEEDS = 8
ONE, TWO = 1e-3, 1e-2


def weights(lab, optimizer, regularization, seed):
    """Return what a network ends with, float64; NaN if the training failed."""
    recipe = {"optimizer": f"{optimizer}[learning_rate={RATES[optimizer]}]", "regularization": regularization}
    network = lab.specimen(TASK, recipe, knobs={"epochs": EPOCHS}, seed=seed)
    failed = network.train().failed
    return np.full(network.size, np.nan) if failed else network.weights.astype("float64")


def penalty():
    """Return the selection of the L2 penalty."""
    return f"l2[strength={STRENGTH}]"


def decay(optimizer):
    """Return the selection of the decay that is to do the same."""
    return f"weight_decay[strength={RATES[optimizer] * STRENGTH:.6g}]"


def apart(optimizer, one, other):
    """Return what computes how far apart the weights are that two regularizations end with."""

    def compute(lab, seed):
        first, second = (weights(lab, optimizer, regularization, seed) for regularization in (one, other))
        return float(np.linalg.norm(first - second) / np.linalg.norm(second))

    return compute


@bs.hookimpl
def register_claims():
    """Register weight_decay_is_l2."""
    return [
        bs.Claim(
            name="weight_decay_is_l2",
            number="C19",
            sentence="Under standard stochastic gradient descent weight decay and ℓ2 regularization have the same effect; under more "
            "complicated methods such as Adam they are not equivalent.",
            source="Course notes N0, Weight decay; Loshchilov & Hutter 2019, arXiv:1711.05101",
            parts=[
                bs.Part(
                    name="one_under_sgd",
                    says="How far apart the weights are that decay and penalty end with under plain gradient descent, relative.",
                    evidence=bs.Computed(compute=apart("sgd", decay("sgd"), penalty()), seeds=SEEDS),
                    at_most=ONE,
                    because="Equal but for the rounding of float32, which a hundred steps may let grow.",
                    unit="ratio",
                ),
                bs.Part(
                    name="decay_does_something",
                    says="How far apart the weights are with decay and without, under plain gradient descent.",
                    evidence=bs.Computed(compute=apart("sgd", decay("sgd"), "none"), seeds=SEEDS),
                    at_least=TWO,
                    because="Ten times what counts as equal.",
                    unit="ratio",
                ),
                bs.Part(
                    name="decay_does_something_under_adam",
                    says="How far apart the weights are with decay and without, under Adam.",
                    evidence=bs.Computed(compute=apart("adam", decay("adam"), "none"), seeds=SEEDS),
                    at_least=TWO,
                    because="As above: else the penalty alone would tell both apart.",
                    unit="ratio",
                ),
                bs.Part(
                    name="two_under_adam",
                    says="How far apart the weights are that decay and penalty end with under Adam.",
                    evidence=bs.Computed(compute=apart("adam", decay("adam"), penalty()), seeds=SEEDS),
                    at_least=TWO,
                    because="Ten times what counts as equal.",
                    unit="ratio",
                ),
            ],
            basis="theorem",
            depends="On w = αλ and a constant rate: where a schedule changes α, the decay must follow it.",
        )
    ]

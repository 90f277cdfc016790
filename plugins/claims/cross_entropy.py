"""C14: under softmax cross-entropy is steeper than squared error.

For logits z, p = softmax(z) and the right class y as a one-hot vector, the gradient of −ln p_y is p − y, that of Σ(p − y)² is 2·J·(p − y)
with J = diag(p) − p·pᵀ. No eigenvalue of J exceeds ½, so that the second is never longer than the first; and where the network is
sure and wrong, J is next to 0 and so is the second, while the first is as long as it gets. Both gradients are those of the registered
losses, by TensorFlow.

Looked at for logits drawn from N(0, s²), s from 0.1 to 10, of 2 to 20 classes; where a wrong class has a probability of 0.99 and all
others share the rest; and in a network at its start (digits_mlp), as the length of the whole gradient.

What it does not show: which of the two ends better. A longer gradient can be had by a larger rate too, as far as it is longer
everywhere alike.

The bounds were written down with the claim, and have not been moved since.
"""

import math

import numpy as np

import benchsuite as bs

SCALES, CLASSES, POINTS = (0.1, 1.0, 10.0), (2, 3, 10, 20), 200
SURE = 0.99
NETWORK = "digits_mlp"
SEEDS = 8
LOSSES = ("cross_entropy", "squared_error")


def lengths(lab, logits, classes):
    """Return the lengths of the gradients of both losses for each row of logits, float64 ``[2, rows]``."""
    import tensorflow as tf

    z, y = tf.constant(logits, tf.float32), tf.constant(classes, tf.int32)
    found = []
    for name in LOSSES:
        with tf.GradientTape() as tape:
            tape.watch(z)
            total = tf.reduce_sum(lab.make("loss", name)(y, z))
        found.append(np.linalg.norm(np.asarray(tape.gradient(total, z), "float64"), axis=1))
    return np.array(found)


def anywhere(lab, seed):
    """Return the length of squared error's gradient over that of cross-entropy, where that is largest; NaN if nowhere."""
    random = np.random.default_rng(seed)
    found = []
    for count in CLASSES:
        for scale in SCALES:
            steep, flat = lengths(lab, scale * random.normal(size=(POINTS, count)), random.integers(count, size=POINTS))
            # Below, where it is sure and right, float32 has rounded both. So said, a NaN is looked at, and np.max keeps it.
            seen = ~(steep <= 1e-3)
            found.append(flat[seen] / steep[seen])
    ratios = np.concatenate(found)
    return float(np.max(ratios)) if len(ratios) else math.nan


def sure_and_wrong(lab, seed):
    """Return the length of cross-entropy's gradient over that of squared error, of ten classes, one wrong one at 0.99."""
    probabilities = np.full((1, 10), (1 - SURE) / 9)
    probabilities[0, 1] = SURE
    steep, flat = lengths(lab, np.log(probabilities), [0])
    return float(steep[0] / flat[0])


def at_the_start(lab, seed):
    """Return the same for the whole gradient of a network that has learnt nothing, over 256 examples."""
    found = []
    for name in LOSSES:
        network = lab.specimen(NETWORK, {"loss": name}, seed=seed)
        x, y = network.arrays("train")
        found.append(float(np.linalg.norm(network.gradient(x[:256], y[:256]).astype("float64"))))
    return found[0] / found[1]


@bs.hookimpl
def register_claims():
    """Register cross_entropy."""
    return [
        bs.Claim(
            name="cross_entropy",
            number="C14",
            sentence="With a softmax output, the landscape of cross-entropy is steeper than that of squared error, and its gradients are "
            "larger.",
            source="Course notes N1, Loss functions: why cross-entropy with softmax",
            parts=[
                bs.Part(
                    name="never_flatter",
                    says="The length of squared error's gradient for the logits over that of cross-entropy, where that is largest.",
                    evidence=bs.Computed(compute=anywhere, seeds=SEEDS),
                    at_most=1.001,
                    because="A theorem, at most 1; a thousandth is left for the rounding of float32.",
                    unit="ratio",
                ),
                bs.Part(
                    name="steep_where_wrong",
                    says="The length of cross-entropy's gradient over that of squared error where a wrong class has a probability of 0.99.",
                    evidence=bs.Computed(compute=sure_and_wrong),
                    at_least=10.0,
                    because="Ten times the gradient decides whether a wrong answer is unlearnt within the budget.",
                    unit="ratio",
                ),
                bs.Part(
                    name="in_a_network",
                    says="The same for the whole gradient of a network of ten classes at its start.",
                    evidence=bs.Computed(compute=at_the_start, seeds=SEEDS),
                    at_least=2.0,
                    because="Theory says K/2 = 5 for K equal probabilities; twice is plainly steeper.",
                    unit="ratio",
                ),
            ],
            basis="theorem",
            depends="On softmax before the loss and on squared error summed over classes; averaged over them it is flatter still.",
        )
    ]

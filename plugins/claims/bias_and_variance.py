"""C29: with capacity bias falls and variance rises.

Networks of two capacities learn from teacher_mlp, where the truth is a random teacher: one hidden layer of 16 (353 numbers), and two
of 128 (19,329). A seed draws six training sets of 500 examples, none twice, from the task's training part; each network is trained on
each of them, from starting values of its own, with 200 steps of Adam on the whole set. On 2,000 test examples the squared error is then
taken apart as in the notes: variance E(f_D − f̄)² with 5 in place of 6 sets below, bias² (f̄ − y)² less a sixth of that variance, which
f̄ of six sets still has. The noise of the targets is part of the bias of both networks, and cancels.

Chosen before any of it ran: the smallest effect of interest is 0.02 of the targets' variance, for either.

What it does not show: what happens far beyond the capacity that fits every example: there variance has been seen to fall again (Neal
et al. 2018, arXiv:1810.08591; Yang et al. 2020, arXiv:2002.11328). Starting values count as variance here, with the sets.
"""

import math

import benchsuite as bs

TASK = "teacher_mlp"
SMALL, LARGE = (1, 16), (2, 128)
"""Hidden layers, and units of each."""
SETS, EXAMPLES, STEPS, TESTED = 6, 500, 200, 2_000
METHOD = "adam[learning_rate=0.01]"
SEEDS = 7
INTEREST = 0.02


def trained_outputs(lab, capacity, seed, number, chosen):
    """Return what a network gives for the test examples, ``[tested]``, once it learnt from some training examples."""
    import keras
    import numpy as np
    import tensorflow as tf

    depth, width = capacity
    network = lab.specimen(TASK, knobs={"depth": depth, "width": width}, seed=SETS * seed + number)
    inputs, targets = (array[chosen] for array in network.arrays("train"))
    theta = keras.Variable(network.weights)
    method = lab.make("optimizer", METHOD)
    method.build([theta])
    step = tf.function(lambda gradient: method.apply([gradient], [theta]))  # a tenth of the time
    for _ in range(STEPS):
        step(tf.constant(network.gradient(inputs, targets)))
        network.weights = np.asarray(theta)
    return network.outputs(network.arrays("test")[0][:TESTED]).astype("float64").ravel()


def taken_apart(lab, capacity, seed):
    """Return bias² with noise, and variance, in units of the targets' variance, both without the error of few sets."""
    import numpy as np

    network = lab.specimen(TASK, seed=seed)
    truth = network.arrays("test")[1][:TESTED].astype("float64").ravel()
    order = np.random.default_rng(seed).permutation(len(network.arrays("train")[0]))
    sets = [order[EXAMPLES * number : EXAMPLES * (number + 1)] for number in range(SETS)]
    given = np.array([trained_outputs(lab, capacity, seed, number, chosen) for number, chosen in enumerate(sets)])
    if not np.isfinite(given).all():
        return math.nan, math.nan
    variance = float(given.var(axis=0, ddof=1).mean())
    bias = float(np.mean((given.mean(axis=0) - truth) ** 2)) - variance / SETS
    return bias / truth.var(), variance / truth.var()


def falls(lab, seed):
    """Return by how much bias² falls from the small network to the large one."""
    return taken_apart(lab, SMALL, seed)[0] - taken_apart(lab, LARGE, seed)[0]


def rises(lab, seed):
    """Return by how much variance rises from the small network to the large one."""
    return taken_apart(lab, LARGE, seed)[1] - taken_apart(lab, SMALL, seed)[1]


@bs.hookimpl
def register_claims():
    """Register bias_and_variance."""
    because = "A fiftieth of what there is to explain; less is hard to see in any score."
    return [
        bs.Claim(
            name="bias_and_variance",
            number="C29",
            sentence="A model with more capacity has less bias and more variance.",
            source="Course notes N2, Bias, variance, noise, with its figure; Geman, Bienenstock & Doursat 1992",
            parts=[
                bs.Part(
                    name="bias_falls",
                    says="By how much bias² falls from one hidden layer of 16 to two of 128, of the targets' variance.",
                    evidence=bs.Computed(compute=falls, seeds=SEEDS),
                    at_least=INTEREST,
                    because=because,
                    unit="share of variance",
                ),
                bs.Part(
                    name="variance_rises",
                    says="By how much variance over training sets rises from one hidden layer of 16 to two of 128, likewise.",
                    evidence=bs.Computed(compute=rises, seeds=SEEDS),
                    at_least=INTEREST,
                    because=because,
                    unit="share of variance",
                ),
            ],
            basis="experience",
            depends="On the size of the sets and on how long the networks train: the notes add that with the right regularization a larger "
            "network lowers bias without more variance.",
        )
    ]

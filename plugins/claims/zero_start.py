"""C6: units that begin alike stay alike: a network whose weights all start at zero never has more than one unit a layer.

All units of a hidden layer see the same inputs; with the same weights they give the same outputs, get the same gradients and make
the same step. Looked at in digits_mlp (two hidden layers of 64) after three epochs, a hundred steps: *unlikeness* is the root mean
square of what units of a layer differ by from their mean, over that of the layer; the largest of the layers counts. From zeros the
whole layer gives 0 and not even the error comes through; from one constant everywhere it does, and units still cannot part. A random
start is the control.

The notes add that linear and logistic regression may start at zero: they have no hidden units. breast_cancer_logistic, from
zeros and from Xavier's start.

Chosen before any of it ran: alike is a thousandth, since units need not be summed in the same order by the machine, which
rounds; different is a tenth.
"""

import math

import numpy as np

import benchsuite as bs

TASK, EPOCHS = "digits_mlp", 3
REGRESSION = "breast_cancer_logistic"
ALIKE, DIFFERENT = 1e-3, 0.1
SEEDS = 8


def unlikeness(layers):
    """Return what units differ by, relative to their size, in the layer where that is most.

    0 for layers that give 0 alone; NaN where there is no layer, or one gives no numbers.
    """
    found = []
    for layer in layers:
        values = np.asarray(layer, "float64")
        size = np.sqrt(np.mean(values**2))
        apart = np.sqrt(np.mean((values - values.mean(axis=-1, keepdims=True)) ** 2))
        found.append(apart / size if size else 0.0)
    return float(np.max(found)) if found else math.nan


def after_training(start):
    """Return what computes the unlikeness after three epochs from a start."""

    def compute(lab, seed):
        network = lab.specimen(TASK, {"initializer": start}, knobs={"epochs": EPOCHS}, seed=seed)
        if network.train().failed:
            return math.nan
        return unlikeness(network.hidden(network.arrays("test")[0]).values())

    return compute


def lost_accuracy(runs):
    """Return how much better logistic regression ends from a random start than from zeros."""
    return runs["random"].final("test_accuracy") - runs["zeros"].final("test_accuracy")


@bs.hookimpl
def register_claims():
    """Register zero_start."""
    return [
        bs.Claim(
            name="zero_start",
            number="C6",
            sentence="If the weights of a network start at 0, all neurons of a layer learn the same: their outputs are equal, and so are "
            "their gradients and updates. Linear and logistic regression may start so.",
            source="Course notes N2, Methods of weight initialization, All-zero initialization; N4, A Poor Initialization",
            parts=[
                bs.Part(
                    name="zeros_stay_alike",
                    says="What the units of a hidden layer differ by after training from zeros, relative to their size.",
                    evidence=bs.Computed(compute=after_training("zeros"), seeds=SEEDS),
                    at_most=ALIKE,
                    because="Equal but for the rounding of float32, which a hundred steps may let grow.",
                    unit="ratio",
                ),
                bs.Part(
                    name="one_constant_stays_alike",
                    says="The same where every weight starts at 0.01, so that units do learn.",
                    evidence=bs.Computed(compute=after_training("constant[value=0.01]"), seeds=SEEDS),
                    at_most=ALIKE,
                    because="Equal but for the rounding of float32, which a hundred steps may let grow.",
                    unit="ratio",
                ),
                bs.Part(
                    name="random_start_parts_them",
                    says="The same from He's random start.",
                    evidence=bs.Computed(compute=after_training("he_normal"), seeds=SEEDS),
                    at_least=DIFFERENT,
                    because="Units that differ by a tenth of their size are different units.",
                    unit="ratio",
                ),
                bs.Part(
                    name="regression_may",
                    says="How much more test accuracy logistic regression has from Xavier's start than from zeros.",
                    evidence=bs.Trained(
                        arms={
                            "random": bs.Arm(task=REGRESSION, recipe={"initializer": "xavier_normal"}),
                            "zeros": bs.Arm(task=REGRESSION, recipe={"initializer": "zeros"}),
                        },
                        effect=lost_accuracy,
                        seeds=SEEDS,
                    ),
                    at_most=0.02,
                    because="Two tumours of the hundred of its test part: less than seeds differ by.",
                    unit="accuracy",
                ),
            ],
            basis="theorem",
            depends="On nothing that treats units differently: dropout's masks, noise in the weights or random connections part them "
            "again.",
        )
    ]

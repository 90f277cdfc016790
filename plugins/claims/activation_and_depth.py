"""C15: gradients fade through stacks of sigmoid layers, and not through ReLU.

Networks of twelve hidden layers, each activation with the start that the notes' table gives it: Xavier with the gain of the
logistic function, 4, and He for ReLU; so the sigmoid is not set up to fail. At the start, from networks of 128 units a layer,
the size of the gradient of the second kernel divided by that of the last hidden one, both of 128 × 128, for 256 training
examples. Then in training, at the tasks' own width, test accuracies with 2 and with 12 layers, each with the best of seven
rates by validation.

Chosen before any of it ran: a gradient is lost below a hundredth, and kept within a factor of ten either way, through the ten
layers between; 0.2 of accuracy is what depth must cost the sigmoid more than ReLU. A
network that diverges with every rate has the accuracy of guessing.

A look at seven seeds showed searches that ended at an edge of their grids; the grids were widened once for that, the bounds
stayed.

What it does not show: the notes' words, that the slope of the sigmoid is at most 1/4, are one cause; the other is that its
outputs are never centred on 0. Neither is told from the other here.
"""

import math

import numpy as np

import benchsuite as bs
from benchsuite_plugins.claims._rates import EDGES, WIDENED, grid, tuned_end

SEEDS = 12
STARTED = 40
"""Networks that are looked at before training, which cost next to nothing."""
TASK = "deep_relu"
WIDTH, DEEP, SHALLOW = 128, 12, 2
EXAMPLES = 256
GUESSING = 1 / 4
START = {"sigmoid": "xavier_normal", "relu": "he_normal"}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


def recipe(activation):
    """Return the activation with the start that the notes give it."""
    return {"activation": activation, "initializer": START[activation]}


def kernel_sizes(specimen, inputs, targets):
    """Return the root mean square of the gradient of each kernel of 128 × 128, inputs first."""
    gradient, sizes, start = specimen.gradient(inputs, targets), [], 0
    for shape in specimen.shapes.values():
        end = start + math.prod(shape)
        if shape == (WIDTH, WIDTH):
            sizes.append(float(np.sqrt(np.mean(np.square(gradient[start:end], dtype="float64")))))
        start = end
    return sizes


def kept(activation):
    """Return what computes log₁₀ of the first such gradient over the last; −∞ for nothing left."""

    def compute(lab, seed):
        specimen = lab.specimen(TASK, recipe(activation), knobs={"width": WIDTH, "depth": DEEP}, seed=seed)
        inputs, targets = specimen.arrays("train")
        sizes = kernel_sizes(specimen, inputs[:EXAMPLES], targets[:EXAMPLES])
        if not sizes[-1]:
            return math.nan
        return math.log10(sizes[0] / sizes[-1]) if sizes[0] else -math.inf

    return compute


def method(activation, depth):
    """Return what the arms are called."""
    return f"{activation}_{depth}"


def arms():
    """Return the arms of all four searches."""
    return {
        name: arm
        for activation in START
        for depth in (SHALLOW, DEEP)
        for name, arm in grid(
            method(activation, depth), TASK, "momentum", RATES, recipe(activation), {"depth": depth}
        ).items()
    }


def accuracy(runs, activation, depth):
    """Return the test accuracy with the rate that validation chooses, that of guessing if all diverged."""
    return tuned_end(runs, method(activation, depth), RATES, "accuracy", GUESSING)


def cost_of_depth(runs):
    """Return what the sigmoid lacks of ReLU's test accuracy with 12 layers, less what it lacks with 2."""
    deep, shallow = (accuracy(runs, "relu", depth) - accuracy(runs, "sigmoid", depth) for depth in (DEEP, SHALLOW))
    return deep - shallow


@bs.hookimpl
def register_claims():
    """Register activation_and_depth."""
    return [
        bs.Claim(
            name="activation_and_depth",
            number="C15",
            sentence="Where the derivative of the activation is below 1 gradients decay exponentially with the layers, as with the "
            "sigmoid, which saturates; ReLU prevents vanishing gradients.",
            source="Course notes N1, The advantages of ReLU; N2, Vanishing and exploding gradients; N4, Analysis of Non-Linear Function",
            parts=[
                bs.Part(
                    name="sigmoid_loses_gradient",
                    says="Through ten sigmoid layers the gradient of a kernel falls to a hundredth or less (log₁₀ of first over last).",
                    evidence=bs.Computed(compute=kept("sigmoid"), seeds=STARTED),
                    at_most=-2.0,
                    because="A layer that moves a hundred times less than another hardly learns beside it.",
                    unit="decades",
                ),
                bs.Part(
                    name="relu_keeps_gradient",
                    says="Through ten ReLU layers it stays within a factor of ten.",
                    evidence=bs.Computed(compute=kept("relu"), seeds=STARTED),
                    at_least=-1.0,
                    at_most=1.0,
                    because="Theory says a factor of 1 for wide layers; within ten, layers still learn side by side.",
                    unit="decades",
                ),
                bs.Part(
                    name="depth_costs_sigmoid",
                    says="From 2 to 12 layers the sigmoid falls behind ReLU by at least 0.2 more of test accuracy, each with the best of "
                    "seven rates.",
                    evidence=bs.Trained(arms=arms(), effect=cost_of_depth, seeds=SEEDS),
                    at_least=0.2,
                    because="One example in five is a network that trains against one that does not.",
                    unit="accuracy",
                ),
            ],
            basis="theory",
            depends="On the start: the sigmoid's gain of 4 undoes the slope of 1/4 where its inputs are small, and only there. "
            "Normalization and residual connections carry gradients through either. "
            f"{EDGES} {WIDENED} So were the seeds of the parts without training, from 12 to 40.",
        )
    ]

"""C16: maxout contains ReLU, and every convex function of straight pieces.

A maxout unit gives the largest of k linear functions of what enters. With the second of two 0 everywhere it is max(0, wᵀx + b), ReLU. Shown
by building: a network with ReLU (digits_mlp at its start), and the same with maxout whose pieces are that network's weights and zeros,
give the same outputs and the same loss. The price that the notes name is shown beside it: twice the weights for two pieces.

With more pieces it is any convex function of that many straight ones: functions with 5 pieces drawn at random, against the largest of
the five lines by NumPy.

The bounds were written down with the claim, and have not been moved since.
"""

import numpy as np

import benchsuite as bs

NETWORK = "digits_mlp"
PIECES = 5
SEEDS = 8


def kernels_and_biases(network):
    """Return the trained arrays of a network, by name."""
    found, start = {}, 0
    for name, shape in network.shapes.items():
        stop = start + int(np.prod(shape))
        found[name] = network.weights[start:stop].reshape(shape)
        start = stop
    return found


def pair(lab, seed):
    """Return a network with ReLU, and the one with maxout that is built to be the same."""
    relu = lab.specimen(NETWORK, {"activation": "relu"}, seed=seed)
    maxout = lab.specimen(NETWORK, {"activation": "maxout[pieces=2]"}, seed=seed)
    given, built = kernels_and_biases(relu), []
    for name, shape in maxout.shapes.items():
        values = np.zeros(shape, "float32")
        if shape == given[name].shape:  # the outputs, which have no activation
            values[...] = given[name]
        else:
            values[..., 0::2] = given[name]  # neighbouring features are the pieces of one unit
        built.append(values.reshape(-1))
    maxout.weights = np.concatenate(built)
    return relu, maxout


def outputs_off(lab, seed):
    """Return the largest difference between the outputs of both, relative to their size."""
    relu, maxout = pair(lab, seed)
    inputs = relu.arrays("test")[0]
    one, other = relu.outputs(inputs).astype("float64"), maxout.outputs(inputs).astype("float64")
    return float(np.abs(one - other).max() / np.sqrt(np.mean(one**2)))


def weights_more(lab, seed):
    """Return how many times as many weights the hidden layers have."""
    relu, maxout = (
        sum(int(np.prod(shape)) for name, shape in network.shapes.items() if not name.startswith("output"))
        for network in pair(lab, seed)
    )
    return maxout / relu


def convex_off(lab, seed):
    """Return the largest difference from a convex function of five straight pieces, on 1,001 points of [−3, 3]."""
    random = np.random.default_rng(seed)
    slopes, offsets = random.normal(size=PIECES), random.normal(size=PIECES)
    points = np.linspace(-3, 3, 1001)
    lines = points[:, None] * slopes + offsets
    found = lab.make("activation", f"maxout[pieces={PIECES}]")(lines.astype("float32"))
    return float(np.abs(np.asarray(found, "float64")[:, 0] - lines.max(axis=1)).max())


@bs.hookimpl
def register_claims():
    """Register maxout_contains_relu."""
    return [
        bs.Claim(
            name="maxout_contains_relu",
            number="C16",
            sentence="ReLU is a special case of what maxout learns, with w, b, 0, 0 as the parameters; maxout can learn any piecewise "
            "linear convex activation, with as many pieces as a group has elements, and has that many times the parameters.",
            source="Course notes N1, Maxout",
            parts=[
                bs.Part(
                    name="relu_is_one",
                    says="The largest difference between the outputs of a ReLU network and of the maxout network built from it, relative "
                    "to their size.",
                    evidence=bs.Computed(compute=outputs_off, seeds=SEEDS),
                    at_most=1e-5,
                    because="Exact but for the rounding of float32 in sums of 64 terms.",
                    unit="ratio",
                ),
                bs.Part(
                    name="any_convex_one",
                    says="The largest difference between maxout of five pieces and a convex function of five straight pieces.",
                    evidence=bs.Computed(compute=convex_off, seeds=SEEDS),
                    at_most=1e-5,
                    because="Exact but for the rounding of float32.",
                ),
                bs.Part(
                    name="twice_the_weights",
                    says="How many times as many weights the hidden layers have with two pieces.",
                    evidence=bs.Computed(compute=weights_more),
                    at_least=2.0,
                    at_most=2.0,
                    because="A count.",
                    unit="ratio",
                ),
            ],
            basis="theorem",
            depends="On nothing: it is a construction. That training finds it is another matter.",
        )
    ]

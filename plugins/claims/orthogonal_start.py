"""C8: orthogonal weights keep lengths, of signals on their way forward and of errors on their way back.

The notes ask for ‖δ⁽ˡ⁻¹⁾‖² = ‖Wᵀδ⁽ˡ⁾‖² = ‖δ⁽ˡ⁾‖², against vanishing and exploding gradients, and name the orthogonal start. The
matrices are those that the initializer draws for square kernels of 64 with a gain of 1. *Off* is how far ‖Wv‖/‖v‖ is from 1, at
most, for vectors drawn from N(0, 1). Fifty of them are also put in a row: there a random start of the same size (Xavier's, whose
entries have the same variance) is the control. It keeps lengths on average, but each length wanders, further with every layer.

In a network: the kernels with which deep_tanh starts, where a matrix that keeps lengths has singular values that are all equal.

It says nothing of activations: ReLU halves what comes through, tanh bends it (C7).

The bounds were written down with the claim, and have not been moved since.
"""

import math

import numpy as np

import benchsuite as bs

UNITS, LAYERS, VECTORS = 64, 50, 100
NETWORK = "deep_tanh"
SEEDS = 12
TOLERANCE = 1e-5
"""The rounding of float32 is 6e-8 for each of 64 terms."""


def matrices(lab, start, seed, count):
    """Return kernels as an initializer draws them, float32 as layers have them."""
    import keras

    made = lab.make("initializer", start)
    random = np.random.default_rng(seed)
    shape = (UNITS, UNITS)
    if isinstance(made, keras.initializers.Initializer):
        seeds = random.integers(2**31, size=count)
        config = made.get_config()
        return [np.asarray(type(made).from_config({**config, "seed": int(one)})(shape)) for one in seeds]
    return [np.asarray(made(shape, UNITS, UNITS, 1.0, random), "float32") for _ in range(count)]


def off(lab, seed, through):
    """Return how far from 1 a matrix changes lengths, at most."""
    (matrix,) = matrices(lab, "orthogonal", seed, 1)
    vectors = np.random.default_rng(seed).normal(size=(UNITS, VECTORS))
    ratios = np.linalg.norm(through(matrix.astype("float64")) @ vectors, axis=0) / np.linalg.norm(vectors, axis=0)
    return float(np.abs(ratios - 1).max())


def forward(lab, seed):
    """Return how far signals are off: a layer computes x·W."""
    return off(lab, seed, lambda matrix: matrix.T)


def backward(lab, seed):
    """Return how far errors are off: they come back as W·δ."""
    return off(lab, seed, lambda matrix: matrix)


def in_a_row(start):
    """Return what computes by which power of two the length of an error has changed after fifty layers, its sign left out."""

    def compute(lab, seed):
        error = np.random.default_rng(seed).normal(size=UNITS)
        length = np.linalg.norm(error)
        for matrix in matrices(lab, start, seed, LAYERS):
            error = matrix.astype("float64") @ error
        return float(abs(np.log2(np.linalg.norm(error) / length)))

    return compute


def in_a_network(lab, seed):
    """Return the largest singular value over the smallest, less 1, of the square kernel where that is largest; NaN if none is square."""
    network = lab.specimen(NETWORK, {"initializer": "orthogonal"}, seed=seed)
    found, start = [], 0
    for name, shape in network.shapes.items():
        stop = start + int(np.prod(shape))
        if name.endswith("kernel") and len(shape) == 2 and shape[0] == shape[1]:
            values = np.linalg.svd(network.weights[start:stop].reshape(shape).astype("float64"), compute_uv=False)
            found.append(values[0] / values[-1] - 1)
        start = stop
    return float(np.max(found)) if found else math.nan  # np.max keeps a NaN


def exact(name, says, compute):
    """Return a part about lengths that are kept."""
    return bs.Part(
        name=name,
        says=says,
        evidence=bs.Computed(compute=compute, seeds=SEEDS),
        at_most=TOLERANCE,
        because="Exact but for the rounding of float32.",
        unit="ratio",
    )


@bs.hookimpl
def register_claims():
    """Register orthogonal_start."""
    return [
        bs.Claim(
            name="orthogonal_start",
            number="C8",
            sentence="Against vanishing and exploding gradients the error term is to keep its norm from layer to layer, "
            "‖Wᵀδ‖² = ‖δ‖²; orthogonal weights do that.",
            source="Course notes N0, Parameter initialization, Orthogonal initialization",
            parts=[
                exact(
                    "forward", "How far from 1 an orthogonal matrix changes the lengths of signals, at most.", forward
                ),
                exact(
                    "backward", "How far from 1 it changes the lengths of errors on their way back, at most.", backward
                ),
                exact(
                    "in_a_network",
                    "By how much the singular values of a square kernel of a network's start differ, relative, at most.",
                    in_a_network,
                ),
                bs.Part(
                    name="fifty_in_a_row",
                    says="The power of two by which fifty orthogonal matrices change the length of an error.",
                    evidence=bs.Computed(compute=in_a_row("orthogonal"), seeds=SEEDS),
                    at_most=0.01,
                    because="A hundredth of a doubling after fifty layers is no vanishing and no explosion.",
                    unit="log₂",
                ),
                bs.Part(
                    name="random_ones_wander",
                    says="The same for Xavier's random matrices, whose entries are as large.",
                    evidence=bs.Computed(compute=in_a_row("xavier_normal"), seeds=SEEDS),
                    at_least=0.1,
                    because="Ten times what the orthogonal ones may; theory expects about one doubling after fifty layers of 64.",
                    unit="log₂",
                ),
            ],
            basis="theorem",
            depends="On the weights alone. Activations change lengths too, and training moves weights away from being orthogonal.",
        )
    ]

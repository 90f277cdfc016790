"""Automatic differentiation: forward and reverse mode give one gradient, and for the notes' function it is 0.25.

f(x; w, b) = 1/(exp(−(wx + b)) + 1), taken apart into the notes' six steps h₁ = x·w, h₂ = h₁ + b, h₃ = −h₂, h₄ = exp(h₃),
h₅ = h₄ + 1, h₆ = 1/h₅. TensorFlow's tape goes from f back to w and b once (reverse mode, as training does), its accumulator goes
from w, and again from b, to f (forward mode: once for each number that is trained). ``benchsuite claim info autodiff`` shows both, step
by step.

In a network forward mode would need a run for each trained number; there the gradient is held against differences of the loss along
directions drawn at random. tanh, since a network of ReLU has kinks between the two points. The differences are of losses in float32,
whose error is some thousandths of them: the bound is a hundredth.
"""

import itertools

import numpy as np

import benchsuite as bs

POINT = {"x": 1.0, "w": 0.0, "b": 0.0}
"""Where the notes compute it."""
EXACT = 0.25
TEXTS = {
    "h1": "x × w",
    "h2": "h1 + b",
    "h3": "h2 × −1",
    "h4": "exp(h3)",
    "h5": "h4 + 1",
    "h6": "1/h5",
}
NETWORK, EXAMPLES, LENGTH = "deep_tanh", 512, 0.05
SEEDS = 8


def steps(x, w, b):
    """Return the notes' six steps, each a tensor made of those before: the last one is f."""
    import tensorflow as tf

    h1 = x * w
    h2 = h1 + b
    h3 = h2 * -1.0
    h4 = tf.exp(h3)
    h5 = h4 + 1.0
    return {"h1": h1, "h2": h2, "h3": h3, "h4": h4, "h5": h5, "h6": 1.0 / h5}


def tensors(point):
    """Return x, w and b as tensors."""
    import tensorflow as tf

    return {name: tf.constant(value, tf.float32) for name, value in point.items()}


def reverse(point):
    """Return ∂f/∂ of each step and of w and b, by one pass from f backwards, and ∂h/∂ of the step before of each."""
    import tensorflow as tf

    given = tensors(point)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([given["w"], given["b"]])
        found = steps(**given)
    nodes = {"w": given["w"], "b": given["b"], **found}
    of_f = dict(zip(nodes, tape.gradient(found["h6"], list(nodes.values())), strict=True))
    names = ["w", *found]
    local = {name: float(tape.gradient(found[name], nodes[before])) for before, name in itertools.pairwise(names)}
    return {name: float(value) for name, value in of_f.items()}, local, {n: float(v) for n, v in found.items()}


def forward(point, name):
    """Return ∂h/∂w of each step, or ∂h/∂b, by one pass forwards."""
    import tensorflow as tf

    given = tensors(point)
    with tf.autodiff.ForwardAccumulator(primals=given[name], tangents=tf.constant(1.0)) as accumulator:
        found = steps(**given)
    return {
        step: float(accumulator.jvp(value, unconnected_gradients=tf.UnconnectedGradients.ZERO))
        for step, value in found.items()
    }


def worked_example(lab, seed):
    """Return ∂f/∂w at the notes' point, by reverse mode."""
    return reverse(POINT)[0]["w"]


def between_the_modes(lab, seed):
    """Return the largest difference between the modes, over ∂f/∂w and ∂f/∂b at 20 points drawn from N(0, 1)."""
    random = np.random.default_rng(seed)
    differences = []
    for values in random.normal(size=(20, 3)):
        point = dict(zip(POINT, map(float, values), strict=True))
        back = reverse(point)[0]
        differences += [abs(back[name] - forward(point, name)["h6"]) for name in ("w", "b")]
    return float(np.max(differences))  # which keeps a NaN


def in_a_network(lab, seed):
    """Return how far slopes of the loss by the gradient are from those by differences, relative, in 8 directions."""
    network = lab.specimen(NETWORK, seed=seed)
    x, y = (array[:EXAMPLES] for array in network.arrays("train"))
    start, gradient = network.weights.astype("float64"), network.gradient(x, y).astype("float64")
    random = np.random.default_rng(seed)
    by_gradient, by_differences = [], []
    for _ in range(8):
        # Half of it along the gradient, so that the loss differs by more than its rounding.
        direction = random.normal(size=network.size)
        direction = direction / np.linalg.norm(direction) + gradient / np.linalg.norm(gradient)
        direction *= LENGTH / np.linalg.norm(direction)
        losses = []
        for sign in (1, -1):
            network.weights = start + sign * direction
            losses.append(network.loss(x, y))
        by_gradient.append(gradient @ direction)
        by_differences.append((losses[0] - losses[1]) / 2)
    return float(np.linalg.norm(np.subtract(by_gradient, by_differences)) / np.linalg.norm(by_differences))


def example(lab):
    """Return the notes' table, computed: value, local derivative, and the derivatives that both modes carry along."""
    of_f, local, values = reverse(POINT)
    of_w, of_b = forward(POINT, "w"), forward(POINT, "b")
    head = ["step", "is", "value", "by the step before", "reverse: ∂f/∂step", "forward: ∂step/∂w", "forward: ∂step/∂b"]
    rows = [
        [name, text, *(f"{value:g}" for value in (values[name], local[name], of_f[name], of_w[name], of_b[name]))]
        for name, text in TEXTS.items()
    ]
    return [
        head,
        ["w", "trained", f"{POINT['w']:g}", "", f"{of_f['w']:g}", "1", "0"],
        ["b", "trained", f"{POINT['b']:g}", "", f"{of_f['b']:g}", "0", "1"],
        *rows,
    ]


@bs.hookimpl
def register_claims():
    """Register autodiff."""
    return [
        bs.Claim(
            name="autodiff",
            sentence="Automatic differentiation computes the gradient of a composed function by the chain rule, in forward or in reverse "
            "mode: for f(x; w, b) = 1/(exp(−(wx + b)) + 1), ∂f/∂w is 0.25 at x = 1, w = 0, b = 0.",
            source="Course notes N0, Computational graphs and automatic differentiation",
            parts=[
                bs.Part(
                    name="worked_example",
                    says="∂f/∂w at the notes' point, by reverse mode.",
                    evidence=bs.Computed(compute=worked_example),
                    at_least=EXACT - 1e-6,
                    at_most=EXACT + 1e-6,
                    because="The notes' own result, to the rounding of float32.",
                    unit="derivative",
                ),
                bs.Part(
                    name="both_modes_agree",
                    says="The largest difference between forward and reverse mode over twenty random points.",
                    evidence=bs.Computed(compute=between_the_modes, seeds=SEEDS),
                    at_most=1e-6,
                    because="Both are exact but for rounding; f's derivatives are at most a few tenths.",
                    unit="derivative",
                ),
                bs.Part(
                    name="in_a_network",
                    says="The difference between slopes of a deep network's loss by its gradient and by differences of the loss, relative.",
                    evidence=bs.Computed(compute=in_a_network, seeds=SEEDS),
                    at_most=0.01,
                    because="Differences of float32 losses have an error of thousandths; a wrong gradient is off by far more.",
                    unit="ratio",
                ),
            ],
            basis="theorem",
            depends="On nothing but the arithmetic. Reverse mode needs one pass for all trained numbers, forward mode one for each.",
            example=example,
        )
    ]

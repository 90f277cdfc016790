"""C34: gradient descent on ridge regression reaches the closed form w = (λI + ΦᵀΦ)⁻¹Φᵀt.

Φ are the 265 training examples of diabetes_mlp, ten standardized columns, and t their targets: the notes' error function
½·Σ(t − wᵀφ)² + λ/2·wᵀw, with λ = 10. Descended by the registered optimizer, loss and penalty: divided by N/2, which moves no minimum, it
is mse + λ/N·wᵀw, so that l2's strength is 2λ/N. All examples are one batch; the rate is 1/L, L the largest eigenvalue of the
Hessian 2/N·(ΦᵀΦ + λI), and the number of steps is such that what is left of the start along the flattest direction, (1 − μ/L)ⁿ with μ the
smallest eigenvalue, is below 10⁻⁶. It starts at w ~ N(0, 1). The closed form is NumPy's, in float64.

The bounds were written down with the claim, and have not been moved since. "Ridge" is Hoerl & Kennard's word (1970); the notes have a
quadratic regularizer.

The notes say of λ: the larger, the stronger the restriction. λ = 100 beside 10, both by descent.
"""

import math

import numpy as np

import benchsuite as bs

TASK, STRENGTH, STRONGER = "diabetes_mlp", 10.0, 100.0
LEFT = 1e-6
SEEDS = 8


def problem(lab):
    """Return Φ ``[examples, 10]`` and t ``[examples]``, float64."""
    features, targets = lab.specimen(TASK).arrays("train")
    return features.astype("float64"), targets.reshape(-1).astype("float64")


def closed_form(features, targets, strength):
    """Return (λI + ΦᵀΦ)⁻¹Φᵀt."""
    return np.linalg.solve(strength * np.eye(features.shape[1]) + features.T @ features, features.T @ targets)


def descended(lab, features, targets, strength, start):
    """Return where gradient descent ends."""
    import keras
    import tensorflow as tf

    count, columns = features.shape
    curvatures = np.linalg.eigvalsh(2 / count * (features.T @ features + strength * np.eye(columns)))
    steps = math.ceil(math.log(LEFT) / math.log1p(-curvatures[0] / curvatures[-1]))
    rate, weight = float(1 / curvatures[-1]), float(2 * strength / count)
    loss, penalty = lab.make("loss", "mse"), lab.make("regularization", f"l2[strength={weight!r}]")
    optimizer = lab.make("optimizer", f"sgd[learning_rate={rate!r}]")
    w = keras.Variable(start.astype("float32")[:, None])
    optimizer.build([w])
    phi, t = tf.constant(features, tf.float32), tf.constant(targets[:, None], tf.float32)

    def step(number):
        with tf.GradientTape() as tape:
            total = tf.reduce_mean(loss(t, tf.matmul(phi, w.value))) + penalty(w.value)
        optimizer.apply(tape.gradient(total, [w.value]), [w])
        return (number + 1,)

    @tf.function(autograph=False, jit_compile=True)
    def descend():
        tf.while_loop(lambda number: number < steps, step, (tf.constant(0),), parallel_iterations=1)

    descend()
    return np.asarray(w.numpy(), "float64")[:, 0]


def off(lab, seed):
    """Return how far descent ends from the closed form, relative to its length."""
    features, targets = problem(lab)
    start = np.random.default_rng(seed).normal(size=features.shape[1])
    known = closed_form(features, targets, STRENGTH)
    found = descended(lab, features, targets, STRENGTH, start)
    return float(np.linalg.norm(found - known) / np.linalg.norm(known))


def shorter(lab, seed):
    """Return the length that descent ends with under ten times the λ, over that under λ."""
    features, targets = problem(lab)
    start = np.random.default_rng(seed).normal(size=features.shape[1])
    weak, strong = (
        np.linalg.norm(descended(lab, features, targets, strength, start)) for strength in (STRENGTH, STRONGER)
    )
    return float(strong / weak)


@bs.hookimpl
def register_claims():
    """Register ridge_regression."""
    return [
        bs.Claim(
            name="ridge_regression",
            number="C34",
            sentence="The error ½·Σ(t − wᵀφ)² + λ/2·wᵀw is least at w = (λI + ΦᵀΦ)⁻¹Φᵀt, which gradient descent reaches; the larger λ, the "
            "stronger the restriction.",
            source="Course notes N2, Regularization, the quadratic regularizer",
            parts=[
                bs.Part(
                    name="reaches_closed_form",
                    says="How far gradient descent ends from (λI + ΦᵀΦ)⁻¹Φᵀt, relative to its length.",
                    evidence=bs.Computed(compute=off, seeds=SEEDS),
                    at_most=1e-3,
                    because="A theorem; what float32 rounds, the flattest direction makes a hundred times larger.",
                    unit="ratio",
                ),
                bs.Part(
                    name="larger_lambda_restricts",
                    says="The length of w under a λ ten times as large, over that under λ.",
                    evidence=bs.Computed(compute=shorter, seeds=SEEDS),
                    at_most=0.9,
                    because="A tenth shorter is a restriction that one sees.",
                    unit="ratio",
                ),
            ],
            basis="theorem",
            depends="On a rate below 2/L and on enough steps; on all examples in each step: single batches have other minima.",
        )
    ]

"""C4: momentum and Nesterov's gradient damp the oscillation across a ravine, and take it at the rate that theory gives.

The ravine is the task quadratic: largest curvature L = 1, smallest μ = 0.01, κ = 100, no noise. Each method has the
hyperparameters that theory calls the best for such a quadratic:

    gradient descent   α = 2/(L + μ)                                              factor (κ − 1)/(κ + 1) = 0.980 a step
    momentum           α = 4/(√L + √μ)², ρ = ((√κ − 1)/(√κ + 1))²                 (√κ − 1)/(√κ + 1) = 0.818
    Nesterov           α = 4/(3L + μ), ρ = (√(3κ + 1) − 2)/(√(3κ + 1) + 2)        1 − 2/√(3κ + 1) = 0.885

(Polyak 1964; Lessard, Recht & Packard 2016, arXiv:1408.3574, proposition 1.) The rates are measured on trainings of the engine,
from step 100 to step 200, as the factor by which ‖θ‖ shrinks. Oscillation is the length of the way *across* the ravine, Σ|Δv| over
200 steps, v the coordinate along the eigenvector of L: what a method that goes straight to the floor makes |v₀| long. Its steps are
those of the optimizer component on the gradients of the task's own network.

Chosen before any of it ran: a rate is theory's within 2 %, since two equal roots add a factor that grows as the step number, 0.7 % a
step here; oscillation is damped if the way across is at most half as long as that of gradient descent.

What came of it: Polyak's best hyperparameters do *not* lessen the way across (1.02 of that of gradient descent). Their first step
leads from v₀ to −2.3 v₀, and two equal roots let the swing grow before it dies; it is over in a tenth of the steps.

What it does not show: at *equal* rates it need not be so. Gradient descent at a rate well below 2/L does not oscillate, and momentum
0.9 does. The part ``usual_momentum`` therefore takes the rate at which gradient descent is best, with the notes' ρ = 0.9.
"""

import math

import benchsuite as bs

TASK = "quadratic"
LARGEST, SMALLEST = 1.0, 0.01
CONDITION = LARGEST / SMALLEST
ROOT, ROOT3 = math.sqrt(CONDITION), math.sqrt(3 * CONDITION + 1)
STEEP = (-0.5, math.sqrt(0.75))
"""The eigenvector of L: (−sin 30°, cos 30°)."""
STEPS, EPOCHS = 200, 10
DESCENT = f"sgd[learning_rate={2 / (LARGEST + SMALLEST)!r}]"
METHODS = {
    "momentum": (
        f"momentum[learning_rate={4 / (math.sqrt(LARGEST) + math.sqrt(SMALLEST)) ** 2!r},momentum={((ROOT - 1) / (ROOT + 1)) ** 2!r}]",
        (ROOT - 1) / (ROOT + 1),
    ),
    "nesterov": (
        f"nesterov[learning_rate={4 / (3 * LARGEST + SMALLEST)!r},momentum={(ROOT3 - 2) / (ROOT3 + 2)!r}]",
        1 - 2 / ROOT3,
    ),
}
USUAL = f"momentum[learning_rate={2 / (LARGEST + SMALLEST)!r},momentum=0.9]"
TITLES = {"momentum": "momentum", "nesterov": "Nesterov's gradient"}


def rate(lab, optimizer):
    """Return by what factor ‖θ‖ shrinks a step, from the 100th to the 200th."""
    import numpy as np

    network = lab.specimen(TASK, {"optimizer": optimizer}, knobs={"epochs": EPOCHS})
    lengths = []
    for _ in range(2):
        if network.train(EPOCHS // 2).failed:
            return math.nan
        lengths.append(float(np.linalg.norm(network.weights.astype("float64"))))
    return (lengths[1] / lengths[0]) ** (2 / STEPS)


def way_across(lab, optimizer):
    """Return Σ|Δv|/|v₀| over 200 steps: how far an optimizer goes to and fro across the ravine."""
    import keras
    import numpy as np
    import tensorflow as tf

    network = lab.specimen(TASK)
    inputs, targets = network.arrays("train")
    theta = keras.Variable(network.weights)
    method = lab.make("optimizer", optimizer)
    method.build([theta])
    step = tf.function(lambda gradient: method.apply([gradient], [theta]))  # a tenth of the time
    places = [network.weights]
    for _ in range(STEPS):
        step(tf.constant(network.gradient(inputs, targets)))
        network.weights = np.asarray(theta)
        places.append(network.weights)
    across = np.array(places, "float64") @ STEEP
    return float(np.abs(np.diff(across)).sum() / abs(across[0]))


def rate_part(name):
    """Return the part that a method takes theory's rate."""
    optimizer, theory = METHODS[name]
    return bs.Part(
        name=f"{name}_rate",
        says=f"The factor by which {TITLES[name]} shrinks ‖θ‖ a step, over that of theory, {theory:.4f}.",
        evidence=bs.Computed(compute=lambda lab, seed: rate(lab, optimizer) / theory),
        at_least=0.98,
        at_most=1.02,
        because="Two equal roots add a factor of the step number, 0.7 % a step between 100 and 200; what is left is rounding.",
        unit="ratio",
    )


def damped_part(name, says, optimizer):
    """Return the part that an optimizer goes less across the ravine than gradient descent at its best rate."""
    return bs.Part(
        name=name,
        says=f"The way across the ravine of {says}, over that of gradient descent at its best rate.",
        evidence=bs.Computed(compute=lambda lab, seed: way_across(lab, optimizer) / way_across(lab, DESCENT)),
        at_most=0.5,
        because="Half as much to and fro is what one would call damped.",
        unit="ratio",
    )


@bs.hookimpl
def register_claims():
    """Register momentum."""
    return [
        bs.Claim(
            name="momentum",
            number="C4",
            sentence="Momentum speeds gradient descent up where directions agree and suppresses oscillation where they change; "
            "Nesterov's gradient corrects its leap.",
            source="Course notes N2, Momentum; N0, Momentum method, Nesterov accelerated gradient; N4, Adding Momentum",
            parts=[
                rate_part("momentum"),
                rate_part("nesterov"),
                damped_part("momentum_damps", "momentum at its best hyperparameters", METHODS["momentum"][0]),
                damped_part("nesterov_damps", "Nesterov's gradient at its best", METHODS["nesterov"][0]),
                damped_part("usual_momentum", "momentum 0.9 at gradient descent's best rate", USUAL),
            ],
            basis="theory",
            depends="On the learning rate: gradient descent oscillates only near its limit 2/L. At smaller rates it goes straight to "
            "the floor of the ravine, slowly along it, and momentum 0.9 swings where it does not. On what one calls oscillation: with "
            "Polyak's best hyperparameters the first step overshoots 2.3 times as far, so that the whole way across is as long as that of "
            "gradient descent, though over in a tenth of the steps.",
        )
    ]

"""FTRL-proximal: weights that minimize Σ⟨g, θ⟩ + ½·Σσ·‖θ − θₛ‖² + λ₁·‖θ‖₁ + ½·λ₂·‖θ‖², exactly 0 where λ₁ wins.

n ← n + g², η = α/(β + √n);  x = θ − η·(g − s);  θ ← sign(x)·max(|x| − η·λ₁, 0)/(1 + η·λ₂);  s ← (x − θ)/η.

McMahan et al. 2013, "Ad Click Prediction: a View from the Trenches", Algorithm 1, whose β = 1 this is, with n from 0;
λ₁ and λ₂ are to be tuned (0 here), α = 0.001 is Keras' default. s is the slope of the penalties; the paper's z is
−x/η, and Σσ = 1/η. From zero weights and at a constant rate the paper, Keras' ``Ftrl`` (whose λ₂ is half of ours) and
this agree. Ours, not Keras', because a network starts from drawn weights and rates follow a schedule: Keras' z starts
at 0 whatever the weights, so its first step forgets them (where g = 0 they become 0), and it divides an unchanged z by
the new rate, so halving the rate halves every weight. The paper's σ = 1/ηₜ − 1/ηₜ₋₁ with z from −θ₁·β/α does neither;
with λ₁ = λ₂ = 0 it is AdaGrad with β outside of the root.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta, l1, l2):
    """Return an ``Ftrl``, which is a ``keras.optimizers.Optimizer``."""
    return ftrl()(learning_rate, beta, l1, l2)


@cache
def ftrl():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, serializable

    @serializable
    class Ftrl(Ours):
        """See the module's docstring for the rule."""

        slots = ("n", "s")

        not_averages = ("beta",)

        def __init__(self, learning_rate=0.001, beta=1.0, l1=0.0, l2=0.0, **arguments):
            super().__init__(learning_rate, {"beta": beta, "l1": l1, "l2": l2}, **arguments)

        def update(self, gradient, weights, state, rate, step):
            n = state["n"] + gradient**2
            eta = tf.math.divide_no_nan(rate, self.beta + tf.sqrt(n))
            x = weights - eta * (gradient - state["s"])
            cut = tf.clip_by_value(x, -eta * self.l1, eta * self.l1)
            new = (x - cut) / (1 + eta * self.l2)
            # At a rate of 0 nothing moves, and the slope is the one before.
            slope = tf.where(eta > 0, tf.math.divide_no_nan(cut, eta) + self.l2 * new, state["s"])
            return new, {"n": n, "s": slope}

    return Ftrl


@bs.hookimpl
def register_optimizers():
    """Register ftrl."""
    return [
        bs.Optimizer(
            name="ftrl",
            make=make,
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta": bs.Uniform(0.0, 10.0, default=1.0),
                "l1": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
                "l2": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="AdaGrad with penalties solved exactly: L1 gives weights that are 0.",
            reference="McMahan et al. 2013, Ad Click Prediction: a View from the Trenches",
            formula="n ← n + g²;  η = α/(β + √n);  x = θ − η·(g − s);  "
            "θ ← sign(x)·max(|x| − η·λ₁, 0)/(1 + η·λ₂);  s ← (x − θ)/η",
        )
    ]

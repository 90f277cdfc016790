"""LAMB: r = m̂/(√v̂ + ε) + λ·θ, θ ← θ − α·‖θ‖/‖r‖·r for each variable, with Adam's corrected averages m̂ and v̂.

You et al. 2020, arXiv:1904.00962, with φ(x) = x. Ours, not Keras' ``Lamb``: there the weight decay stands outside of
the ratio (θ shrinks by α·λ before a step whose ratio does not know λ), in the paper it is part of r; with λ = 0 both
agree. In bfloat16 Keras' does not move. The ratio is 1 where ‖θ‖ or ‖r‖ is 0, as in Keras and optax; like there, biases
and gains have a ratio and a decay as well. β₁ = 0.9, β₂ = 0.999 and λ = 0.01 are the paper's, ε = 1e-6 is optax's,
α = 0.001 Keras'.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, weight_decay):
    """Return a ``Lamb``, which is a ``keras.optimizers.Optimizer``."""
    return lamb()(learning_rate, beta_1, beta_2, epsilon, weight_decay)


@cache
def lamb():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OwnDecay, one_minus_power, serializable

    @serializable
    class Lamb(OwnDecay):
        """See the module's docstring for the rule."""

        slots = ("m", "v")

        def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-6, weight_decay=0.01, **arguments):
            own = {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
            super().__init__(learning_rate, own, weight_decay=weight_decay, **arguments)

        def update(self, gradient, weights, state, decay, rate, step):
            m = self.beta_1 * state["m"] + (1 - self.beta_1) * gradient
            v = self.beta_2 * state["v"] + (1 - self.beta_2) * gradient**2
            root = tf.sqrt(v / one_minus_power(self.beta_2, step))
            r = m / one_minus_power(self.beta_1, step) / (root + self.epsilon) + decay * weights
            length, along = tf.norm(weights), tf.norm(r)
            ratio = tf.where((length > 0) & (along > 0), tf.math.divide_no_nan(length, along), 1)
            return weights - rate * ratio * r, {"m": m, "v": v}

    return Lamb


@bs.hookimpl
def register_optimizers():
    """Register lamb."""
    return [
        bs.Optimizer(
            name="lamb",
            make=make,
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.0, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.0, 0.99999, default=0.999),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-6),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.01, zero=True),
            },
            summary="Adam's direction, its length in each variable a share of the weights' own.",
            reference="You et al. 2020, arXiv:1904.00962",
            formula="r = m̂/(√v̂ + ε) + λ·θ;  θ ← θ − α·‖θ‖/‖r‖·r",
        )
    ]

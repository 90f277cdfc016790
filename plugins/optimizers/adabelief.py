"""AdaBelief: Adam divided by how far gradients stray from their average: s ← β₂·s + (1 − β₂)·(g − m)² + ε, θ ← θ − α·m̂/(√ŝ + ε).

m ← β₁·m + (1 − β₁)·g, the new m standing in s;  m̂ = m/(1 − β₁ᵗ);  ŝ = s/(1 − β₂ᵗ).

Ours, from Zhuang et al. 2020, arXiv:2010.07468, algorithm 2: ε is added to s at every step, so that it accumulates up to
ε/(1 − β₂), and once more beside the corrected root; the authors' code and optax do the same (optax calls the two ``eps_root``
and ``eps``). α = 0.001, β₁ = 0.9, β₂ = 0.999 and ε = 1e-16 are those of the authors' code, which recommends 1e-8 where SGD does
better than Adam. Left out: the rectification of RAdam, which their code adds by default since version 0.1 and their
algorithm does not have. Weight decay is decoupled, θ·(1 − α·λ), their code's default. Every shape is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, weight_decay):
    """Return an ``AdaBelief``, which is a ``keras.optimizers.Optimizer``."""
    return adabelief()(learning_rate, beta_1, beta_2, epsilon, weight_decay=weight_decay or None)


@cache
def adabelief():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, one_minus_power, serializable

    @serializable
    class AdaBelief(Ours):
        """See the module's docstring for the rule."""

        slots = ("m", "s")

        def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-16, **arguments):
            super().__init__(learning_rate, {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}, **arguments)

        def update(self, gradient, weights, state, rate, step):
            m = self.beta_1 * state["m"] + (1 - self.beta_1) * gradient
            stray = gradient - m
            # In this order XLA computes s once; with ε last it would do so again for the weights, and copy the old s.
            s = self.beta_2 * state["s"] + self.epsilon + (1 - self.beta_2) * stray * stray
            size = rate / one_minus_power(self.beta_1, step)
            root = tf.sqrt(s) * tf.math.rsqrt(one_minus_power(self.beta_2, step))
            return weights - size * m / (root + self.epsilon), {"m": m, "s": s}

    return AdaBelief


@bs.hookimpl
def register_optimizers():
    """Register adabelief."""
    return [
        bs.Optimizer(
            name="adabelief",
            make=make,
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.999),
                "epsilon": bs.LogUniform(1e-18, 1e-3, default=1e-16),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="Adam with long steps where gradients are as expected and short ones where they surprise.",
            reference="Zhuang et al. 2020, arXiv:2010.07468",
            formula="m ← β₁·m + (1 − β₁)·g;  s ← β₂·s + (1 − β₂)·(g − m)² + ε;  θ ← θ − α·m̂/(√ŝ + ε)",
        )
    ]

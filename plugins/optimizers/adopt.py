"""ADOPT: Adam divided by the second moment of the steps before, momentum after: m ← β₁·m + (1 − β₁)·clip(g/max(√v, ε)), θ ← θ − α·m.

Then v ← β₂·v + (1 − β₂)·g². The first step only sets v = g². clip cuts every number to ±(t − 1)^¼, t counted from 1.

Ours, from Taniguchi et al. 2024, arXiv:2411.02853, algorithm 2: the clipped version, which the authors' code has since its second
release because a first gradient near 0 made the first steps huge. β₁ = 0.9, β₂ = 0.9999, ε = 1e-6 and α = 0.001 are its defaults.
No bias correction is needed: v starts at g². m starts at 0 as in the code, so the first steps are short. optax agrees, and
cites another paper's number. Weight decay is decoupled, θ·(1 − α·λ), by Keras and so in the first step too, in which the
authors' code does nothing at all; their coupled form is left out. Every shape of variable is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, weight_decay):
    """Return an ``ADOPT``, which is a ``keras.optimizers.Optimizer``."""
    return adopt()(learning_rate, beta_1, beta_2, epsilon, weight_decay=weight_decay or None)


@cache
def adopt():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, serializable

    @serializable
    class ADOPT(Ours):
        """See the module's docstring for the rule."""

        slots = ("m", "v")

        def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.9999, epsilon=1e-6, **arguments):
            super().__init__(learning_rate, {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}, **arguments)

        def update(self, gradient, weights, state, rate, step):
            # 0 at the first step, which leaves m and the weights where they are.
            bound = (step - 1) ** 0.25
            u = tf.clip_by_value(gradient / tf.maximum(tf.sqrt(state["v"]), self.epsilon), -bound, bound)
            m = self.beta_1 * state["m"] + (1 - self.beta_1) * u
            fresh = tf.where(step > 1, tf.convert_to_tensor(1 - self.beta_2, step.dtype), 1)
            v = (1 - fresh) * state["v"] + fresh * gradient * gradient
            return weights - rate * m, {"m": m, "v": v}

    return ADOPT


@bs.hookimpl
def register_optimizers():
    """Register adopt."""
    return [
        bs.Optimizer(
            name="adopt",
            make=make,
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.9999),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-6),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="Adam that converges with any β₂: a gradient is never divided by a moment it is part of.",
            reference="Taniguchi et al. 2024, arXiv:2411.02853",
            formula="m ← β₁·m + (1 − β₁)·clip(g/max(√v, ε), ±(t − 1)^¼);  θ ← θ − α·m;  v ← β₂·v + (1 − β₂)·g²",
        )
    ]

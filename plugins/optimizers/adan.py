"""Adan: Adam with Nesterov momentum taken from gradient differences d = g − g₋₁: θ ← (θ − α·(m̂ + β₂·v̂)/(√n̂ + ε))/(1 + α·λ).

m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·d;  n ← β₃·n + (1 − β₃)·(g + β₂·d)²;  hats divide by 1 − βᵗ; d = 0 at the first step.

Ours, from Xie et al. 2022, arXiv:2208.06677, algorithm 1, with the β of the authors' code, which are one minus those of the
paper: 0.98, 0.92, 0.99, α = 0.001, ε = 1e-8 are its defaults. Bias correction, which algorithm 1 leaves out, is that of the code;
the restarts that both allow are left out. Weight decay is the paper's: proximal, after the step the weights are divided by
1 + α·λ (Keras and optax subtract α·λ·θ). optax 0.2.8 is another method where β₂ ≠ ½: it carries the paper's factor 1 − β₂ over
without turning the β round, so that 0.08 stands where the paper and the code have 0.92. Every shape is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, beta_3, epsilon, weight_decay):
    """Return an ``Adan``, which is a ``keras.optimizers.Optimizer``."""
    return adan()(learning_rate, beta_1, beta_2, beta_3, epsilon, weight_decay=weight_decay)


@cache
def adan():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OwnDecay, one_minus_power, serializable

    @serializable
    class Adan(OwnDecay):
        """See the module's docstring for the rule."""

        slots = ("m", "v", "n", "previous")

        def __init__(self, learning_rate=0.001, beta_1=0.98, beta_2=0.92, beta_3=0.99, epsilon=1e-8, **arguments):
            own = {"beta_1": beta_1, "beta_2": beta_2, "beta_3": beta_3, "epsilon": epsilon}
            super().__init__(learning_rate, own, **arguments)

        def update_all(self, gradients, weights, states, scalars, rate, step):
            later = tf.cast(step > 1, step.dtype)  # the first step has no previous gradient
            of_m = rate / one_minus_power(self.beta_1, step)
            of_v = rate * self.beta_2 / one_minus_power(self.beta_2, step)
            of_n = tf.math.rsqrt(one_minus_power(self.beta_3, step))
            new_weights, new_states = [], []
            for g, w, state, decay in zip(gradients, weights, states, self.decays, strict=True):
                d = later * (g - state["previous"])
                ahead = g + self.beta_2 * d
                m = self.beta_1 * state["m"] + (1 - self.beta_1) * g
                v = self.beta_2 * state["v"] + (1 - self.beta_2) * d
                n = self.beta_3 * state["n"] + (1 - self.beta_3) * ahead * ahead
                w = w - (of_m * m + of_v * v) / (tf.sqrt(n) * of_n + self.epsilon)
                new_weights.append(w / (1 + rate * decay) if decay else w)
                new_states.append({"m": m, "v": v, "n": n, "previous": g})
            return new_weights, new_states, scalars

    return Adan


@bs.hookimpl
def register_optimizers():
    """Register adan."""
    return [
        bs.Optimizer(
            name="adan",
            make=make,
            state=4,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.98),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.999, default=0.92),
                "beta_3": bs.OneMinusLogUniform(0.5, 0.99999, default=0.99),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-8),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="Adam with Nesterov momentum estimated from differences of successive gradients.",
            reference="Xie et al. 2022, arXiv:2208.06677",
            formula="d = g − g₋₁;  n ← β₃·n + (1 − β₃)·(g + β₂·d)²;  θ ← (θ − α·(m̂ + β₂·v̂)/(√n̂ + ε))/(1 + α·λ)",
        )
    ]

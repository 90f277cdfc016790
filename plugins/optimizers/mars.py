"""MARS-AdamW: AdamW on gradients corrected by their last change, c = g + γ·β₁/(1 − β₁)·(g − g₋₁), scaled down to ‖c‖ ≤ 1.

m ← β₁·m + (1 − β₁)·c;  v ← β₂·v + (1 − β₂)·c²;  θ ← θ − α·(m̂/(√v̂ + ε) + λ·θ), m̂ and v̂ corrected for their start at 0.

Ours, from Yuan et al. 2024, arXiv:2411.10438: the approximate form, in which g₋₁ is the gradient of the step before on its own batch
and not that batch's gradient at the new weights, so that a step needs one gradient. α = 0.003, β = (0.95, 0.99), γ = 0.025,
ε = 1e-8 and λ = 0 are the defaults of the authors' code. The paper starts from x₁ = x₀, so the first step has c = g; their code takes
g₋₁ = 0 there. The norm is that of one variable, as in the code. Every variable is corrected, whatever its shape, which is
the paper's algorithm and ``optimize_1d=True`` of the code; its default leaves everything that is not a matrix (vectors,
convolution kernels) to AdamW with rates of its own. ε stands beside the corrected root; weight decay is decoupled, θ·(1 − α·λ).
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, gamma, epsilon, weight_decay):
    """Return a ``MARSAdamW``, which is a ``keras.optimizers.Optimizer``."""
    return mars()(learning_rate, beta_1, beta_2, gamma, epsilon, weight_decay=weight_decay or None)


@cache
def mars():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, one_minus_power, serializable, total

    @serializable
    class MARSAdamW(Ours):
        """See the module's docstring for the rule."""

        slots = ("m", "v", "previous")

        def __init__(self, learning_rate=0.003, beta_1=0.95, beta_2=0.99, gamma=0.025, epsilon=1e-8, **arguments):
            own = {"beta_1": beta_1, "beta_2": beta_2, "gamma": gamma, "epsilon": epsilon}
            super().__init__(learning_rate, own, **arguments)

        def update(self, gradient, weights, state, rate, step):
            # The first step has no previous gradient.
            share = tf.cast(step > 1, step.dtype) * (self.gamma * self.beta_1 / (1 - self.beta_1))
            c = gradient + share * (gradient - state["previous"])
            c = c * tf.math.rsqrt(tf.maximum(total(c * c), 1))
            m = self.beta_1 * state["m"] + (1 - self.beta_1) * c
            v = self.beta_2 * state["v"] + (1 - self.beta_2) * c * c
            size = rate / one_minus_power(self.beta_1, step)
            root = tf.sqrt(v) * tf.math.rsqrt(one_minus_power(self.beta_2, step))
            return weights - size * m / (root + self.epsilon), {"m": m, "v": v, "previous": gradient}

    return MARSAdamW


@bs.hookimpl
def register_optimizers():
    """Register mars."""
    return [
        bs.Optimizer(
            name="mars",
            make=make,
            state=3,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.003),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.95),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.99),
                "gamma": bs.LogUniform(1e-3, 1.0, default=0.025),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-8),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="AdamW on variance-reduced gradients: each is corrected by its change since the last step.",
            reference="Yuan et al. 2024, arXiv:2411.10438",
            formula="c = g + γ·β₁/(1 − β₁)·(g − g₋₁), c ← c/max(‖c‖, 1);  then AdamW with c for g",
        )
    ]
